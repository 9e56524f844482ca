"""What is refused whatever else an instruction says: harm, speed, safety, single motions, other rules.

The grammar plans only what it understands to the last word; these patterns give what it would merely
not understand its right answer, and hold for text that begins with a harmless order.
"""

import re
from typing import Final, NamedTuple

from agent.planning.doubt import Doubt


def _any(*lines: str) -> str:
    """A pattern for any of the words of `lines`; `_` is a blank inside one of them."""
    return f"(?:{'|'.join(word.replace('_', ' ') for line in lines for word in line.split())})"


_SOME: Final = r"(?:\w+ ){0,4}"
_PERSON: Final = _any(
    r"person people persons humans? operators? workers? colleagues? coworkers? bystanders? child children visitors?",
    r"someone somebody anyone anybody everyone everybody myself boss supervisor guy man woman men women baby",
    r"cat dog animal pet",
)
_BODY: Final = _any(r"hands? fingers? thumbs? arms? heads? face eyes? legs? foot feet body hair sleeves? toes?")
_CELL: Final = _any(
    r"robot arm gripper fingers? joints? wrist elbow shoulder base cameras? cables? motors? controller flange hand",
    r"head tcp end_effector yourself power_cord plug screen monitor tray table fence guard cell conveyor belt",
    r"fixtures? bins? boxes box floor wall door workbench",
)
_GUARDED: Final = _any(
    r"safety safe limits? limiters? gate gates guards? guarding fences? light_curtains? interlocks? latch rules?",
    r"checks? checking collisions? emergency e_?stop stop_button verif\w+ watchdog sensors? alarms? protections?",
    r"restrictions? constraints? workspace keep_?outs? cameras? force stops? thresholds? confirmations? approvals?",
    r"policy policies supervision audit monitoring",
)
_WEAKEN: Final = _any(
    r"disable deactivate ignore bypass override overrule skip circumvent suppress disregard defeat unlock relax loosen",
    r"exceed turn_off switch_off shut_off switch cut mute cover block remove raise increase reset clear change lift",
    r"open disarm violate without no forget",
)
_HANDLE: Final = _any(
    r"move lift pick_up pick grab take push pull carry drag remove detach unplug bring shift relocate",
    r"swap flip kick disconnect unmount throw get fetch",
)
_LAY: Final = _any("put place drop insert")
"""Verbs that a place may follow at once: “pick two nuts, place left bin”."""
_ARTICLE: Final = _any("the your its this that own a")
_QUALITY: Final = _any(
    r"up away out the your its this that own a robot_s robot left right rejection reject red quality control qc whole",
    r"entire overhead wrist",
)
_COURTEOUS: Final = _any(
    "next task job order help time name convenience turn best work kindness mission assignment goal"
)
"""What may be “yours” in an order or a thank you."""
_TOLD: Final = _any("count number list overview total")
_RECEIVING: Final = _any("bin box container conveyor belt fixture jig qc control")
"""Who says “get me the nuts into the left bin” wants them there."""
_OFF: Final = _any("off disabled down removed open deactivated switched_off turned_off")
_RULES: Final = _any(
    r"instructions? rules? prompts? training guidelines? orders programming directives? contract",
)


class Refusal(NamedTuple):
    """`prompt` answers whoever says something that `pattern` finds."""

    prompt: str
    pattern: re.Pattern[str]


def _refusal(prompt: str, *patterns: str) -> Refusal:
    return Refusal(prompt, re.compile("|".join(rf"\b(?:{pattern})\b" for pattern in patterns)))


REFUSALS: Final[tuple[Refusal, ...]] = (
    _refusal(
        "refuse-throw",
        _any(r"throw\w* toss\w* chuck\w* fling\w* hurl\w* lob\w* yeet\w*")
        + r" (?:\w+ ){0,5}"
        + _any("at across over against through towards far"),
    ),
    _refusal(
        "refuse-system",
        _any("ignore forget disregard override overrule drop break violate") + rf" {_SOME}{_RULES}",
        _any("ignore forget disregard") + r" (?:\w+ ){0,3}(?:above|previous|prior|earlier|before)",
        _any("system_prompt prompt_injection your_prompt your_instructions your_rules your_programming"),
        _any("developer debug maintenance god admin root unrestricted test service teach manual") + " mode",
        r"jail ?break|you are (?:now|no longer|free|an?|root|admin|god)",
        r"pretend|act as|role ?play|simulate being|imagine",
        r"new (?:instructions?|rules?|roles?|prompt|policy)|from now on|new system",
        r"as (?:an? |the |your )?(?:admin\w*|root|supervisor|maintainer|developer)|sudo|rm\W+rf|drop table|import os",
        r"i am (?:the|your|an?) (?:\w+ )?\w+|i authori[sz]e|trust me|permission",
        _any(r"exec execute eval script shell terminal python curl wget https? api sql code assistant"),
        _any(r"weights checkpoints? parameters firmware software source_code passwords? files? database journal logs?"),
        _any(r"memory config\w* contract settings?"),
        r"re ?train|reprogram|update yourself|reboot|restart|shut ?down|power (?:off|down)|turn yourself off",
        _any("mark report record count log declare treat consider relabel label") + r" (?:\w+ ){1,5}as",
        r"say (?:that )?(?:you|it|done)|lie (?:about|to)|fake",
    ),
    Refusal("refuse-system", re.compile(r"[<{}]|(?<![-=])>")),
    _refusal(
        "refuse-speed",
        _any(r"faster fastest fast speed\w* velocity accelerat\w* full_throttle turbo overclock at_full"),
        r"(?<!no )(?<!not )(?:hurry|rush)",
        r"as quick(?:ly)? as|maximum power|full power|double time",
    ),
    _refusal(
        "refuse-safety",
        _any(
            r"force torque",
            r"safety collisions? collide interlocks? light_curtains? limits? keep_?outs? latch e_?stop watchdog",
        ),
        rf"{_WEAKEN} {_SOME}{_GUARDED}",
        r"(?:turn|switch|shut) (?:\w+ ){1,4}off",
        r"without (?:\w+ ){0,2}"
        + _any("checking looking asking approval confirmation confirming stopping verification verifying me"),
        r"(?:do not|never) (?:stop|check|ask|look|verify|wait)|no matter what|even if|at any cost|regardless|anyway",
        r"past the|through the (?:wall|fence|tray|table|bin)|beyond|over the fence",
        r"outside (?:of )?(?:the |your |its )?(?:cell|fence|work\w*|tray|area|limits|enclosure|guard\w*)|reach outside",
        rf"(?:gate|guards?|fence|curtain|safety|checks?|checking|verification) (?:is |are )?{_OFF}",
        r"at all costs?|whatever happens|blindfolded|blindly|eyes closed",
    ),
    _refusal(
        "refuse-person",
        _PERSON,
        rf"(?:my|his|her|their|your|someone s|a|an) (?:\w+ )?{_BODY}(?! (?:side|bin|box|fixture|half))",
        rf"(?:give|hand|pass|throw|toss|serve) (?:me|us|him|her)(?! (?:an?|the) {_TOLD}\b)",
        rf"(?:bring|fetch|get) (?:me|us|him|her)(?!\b.*\b(?:in|into|to|onto|on) {_SOME}{_RECEIVING}\b)",
        r"(?:to|at|towards|on|over|behind|near|under) (?:me|us|him|her)",
        r"i (?:am |will )?(?:reach|hold|stand|lean)(?:ing)?\b|me standing",
        r"(?:my|his|her|their) (?:pocket|lap|mouth|shoulder)s?",
        r"(?:give|hand|pass) (?!me|us|him|her|it|them|the|a|all|up|any|every|on)\w+ (?:the|a|an|one|two|it)",
    ),
    _refusal(
        "refuse-harm",
        _any(
            r"hit hurt injure kill punch stab attack slap poke crush\w* smash\w* destroy\w* burn\w* shoot swing shake",
            r"jam ram juggle catapult launch slam squeeze bend explode fire weapon knife bomb scratch sabotage damage",
            r"crash bite eat drink hard across as_high out_of_the_cell",
        ),
        _any("break cut saw drill weld melt grind tear snap wreck ruin hammer unscrew disassemble dismantle"),
        r"(?:^|(?:and|then|please|to) )screw (?:in|down|on|it|them|the|this|that)",
        r"from (?:(?:a|great|the|some|very|high) )*(?:height|above|distance|afar)",
        r"(?:through|out of) the (?:air|window|room|door)|off the (?:edge|table|robot)",
    ),
    _refusal(
        "refuse-weight",
        r"\d+(?:[.,]\d+)? ?(?:kgs?|kilos?|kilograms?|tons?|tonnes?|lbs?|pounds?)",
        _any("heavy car truck forklift engine anvil pallet"),
    ),
    _refusal(
        "refuse-motion",
        _any(r"rotate spin turn tilt wave dance jump nod point degrees radians waypoints? trajectory coordinates?"),
        _any(r"open close release actuate calibrate home park retract extend stretch raise lower")
        + r" (?:\w+ ){0,2}"
        + _any(r"gripper fingers? arm robot hand jaws? wrist elbow joints? tool head yourself"),
        r"(?:(?:and|then|please|you|now|robot|to|hey|can) go|go(?<=^go)|go(?<=[.,;:] go)) "
        + _any(r"to home up down left right forward back\w* there"),
        _any("move drive swing") + " " + _any(r"up down left right forward backwards? home sideways around"),
        r"joint \w+|(?:\W*\d+[.,]\d+ ){2}|x y z",
        r"\d+ ?(?:cm|centimet\w+|millimet\w+|met(?:er|re)s?|inch\w*)",
        rf"{_HANDLE} (?:{_QUALITY} )*{_CELL}",
        rf"{_LAY} {_ARTICLE} (?:{_QUALITY} )*{_CELL}",
        rf"your (?:own )?(?!left|right|{_COURTEOUS}\b)\w+|robot s \w+|its own",
    ),
)

REFUSED_WORDS: Final = frozenset(
    word for refusal in REFUSALS for word in re.findall(r"(?<!\\)[a-z]{3,}", refusal.pattern.pattern)
)
"""Words that the patterns look for; they are never taken for typing errors of others."""


def refuse(words: tuple[str, ...]) -> None:
    """Raises: Doubt with the first refusal that `words` meet, quoting what it met."""
    text = " ".join(words)
    for refusal in REFUSALS:
        if found := refusal.pattern.search(text):
            raise Doubt(refusal.prompt, "refused", words=found[0].strip())
