"""Words of the shop floor and what they mean here. Data only: `lexicon.py` reads it.

A canonical value that no skill card of the cell knows takes its synonyms with it.
"""

from typing import Final

from agent.planning.wordlist import words

NOUNS: Final[dict[str, str]] = {
    "bolt": "bolt screw capscrew setscrew",
    "nut": "nut hexnut locknut",
    "gear": "gear cog gearwheel cogwheel",
    "bracket": "bracket",
    "part": "part piece component item object thing workpiece element unit article",
}
"""Singular nouns; the plural has an s."""

CONDITION_NOUNS: Final[dict[str, str]] = {"failed": "reject failure defect dud"}
"""Nouns that are a part and its condition at once."""

ATTRIBUTES: Final[dict[str, str]] = {
    "failed": "failed fail fails failing failure ng defective faulty broken bad rejected reject scrap scrapped damaged "
    "flawed marked defect nok dud",
    "ok": "ok okay good passed pass passes fine intact undamaged acceptable unmarked flawless unfailed healthy usable "
    "faultless unbroken sound",
    "silver": "silver silvery steel chrome chromed",
    "brass": "brass brassy golden gold",
    "black": "black",
    "red": "red",
    "blue": "blue",
    "green": "green",
    "shiny": "shiny polished glossy gleaming shining",
    "matte": "matte mat matt dull",
    "small": "small little tiny wee",
    "large": "large big",
}
MASS_NOUNS: Final = words("stuff hardware material goods")
"""Parts without a number, where something is said of them: "the shiny stuff"."""
SUPERLATIVES: Final[dict[str, str]] = {
    "largest": "largest biggest longest larger bigger",
    "smallest": "smallest littlest tiniest shortest smaller",
}
REGIONS: Final[dict[str, str]] = {
    "left": "left lefthand",
    "right": "right righthand",
    "front": "front near bottom lower",
    "back": "back rear far top upper",
}
WEAK_REGIONS: Final = words("near far top upper bottom lower")
"""Halves of the tray only before "half", "side" and the like."""

PLACE_WORDS: Final[dict[str, str]] = {
    "rejection": "rejection reject rejects rejected rejections scrap scraps waste trash garbage rubbish failed failure "
    "failures defect defects defective",
    "quality control": "qc qa quality inspection",
    "conveyor": "conveyor conveyer",
    "belt": "belt",
    "fixture": "fixture fixtures jig jigs nest nests",
    "bin": "bin bins box container bucket basket crate tub",
    "left": "left lefthand",
    "right": "right righthand",
}
"""Words for parts of places' names; they count only where the cell has a place with that name's word."""

VERBS: Final[dict[str, frozenset[str]]] = {
    "put": words(
        "put place move drop bring transfer carry deliver deposit insert sort load store send set lay stick pop plop",
        "dump feed stow pack relocate shift transport route convey separate release position pick grab take get fetch",
        "lift grasp grip seize collect gather select choose catch retrieve stash pull push slide slot seat fit plug",
        "mount install empty find locate spot hoist haul ferry forward dispatch divert direct guide assign",
        "allocate group bung scoop sweep tip slip",
    ),
    "insert": words("insert fit seat slot plug mount install slip"),
    "remove": words("remove clear eliminate evict delete cull pull"),
    "discard": words("discard trash scrap reject dispose bin ditch"),
    "throw": words("throw toss chuck fling hurl lob"),
    "fill": words("fill load"),
    "leave": words("leave keep spare"),
    "touch": words("touch move take remove pick disturb put"),
}
"""Verb classes with their base forms; `touch` is what "do not" may stand before."""

IRREGULAR: Final[dict[str, str]] = {
    "took": "take",
    "taken": "take",
    "brought": "bring",
    "sent": "send",
    "found": "find",
    "thrown": "throw",
    "laid": "lay",
    "kept": "keep",
    "chosen": "choose",
    "stuck": "stick",
    "fed": "feed",
    "gotten": "get",
    "got": "get",
    "caught": "catch",
}
DOUBLED: Final = words("put drop set get grab pop plop grip bin scrap slot fit plug tip slip")
"""Verbs that double their last letter: putting, dropped."""

COPULAS: Final = words(
    "go goes belong belongs should must shall is are be have has to get gets need needs will",
    "supposed meant destined intended due ought",
)
"""Words between parts and their place: "the bolts should go into the left bin"."""

NUMBERS: Final[dict[str, int]] = {
    **{
        word: n
        for n, word in enumerate(
            ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"], 1
        )
    },
    "thirteen": 13,
    "fourteen": 14,
    "fifteen": 15,
    "sixteen": 16,
    "seventeen": 17,
    "eighteen": 18,
    "nineteen": 19,
}
TENS: Final[dict[str, int]] = {
    word: 10 * n
    for n, word in enumerate(["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"], 2)
}
UNITS: Final = words("pcs pc pce piece pieces unit units ea each item items off stk st nos count")
"""What may stand between a number and the parts that it counts: "2 pcs M8 bolt"."""
VAGUE: Final = words(
    "some several few many most half various numerous roughly about around approximately nearly almost more less",
    "fewer enough plenty",
)
RANKS: Final = words(
    "second third fourth fifth 1st 2nd 3rd 4th next last middle medium nearest closest leftmost rightmost topmost",
    "heaviest lightest tallest widest thickest thinnest newest oldest best worst center centre mid average",
)
CONDITIONALS: Final = words("if unless until till when whenever while tomorrow later tonight daily")

FOREIGN: Final[dict[str, frozenset[str]]] = {
    "colour": words(
        "yellow orange purple pink white gray grey copper bronze brown violet cyan magenta turquoise beige"
    ),
    "kind of part": words(
        "washer washers spring springs pin pins rod rods plate plates bearing bearings spacer spacers screwdriver",
        "shaft shafts clip clips ring rings pulley pulleys block blocks cube cubes ball balls rivet rivets",
    ),
}
"""Words that people do say for things that this cell has not; they are never taken for typing errors."""
