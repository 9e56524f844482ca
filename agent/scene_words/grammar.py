"""The deterministic reader of scenes: every word is understood, or the scene is refused."""

import re
from dataclasses import dataclass, field
from typing import Any, Final

from agent.planning.parse import Parse
from agent.planning.reading import read
from agent.planning.tokens import END
from agent.scene_words.errors import NotUnderstood, UnknownWords
from agent.scene_words.lexicon import BARE, CLUTTER_MARK, LIGHT_MARK, OPENING, SceneLexicon
from agent.scene_words.phrases import Phrase, take_phrase, take_where
from agent.scene_words.shares import group_of
from agent.scene_words.wish import MOST, Wish
from skills.errors import BadInput

LONGEST: Final = 1000
"""Characters of a scene."""
EXAMPLE: Final = "eight gears, two of them failed, dim light"
JOINERS: Final = ("and", ",", ";", ".", "plus", "then", "&", "+", "with")
_NEGATIVE: Final = re.compile(r"(?:^|[\s,;:(])([-−–]\d[\d.,]*)")


@dataclass(frozen=True)
class Heard:
    """A scene as it was read; `mended` are typing errors (as written, as read)."""

    wish: Wish
    mended: tuple[tuple[str, str], ...] = ()


@dataclass
class _Draft:
    """What was said so far: groups with what was said of some of their parts.

    Attributes:
        waiting: "two red" of "two red and three blue gears": the noun follows.
    """

    groups: list[tuple[Phrase, list[Phrase]]] = field(default_factory=list)
    waiting: list[Phrase] = field(default_factory=list)
    clutter: str | None = None
    light: str | None = None


def read_scene(text: str, lexicon: SceneLexicon) -> Heard:
    """What `text` asks for.

    Raises: UnknownWords, NotUnderstood, BadInput (understood, but no scene: 500 gears, a red blue nut).
    """
    _check_text(text)
    reading = read(text, lexicon)
    cursor = reading.cursor()
    unknown = [token for token in cursor.tokens if not _is_known(token.word, lexicon)]
    if unknown:
        raise UnknownWords({text[token.start : token.end]: lexicon.near(token.word) for token in unknown})
    parse, draft = Parse(cursor, lexicon), _Draft()
    while _take_joiners(parse, opening=not draft.groups):
        _take_item(parse, draft, lexicon)
    if draft.waiting:
        raise NotUnderstood(draft.waiting[0].words)
    if not draft.groups:
        raise BadInput("words", text, f"a scene with 1 to {MOST} parts, such as {EXAMPLE!r}")
    return Heard(_wish(draft), reading.heard)


def _check_text(text: str) -> None:
    if not text.strip():
        raise BadInput("words", text, f"a scene, such as {EXAMPLE!r}")
    if len(text) > LONGEST:
        raise BadInput("words", f"{text[:40]}…", f"at most {LONGEST} characters, not {len(text)}")
    if negative := _NEGATIVE.search(text):
        raise BadInput("count", negative[1], f"a whole number from 1 to {MOST}")


def _is_known(word: str, lexicon: SceneLexicon) -> bool:
    plural = word.endswith("s") and word[:-1] in lexicon.attributes and word.startswith("m")
    return word in lexicon.vocabulary or word.isdecimal() or word.startswith((LIGHT_MARK, CLUTTER_MARK)) or plural


def _take_joiners(parse: Parse, *, opening: bool) -> bool:
    """Steps over what joins; at the beginning also over "a tray with" and the like. Whether anything follows."""
    cursor = parse.cursor
    while cursor.take(*JOINERS) or (opening and cursor.word(1) != END and _says_nothing(parse)):
        pass
    while cursor.take_run("there", "is") or cursor.take_run("there", "are") or cursor.take("have"):
        pass
    return cursor.word() != END


def _says_nothing(parse: Parse) -> bool:
    """Steps over a word of OPENING; not over an article that counts a part."""
    cursor = parse.cursor
    if cursor.word() in {"a", "an"} and cursor.word(1) not in OPENING:
        return False
    return bool(cursor.take(*OPENING, ":"))


def _take_item(parse: Parse, draft: _Draft, lexicon: SceneLexicon) -> None:
    cursor = parse.cursor
    start = cursor.at
    if _take_look(parse, draft, lexicon) or _take_tray(parse):
        return
    earlier = draft.groups[-1][0] if draft.groups else None
    phrase = take_phrase(parse, lexicon, earlier.fields.get("kind") if earlier else None)
    if phrase is None:
        cursor.at = start
        raise NotUnderstood(cursor.quote(start, start + 5))
    if phrase.is_share and earlier is not None:
        _add_share(parse, draft, phrase, lexicon)
    elif phrase.has_noun and not phrase.relative:
        _add_group(draft, phrase)
    elif phrase.count and not phrase.of_them:
        draft.waiting.append(phrase)
    else:
        raise NotUnderstood(phrase.words)


def _add_share(parse: Parse, draft: _Draft, phrase: Phrase, lexicon: SceneLexicon) -> None:
    """Raises: NotUnderstood for "six nuts, two red and three blue gears": are the two red ones nuts?"""
    if not (phrase.of_them or phrase.relative):
        at = parse.cursor.at
        following = take_phrase(parse, lexicon, None) if parse.cursor.take("and", ",") else None
        if following and following.has_noun and set(following.fields) - {"kind"} == set(phrase.fields):
            raise NotUnderstood(f"{phrase.words} {parse.cursor.quote(at, parse.cursor.at)}")
        parse.cursor.at = at
    draft.groups[-1][1].append(phrase)


def _add_group(draft: _Draft, phrase: Phrase) -> None:
    """A group; those that waited for a noun have its noun."""
    for one in draft.waiting:
        if "kind" in phrase.fields:
            one.set("kind", phrase.fields["kind"])
    draft.groups += [(one, []) for one in (*draft.waiting, phrase)]
    draft.waiting = []


def _take_tray(parse: Parse) -> bool:
    """“on the tray” behind anything."""
    cursor = parse.cursor
    start = cursor.at
    if cursor.take("on", "in", "inside", "from"):
        cursor.take("the", "a")
        if cursor.take("tray", "table", "scene"):
            return True
    cursor.at = start
    return False


def _take_look(parse: Parse, draft: _Draft, lexicon: SceneLexicon) -> bool:
    """How the parts lie or how the light falls: "in dim light", "heaped", "a heap of"."""
    cursor = parse.cursor
    start = cursor.at
    cursor.take("in", "with", "under", "by", "at", "all", "both", "lying", "are", "is")
    cursor.take("a", "an", "the")
    word = cursor.word()
    if word.startswith(LIGHT_MARK) or (word in BARE and _is_over(cursor.word(1))):
        light = word.removeprefix(LIGHT_MARK)
        _set_light(draft, lexicon.light_words.get(light) or light)
    elif word.startswith(CLUTTER_MARK) or word in lexicon.clutter_words:
        clutter = word.removeprefix(CLUTTER_MARK)
        _set_clutter(draft, lexicon.clutter_words.get(clutter) or clutter)
    else:
        cursor.at = start
        return False
    cursor.at += 1
    cursor.take("of")
    if len(draft.groups) == 1:  # "eight gears heaped on the left"
        take_where(parse, draft.groups[0][0], lexicon)
    return True


def _is_over(word: str) -> bool:
    return word == END or word in JOINERS


def _set_light(draft: _Draft, light: str) -> None:
    if draft.light not in {None, light}:
        raise BadInput("light", f"{draft.light} and {light}", "one at a time")
    draft.light = light


def _set_clutter(draft: _Draft, clutter: str) -> None:
    if draft.clutter not in {None, clutter}:
        raise BadInput("clutter", f"{draft.clutter} and {clutter}", "one at a time")
    draft.clutter = clutter


def _wish(draft: _Draft) -> Wish:
    total = sum(phrase.numbers[0] for phrase, _ in draft.groups)
    if total > MOST:
        raise BadInput("parts", total, f"at most {MOST} in a scene")
    groups = tuple(group_of(phrase, shares) for phrase, shares in draft.groups)
    content: dict[str, Any] = {"groups": groups, "clutter": draft.clutter, "light": draft.light}
    return Wish.model_validate(content)
