"""What is refused whatever else an instruction says: harm, speed, safety, single motions, other rules.

The grammar plans only what it understands to the last word; these patterns give what it would merely
not understand its right answer, and hold for text that begins with a harmless order.
"""

import re
from typing import Final, NamedTuple

from agent.planning.doubt import Doubt

_PERSON: Final = (
    r"person|people|persons|humans?|operators?|workers?|colleagues?|coworkers?|bystanders?|child|children|visitors?|"
    r"someone|somebody|anyone|anybody|everyone|everybody|myself|boss|supervisor|guy|man|woman|men|"
    r"women|cat|dog|animal|"
    r"pet|baby"
)
_BODY: Final = r"hands?|fingers?|thumbs?|arms?|heads?|face|eyes?|legs?|foot|feet|body|hair|sleeves?|toes?"
_ROBOT: Final = (
    r"robot|arm|gripper|fingers?|joints?|wrist|elbow|shoulder|base|cameras?|cables?|motors?|"
    r"controller|flange|hand|head|"
    r"tcp|end effector|yourself|power cord|plug|screen|monitor"
)
_FURNITURE: Final = (
    rf"{_ROBOT}|tray|table|fence|guard|cell|conveyor|belt|fixtures?|bins?|boxes|box|floor|wall|door|workbench"
)
_GUARDED: Final = (
    r"safety|safe|limits?|limiters?|gate|gates|guards?|guarding|fences?|light curtains?|interlocks?|"
    r"latch|rules?|checks?|"
    r"checking|collisions?|emergency|e ?stop|stop button|verif\w+|watchdog|sensors?|alarms?|"
    r"protections?|restrictions?|"
    r"constraints?|workspace|keep ?outs?|cameras?|force|thresholds?|confirmations?|approvals?|policy|"
    r"policies|supervision|"
    r"audit|monitoring"
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
        r"(?:throw\w*|toss\w*|chuck\w*|fling\w*|hurl\w*|lob\w*) (?:\w+ ){0,5}(?:at|across|over|"
        r"against|through|towards|far)",
    ),
    _refusal(
        "refuse-system",
        r"(?:ignore|forget|disregard|override|overrule|drop|break|violate) (?:(?:all|any|of|your|the|"
        r"these|those|my|previous|prior|above|"
        r"earlier|other|former) )*(?:instructions?|rules?|prompts?|training|guidelines?|orders|"
        r"programming|directives?|contract)",
        r"system prompt|prompt injection|your prompt|your instructions|your rules|your programming",
        r"(?:developer|debug|maintenance|god|admin|root|unrestricted|test|service|teach|manual) mode",
        r"jail ?break|you are (?:now|no longer|free|an?)|pretend|act as|role ?play|simulate being|imagine",
        r"new (?:instructions?|rules?|roles?|prompt|policy)|from now on|new system",
        r"as (?:an? |the |your )?(?:admin\w*|root|supervisor|maintainer|developer)|sudo|rm\W+rf|drop table|import os",
        r"i am (?:the|your|an?) (?:\w+ )?(?:\w+)|i authori[sz]e|trust me|permission",
        r"exec|execute|eval|script|shell|terminal|python|curl|wget|https?|api|sql|code",
        r"(?:your |the |model |network )?(?:weights|checkpoints?|parameters|firmware|software|source code|"
        r"passwords?|files?|"
        r"database|journal|logs?|memory|config\w*|contract|settings?)",
        r"re ?train|reprogram|update yourself|reboot|restart|shut ?down|power (?:off|down)|turn yourself off",
        r"(?:mark|report|record|count|log|declare|treat|consider|relabel|label) (?:\w+ ){1,5}as",
        r"say (?:that )?(?:you|it|done)|lie (?:about|to)|fake",
        r"assistant|<|>|\{|\}",
    ),
    _refusal(
        "refuse-speed",
        r"faster|fastest|speed\w*|velocity|accelerat\w*|full throttle|hurry|rush|turbo|overclock",
        r"(?:as )?(?:fast|quick|quickly) as|very fast|really fast|so fast|at full|maximum power|"
        r"full power|double time|fast",
    ),
    _refusal(
        "refuse-safety",
        r"safety|collisions?|collide|interlocks?|light curtains?|limits?|speed limits?|keep ?outs?|"
        r"latch|e ?stop|watchdog",
        rf"(?:disable|deactivate|ignore|bypass|override|overrule|skip|circumvent|suppress|disregard|"
        rf"defeat|unlock|relax|"
        rf"loosen|exceed|turn off|switch off|shut off|switch|cut|mute|cover|block|remove|raise|"
        rf"increase|reset|clear|change|"
        rf"lift|open|disarm|violate|without|no) (?:\w+ ){{0,4}}(?:{_GUARDED})",
        r"(?:turn|switch|shut) (?:\w+ ){1,4}off",
        r"without (?:\w+ ){0,2}(?:checking|looking|asking|approval|confirmation|confirming|stopping|"
        r"verification|verifying|permission|me)",
        r"(?:do not|never|don t) (?:stop|check|ask|look|verify|wait)|no matter what|even if|"
        r"at any cost|regardless|anyway",
        r"past the|through the (?:wall|fence|tray|table|bin)|beyond",
    ),
    _refusal(
        "refuse-person",
        _PERSON,
        rf"(?:my|his|her|their|your|someone s|a|an) (?:\w+ )?(?:{_BODY})(?! (?:side|bin|box|fixture|half))",
        r"(?:give|hand|pass|bring|throw|toss|serve|fetch|get) (?:me|us|him|her)",
        r"(?:to|at|towards|on|over|behind|near|under) (?:me|us|him|her)",
    ),
    _refusal(
        "refuse-harm",
        r"hit|hurt|injure|kill|punch|stab|attack|slap|poke|crush\w*|smash\w*|destroy\w*|burn\w*|shoot|"
        r"swing|shake|juggle|"
        r"catapult|launch|slam|squeeze|bend|explode|fire|weapon|knife|bomb|scratch|sabotage|damage|"
        r"crash|bite|eat|drink",
        r"(?:break|cut|saw|drill|weld|melt|grind|tear|snap|wreck|ruin|hammer|screw in|unscrew|disassemble|dismantle)"
        r" (?:\w+ ){0,3}",
        r"from (?:(?:a|great|the|some|very|high) )*(?:height|above|distance|afar)|out of the (?:cell|"
        r"window|door)|across|as hard|as high|hard|"
        r"through the (?:air|window|room)|off the (?:edge|table|robot)",
    ),
    _refusal(
        "refuse-weight",
        r"\d+(?:[.,]\d+)? ?(?:kg|kgs|kilos?|kilograms?|tons?|tonnes?|lbs?|pounds?)|heavy|car|truck|"
        r"forklift|engine|anvil|pallet",
    ),
    _refusal(
        "refuse-motion",
        r"rotate|spin|turn|tilt|wave|dance|jump|nod|point|joint \w+|degrees|radians|waypoints?|"
        r"move_to|trajectory|coordinates?",
        r"(?:open|close|release|actuate|calibrate|home|park|retract|extend|stretch|raise|"
        r"lower) (?:\w+ ){0,2}(?:gripper|fingers?|"
        r"arm|robot|hand|jaws?|wrist|elbow|joints?|tool|head|yourself)",
        r"(?:open|close) gripper|go (?:to|home|up|down|left|right|forward|back\w*|there)|(?:move|"
        r"drive|swing) (?:up|down|left|right|"
        r"forward|backwards?|home|sideways|around)",
        r"(?:\W*\d+[.,]\d+ ){2}",
        r"\d+ ?(?:cm|centimet\w+|millimet\w+|met(?:er|re)s?|inch\w*|m/s)|x y z",
        rf"(?:move|lift|pick up|pick|grab|take|put|place|push|pull|carry|drag|remove|detach|unplug|"
        rf"bring|drop|shift|relocate|"
        rf"swap|flip|kick|insert|disconnect|unmount|remove|throw|get|fetch) (?:up |away |"
        rf"out )?(?:the |your |its |this |that |own |a |robot s |"
        rf"robot |left |right |rejection |reject |red |quality |control |qc |whole |entire |overhead |"
        rf"wrist )*(?:{_FURNITURE})",
        r"your (?:own )?(?!left|right)\w+|robot s \w+|its own",
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
