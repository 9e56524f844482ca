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
    "failed": "failed fail fails failing failure defective faulty broken bad rejected reject scrap scrapped damaged "
    "flawed marked defect nok dud",
    "ok": "ok okay good passed pass passes fine intact undamaged acceptable unmarked flawless",
    "silver": "silver silvery steel chrome chromed",
    "brass": "brass brassy golden gold",
    "black": "black",
    "red": "red",
    "blue": "blue",
    "green": "green",
    "shiny": "shiny polished glossy gleaming shining",
    "matte": "matte mat matt dull",
    "small": "small little tiny",
    "large": "large big",
}
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
    "fixture": "fixture jig",
    "bin": "bin bins box container bucket basket crate tub",
    "left": "left lefthand",
    "right": "right righthand",
}
"""Words for parts of places' names; they count only where the cell has a place with that name's word."""

VERBS: Final[dict[str, frozenset[str]]] = {
    "put": words(
        "put place move drop bring transfer carry deliver deposit insert sort load store send set lay stick pop plop",
        "dump feed stow pack relocate shift transport route convey separate release position pick grab take get fetch",
        "lift grasp grip seize collect gather select choose catch retrieve stash pull slot seat empty",
    ),
    "remove": words("remove clear clean eliminate evict delete"),
    "discard": words("discard trash scrap reject dispose bin"),
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
DOUBLED: Final = words("put drop set get grab pop plop grip bin scrap slot")
"""Verbs that double their last letter: putting, dropped."""

COPULAS: Final = words("go goes belong belongs should must shall is are be have has to get gets need needs will")
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

FOLDS: Final[dict[str, str]] = {
    "hex nut": "nut",
    "hex nuts": "nuts",
    "hexagonal nut": "nut",
    "hexagonal nuts": "nuts",
    "lock nut": "nut",
    "lock nuts": "nuts",
    "hex bolt": "bolt",
    "hex bolts": "bolts",
    "cap screw": "bolt",
    "cap screws": "bolts",
    "machine screw": "bolt",
    "machine screws": "bolts",
    "gear wheel": "gear",
    "gear wheels": "gears",
    "cog wheel": "gear",
    "cog wheels": "gears",
    "angle bracket": "bracket",
    "angle brackets": "brackets",
    "mounting bracket": "bracket",
    "mounting brackets": "brackets",
    "al": "all",
    "teh": "the",
    "as well": "too",
    "no good": "failed",
    "out of spec": "failed",
    "in to": "into",
    "on to": "onto",
    "inside of": "into",
    "out of": "from",
    "off of": "from",
    "except for": "except",
    "other than": "except",
    "apart from": "except",
    "aside from": "except",
    "with the exception of": "except",
    "but not": "except",
    "not including": "except",
    "but without": "except",
    "leaving out": "except",
    "save for": "except",
    "as well as": "and",
    "along with": "and",
    "together with": "and",
    "and also": "and",
    "after that": "then",
    "after this": "then",
    "after which": "then",
    "followed by": "then",
    "once done": "then",
    "when done": "then",
    "once that is done": "then",
    "when that is done": "then",
    "in the end": "then",
    "at last": "then",
    "but first": "beforehand",
    "but before that": "beforehand",
    "before that": "beforehand",
    "first of all": "first",
    "to start": "first",
    "to begin": "first",
    "to begin with": "first",
    "to start with": "first",
    "get rid of": "remove",
    "getting rid of": "remove",
    "take out": "remove",
    "take away": "remove",
    "sort out": "remove",
    "weed out": "remove",
    "filter out": "remove",
    "pull out": "remove",
    "clear out": "remove",
    "clear away": "remove",
    "clean out": "remove",
    "clean up": "remove",
    "kick out": "remove",
    "end up": "go",
    "ends up": "go",
    "pick out": "remove",
    "dispose of": "discard",
    "disposing of": "discard",
    "throw away": "discard",
    "throw out": "discard",
    "throwing away": "discard",
    "chuck out": "discard",
    "chuck away": "discard",
    "up to": "atmost",
    "at most": "atmost",
    "at the most": "atmost",
    "at max": "atmost",
    "no more than": "atmost",
    "not more than": "atmost",
    "a maximum of": "atmost",
    "maximum of": "atmost",
    "maximum": "atmost",
    "max": "atmost",
    "at least": "atleast",
    "at the least": "atleast",
    "no less than": "atleast",
    "no fewer than": "atleast",
    "not less than": "atleast",
    "a minimum of": "atleast",
    "minimum": "atleast",
    "more than": "atleast",
    "less than": "roughly",
    "fewer than": "roughly",
    "or more": "ormore",
    "or fewer": "orless",
    "or less": "orless",
    "or so": "ormore",
    "half a dozen": "six",
    "a half dozen": "six",
    "half dozen": "six",
    "a dozen": "twelve",
    "dozen": "twelve",
    "a couple of": "two",
    "a couple": "two",
    "couple of": "two",
    "a pair of": "two",
    "a few": "few",
    "a handful of": "few",
    "a bunch of": "many",
    "a lot of": "many",
    "lots of": "many",
    "a number of": "many",
    "some of": "some",
    "each and every": "every",
    "every single": "every",
    "every last": "every",
    "each single": "every",
    "one more": "one",
    "the whole lot": "everything",
    "the lot": "everything",
    "whatever is on the tray": "everything",
    "everything on the tray": "everything",
    "the entire contents of the tray": "everything",
    "the contents of the tray": "everything",
}
"""Several words that are one to the grammar."""

FILLERS: Final = (
    "please",
    "kindly",
    "pls",
    "plz",
    "thanks",
    "thanks a lot",
    "thank you",
    "thank you very much",
    "many thanks",
    "cheers",
    "simply",
    "just",
    "only",
    "carefully",
    "gently",
    "quickly",
    "immediately",
    "asap",
    "right now",
    "right away",
    "at once",
    "straight away",
    "now",
    "for me",
    "for us",
    "if possible",
    "if you can",
    "if you could",
    "if you would",
    "if you do not mind",
    "when you can",
    "when you have time",
    "when you have a moment",
    "when you are ready",
    "would you kindly",
    "one by one",
    "one at a time",
    "one after the other",
    "one after another",
    "robot",
    "mate",
    "buddy",
    "smolcell",
    "straight",
    "directly",
    "actually",
)
"""Said for politeness or for nothing; dropped wherever they stand."""

OPENERS: Final = (
    "could you",
    "can you",
    "would you",
    "will you",
    "would you mind",
    "could you possibly",
    "could i ask you to",
    "may i ask you to",
    "are you able to",
    "i would like you to",
    "i want you to",
    "i need you to",
    "i would like to",
    "i want to",
    "i would appreciate it if you could",
    "i was wondering if you could",
    "we need to",
    "we have to",
    "we should",
    "you should",
    "you must",
    "you need to",
    "you can",
    "your task is to",
    "your job is to",
    "the task is to",
    "would it be possible to",
    "is it possible to",
    "be so kind as to",
    "be so kind and",
    "would you be so kind as to",
    "go ahead and",
    "go and",
    "make sure to",
    "try to",
    "start by",
    "begin by",
    "start with",
    "begin with",
    "finish by",
    "let us",
    "i would like",
    "i want",
    "i need",
    "we need",
    "make sure that",
    "make sure",
    "ensure that",
    "ensure",
    "see to it that",
    "hey",
    "hi",
    "hello",
    "dear",
    "good morning",
    "good afternoon",
    "ok",
    "okay",
    "alright",
    "all right",
    "right",
    "well",
    "so",
    "great",
    "good",
    "yes",
    "there",
    "to",
    "have",
)
"""What may stand before a command; those of AMBIGUOUS_OPENERS count only before a comma or a verb."""

AMBIGUOUS_OPENERS: Final = frozenset({"ok", "okay", "right", "good", "there", "to", "have", "all right"})
