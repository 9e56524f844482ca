"""Scenes in words: what the grammar reads, what it refuses and with which words, and that it reads itself."""

from typing import get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent.scene_words.grammar import read_scene
from agent.scene_words.lexicon import CLUTTERS, LIGHTS, SceneLexicon
from agent.scene_words.wish import MOST, Group, Light, Share, Traits, Where, Wish
from sim.setting import Clutter, setting_names
from skills.catalogue import load_catalogue
from skills.cell import load_cell
from skills.errors import BadInput
from skills.words import COLOURS, CONDITIONS, FINISHES, KINDS, SIZES_OF, finish_of
from tests.conftest import ROOT

LEXICON = SceneLexicon(load_cell(ROOT / "cells" / "default.yaml"), load_catalogue())

READ = {
    "eight gears on the tray, two of them failed, dim light": "8 gears, 2 of them failed, dim light",
    "8 gears, two failed, dim": "8 gears, 2 of them failed, dim light",
    "Eight GEARS; 2 of which are failed. The light is dim!": "8 gears, 2 of them failed, dim light",
    "three M8 bolts on the left and two small brass gears at the back": "3 M8 bolts on the left, 2 small brass gears "
    "at the back",
    "a heap of twelve parts, half of them failed, in harsh light": "12 parts, 6 of them failed, heaped, harsh light",
    "a random scene": "4 to 8 random parts",
    "random": "4 to 8 random parts",
    "random, dim light": "4 to 8 random parts, dim light",
    "six random parts, touching each other": "6 random parts, touching",
    "two red and three blue gears": "2 red gears, 3 blue gears",
    "eight gears, two of them red, the rest blue": "8 gears, 2 of them red, 6 of them blue",
    "five gears, all failed": "5 failed gears",
    "two gears, both red": "2 red gears",
    "four nuts, none of them failed, wild setting": "4 ok nuts, wild light",
    "gears and nuts, heaped, the light is dim": "3 to 5 gears, 3 to 5 nuts, heaped, dim light",
    "3-5 bolts in the front right corner": "3 to 5 bolts at the front on the right",
    "up to three gears": "1 to 3 gears",
    "between 2 and 4 gears": "2 to 4 gears",
    "three silver M8s": "3 M8 silver parts",
    "a couple of nuts that are not failed": "2 ok nuts",
    "half a dozen screws made of brass": "6 brass bolts",
    "eight parts heaped on the left": "8 parts on the left, heaped",
    "a tray with three failed brackets in the middle, spread out": "3 failed brackets in the middle, separated",
    "please make me a scene with a pile of 10 cogs": "10 gears, heaped",
    "normal light, one bolt": "1 bolt, calibrated light",
    "four polished rejects": "4 failed shiny parts",
    "left gear": "1 gear on the left",
    "eight gears of which two are failed": "8 gears, 2 of them failed",
    "eight gears, of them two failed and half red": "8 gears, 2 of them failed, 4 of them red",
    "some parts, shifted light": "3 to 5 parts, shifted light",
}


@pytest.mark.parametrize("words", READ)
def test_words_are_read(words: str) -> None:
    assert read_scene(words, LEXICON).wish.describe() == READ[words]


SEE = "See: smolcell scene --help"
COLOUR_LIST = "silver, brass, black, red, blue, green"
SCENE = "'eight gears, two of them failed, dim light'"
REFUSED = {
    "": f"words: '' is not allowed; it must be a scene, such as {SCENE}.",
    " \n": f"words: ' \\n' is not allowed; it must be a scene, such as {SCENE}.",
    ",": f"words: ',' is not allowed; it must be a scene with 1 to 20 parts, such as {SCENE}.",
    "dim light": f"words: 'dim light' is not allowed; it must be a scene with 1 to 20 parts, such as {SCENE}.",
    "gears " * 200: f"words: '{'gears ' * 6}gear…' is not allowed; it must be at most 1000 characters, not 1200.",
    "500 gears": "count: 500 is not allowed; it must be a whole number from 1 to 20.",
    "0 gears": "count: 0 is not allowed; it must be a whole number from 1 to 20.",
    "zero gears": "count: 0 is not allowed; it must be a whole number from 1 to 20.",
    "up to zero gears": "count: 0 is not allowed; it must be a whole number from 1 to 20.",
    "-3 gears": "count: '-3' is not allowed; it must be a whole number from 1 to 20.",
    "two nuts, −1 gears": "count: '−1' is not allowed; it must be a whole number from 1 to 20.",
    "5 to 3 gears": "count: '5 to 3' is not allowed; it must be from the smaller number to the greater.",
    "twelve gears and nine nuts": "parts: 21 is not allowed; it must be at most 20 in a scene.",
    "3.5 gears": f"words: '3.5' (nothing near) is not understood. {SEE}",
    "M7 bolts": f"words: 'M7' (nearest: M6, M8, M10) is not understood. {SEE}",
    "two purple gears and a washer": f"words: 'purple' (nearest: {COLOUR_LIST}) and 'washer' (nearest: bolt, nut, "
    f"gear, bracket) are not understood. {SEE}",
    "three gears without nuts": f"words: 'without' (nearest: right, light, eight) is not understood. {SEE}",
    "two gears on three nuts": f"words: 'on three nuts' is not understood there; say it in another way. {SEE}",
    "ten parts: four bolts": f"words: ': four bolts' is not understood there; say it in another way. {SEE}",
    "two of them failed": f"words: 'two of them failed' is not understood there; say it in another way. {SEE}",
    "six nuts, two red and three blue gears": "words: 'two red and three blue gears' is not understood there; say it "
    f"in another way. {SEE}",
    "two red": f"words: 'two red' is not understood there; say it in another way. {SEE}",
    "two 3 gears": f"words: 'two 3 gears' is not understood there; say it in another way. {SEE}",
    "a red blue gear": "colour: 'red and blue' is not allowed; it must be one colour for each part.",
    "five red gears, all blue": "colour: 'red and blue' is not allowed; it must be one colour for each part.",
    "a shiny black nut": "finish of a black part: 'shiny' is not allowed; it must be matte.",
    "a large bolt": "size of a bolt: 'large' is not allowed; it must be one of M6, M8, M10.",
    "a nut on the left on the right": "where: 'left and right' is not allowed; it must be one side at a time.",
    "two nuts, heaped, touching": "clutter: 'heaped and touching' is not allowed; it must be one at a time.",
    "two nuts, dim light, wild light": "light: 'dim and wild' is not allowed; it must be one at a time.",
    "three nuts, both failed": "both: 3 is not allowed; it must be said of two parts.",
    "three nuts, half of them failed": "half: 3 is not allowed; it must be said of an even number of parts.",
    "three nuts, two red, two of them blue, the rest green": "rest: -1 is not allowed; it must be at least one part.",
    "some nuts, half of them failed": "words: 'half of them failed' is not allowed; it must be said with a number; the "
    "group has 3 to 5 parts.",
    "three nuts, five of them failed": "some: 5 is not allowed; it must be at most 3, as many as the group has for "
    "sure.",
    "ignore the rest": f"words: 'ignore' (nearest: fine, green, normal) is not understood. {SEE}",
    "__import__('os')": f"words: 'import' (nearest: poor, part, parts) and 'os' (nearest: cogs, loose, bolts) are not "
    f"understood. {SEE}",
}


@pytest.mark.parametrize("words", REFUSED)
def test_what_is_no_scene_is_refused_with_field_value_and_what_is_known(words: str) -> None:
    with pytest.raises(BadInput) as refused:
        read_scene(words, LEXICON)
    assert str(refused.value) == REFUSED[words]


def test_typing_errors_are_mended_and_told() -> None:
    heard = read_scene("eight geers, haeped", LEXICON)
    assert heard.wish.describe() == "8 gears, heaped"
    assert heard.mended == (("geers", "gears"), ("haeped", "heaped"))


def test_light_and_clutter_have_words_for_every_value_and_every_setting_is_one_of_them() -> None:
    assert set(LIGHTS) == set(get_args(Light))
    assert set(CLUTTERS) == set(get_args(Clutter))
    assert set(get_args(Light)) | {"crowded", "heaped", "touching"} == set(setting_names())


def wheres() -> st.SearchStrategy[tuple[Where, ...]]:
    sides = st.tuples(st.sampled_from([None, "left", "right"]), st.sampled_from([None, "front", "back"]))
    return st.one_of(st.just(("middle",)), sides.map(lambda both: tuple(side for side in both if side)))


@st.composite
def traits(draw: st.DrawFn) -> dict[str, object]:
    kind = draw(st.sampled_from([None, *KINDS]))
    sizes = SIZES_OF[kind] if kind else ("M6", "M8", "M10", "small", "large")
    colour = draw(st.sampled_from([None, *COLOURS]))
    finishes = (finish_of(colour),) if colour else FINISHES
    return {
        "kind": kind,
        "size": draw(st.sampled_from([None, *sizes])),
        "colour": colour,
        "finish": draw(st.sampled_from([None, *finishes])),
        "condition": draw(st.sampled_from([None, "mixed", *CONDITIONS])),
        "where": draw(wheres()),
    }


@st.composite
def groups(draw: st.DrawFn, most: int) -> Group:
    count = draw(st.integers(1, most))
    up_to = draw(st.none() | st.integers(count + 1, MOST)) if count < MOST else None
    fields = draw(traits())
    some = []
    for _ in range(draw(st.integers(0, 2))):
        own = {name: value for name, value in draw(traits()).items() if value and value != fields[name]}
        if own and (count > 1 or up_to):
            some.append(Share.model_validate({**own, "count": draw(st.integers(1, count if up_to else count - 1))}))
    return Group.model_validate({**fields, "count": count, "up_to": up_to, "some": tuple(some)})


@st.composite
def wishes(draw: st.DrawFn) -> Wish:
    number = draw(st.integers(1, 4))
    drawn = tuple(draw(groups(MOST // number)) for _ in range(number))
    clutter, light = (draw(st.sampled_from([None, *values])) for values in (get_args(Clutter), get_args(Light)))
    return Wish(groups=drawn, clutter=clutter, light=light)


@settings(max_examples=300, deadline=None)
@given(wishes())
def test_the_words_of_any_scene_are_read_back_as_that_scene(wish: Wish) -> None:
    assert read_scene(wish.describe(), LEXICON).wish == wish


@settings(max_examples=300, deadline=None)
@given(st.lists(st.sampled_from(sorted(LEXICON.vocabulary)), max_size=12).map(" ".join) | st.text(max_size=60))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        wish = read_scene(text, LEXICON).wish
    except BadInput:
        return
    assert 1 <= sum(group.count for group in wish.groups) <= MOST
    assert read_scene(wish.describe(), LEXICON).wish == wish


def test_traits_are_those_of_parts() -> None:
    assert set(Traits.model_fields) == {"kind", "size", "colour", "finish", "condition", "where"}
