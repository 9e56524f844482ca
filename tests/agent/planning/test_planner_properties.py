"""Laws of the deterministic planner over generated plans, words and texts."""

import random
import string
from pathlib import Path

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from agent.planning.checks import every_part
from agent.planning.grammar import GrammarPlanner
from agent.planning.lexicon import Lexicon
from agent.planning.parse import without
from agent.planning.reading import read
from agent.planning.tokens import tokenize
from agent.planning.typos import correct
from agent.planning.wording import plan_words
from skills.contract import load_contract
from skills.errors import BadInput
from skills.plan import Plan, Step
from skills.scene import PartQuery
from skills.words import COLOURS, CONDITIONS, FINISHES, KINDS, SIZES
from tests.agent.planning.suite import CATALOGUE, CELL, rows, scenes

PLANNER = GrammarPlanner(CELL, CATALOGUE)
LEXICON = Lexicon(CELL, CATALOGUE)
SCENES = scenes()
SAID = [row.say for row in rows()]
WEIGHTS = Path(__file__).parents[3] / "policy" / "weights"


def draw_query(random: random.Random, plain: bool = False) -> PartQuery | None:
    """A query that names a part that can exist; `plain` without superlative and exceptions."""

    def maybe(values):
        return random.choice([None, None, *values])

    fields = {
        "kind": maybe(KINDS),
        "size": maybe(SIZES),
        "colour": maybe(COLOURS),
        "finish": maybe(FINISHES),
        "condition": maybe(CONDITIONS),
        "region": maybe(("left", "right", "front", "back")),
    }
    if not plain:
        fields["superlative"] = maybe(("largest", "smallest"))
        left_out = [draw_query(random, plain=True) for _ in range(random.choice([0, 0, 1, 2]))]
    try:
        query = PartQuery.model_validate(fields)
        if not plain:
            query = without(query, (left for left in left_out if left and left.model_dump(exclude_defaults=True)))
    except BadInput:
        return None
    return query if query.size is None or any(query.size == part.size for part in every_part()) else None


def draw_step(random: random.Random) -> Step | None:
    query = draw_query(random)
    if query is None:
        return None
    quantity = random.choice(["all", 1, 2, 7, 21])
    if query.superlative and quantity == "all":
        quantity = 1
    bounded = quantity != "all" and random.random() < 0.3
    inserted = query.kind == "bolt" and (bounded or quantity in ("all", 1))
    places = [place for place in CELL.destinations if inserted or place not in CELL.fixtures]
    return Step(part=query, quantity=quantity, at_most=bounded, destination=random.choice(places))


@settings(max_examples=400, deadline=None)
@given(st.lists(st.randoms(use_true_random=False).map(draw_step), min_size=1, max_size=3))
def test_a_plan_in_words_is_understood_as_that_plan(steps):
    assume(all(steps))
    plan = Plan(steps=tuple(steps))
    understanding = PLANNER.understand(plan_words(plan), None)
    assume("nothing is left for" not in understanding.text)
    assume("there is no room for" not in understanding.text)
    assert understanding.plan == plan


def test_what_is_planned_can_be_said_to_the_policy():
    """10,000 plans: each part that a step can mean and each place has its phrase in the weights' contracts."""
    pick, place, insert = CATALOGUE["pick"], CATALOGUE["place"], CATALOGUE["insert"]
    phrases = {phrase for name in ("pick", "place") for phrase in load_contract(WEIGHTS / name).phrases}
    named = {
        part: pick.render(
            {"condition": part.condition, "size": part.size, "appearance": part.colour, "kind": part.kind}
        )
        for part in every_part()
    }
    generator = random.Random(5)
    planned = 0
    while planned < 10_000:
        step = draw_step(generator)
        if step is None:
            continue
        plan = PLANNER.understand(plan_words(Plan(steps=(step,))), None).plan
        assert plan is not None
        planned += 1
        for made in plan.steps:
            anywhere = made.part.model_copy(update={"region": None})
            if made.destination in CELL.fixtures:
                assert insert.render({"fixture": made.destination}) in phrases
            else:
                assert place.render({"place": made.destination}) in phrases
            assert {named[part] for part in every_part() if anywhere.matches(part)} <= phrases


@given(st.sampled_from(SAID), st.randoms(use_true_random=False))
@settings(max_examples=300, deadline=None)
def test_an_unknown_word_anywhere_keeps_an_instruction_from_being_planned(said, random):
    words = said.split(" ")
    words.insert(random.randrange(len(words) + 1), "xyzzyx")
    assert PLANNER.understand(" ".join(words), None).outcome != "planned"


@given(
    st.one_of(st.text(max_size=200), st.lists(st.sampled_from(sorted(LEXICON.vocabulary)), max_size=12).map(" ".join))
)
@settings(max_examples=600, deadline=None)
def test_any_text_gets_an_answer(text):
    assert PLANNER.understand(text, SCENES["mixed"]).outcome


@given(st.text(alphabet=string.printable + "’“→·–ß\u0130", max_size=80))
@settings(max_examples=300, deadline=None)
def test_tokens_stand_where_they_say(text):
    tokens = tokenize(text)
    assert all(0 <= token.start < token.end <= len(text) for token in tokens)
    assert [token.start for token in tokens] == sorted(token.start for token in tokens)


def test_no_word_of_the_lexicon_is_corrected():
    for word in sorted(LEXICON.vocabulary):
        assert read(word, LEXICON).heard == ()


def test_a_slip_never_gives_another_meaning():
    """Every describing word with one letter changed, lost, doubled or swapped is read as itself or not at all."""
    meanings = {**LEXICON.nouns, **LEXICON.attributes, **LEXICON.superlatives, **LEXICON.regions}
    wrong = []
    for word in sorted(filter(str.isalpha, meanings)):
        for slip in sorted((slips(word) | negations(word)) - LEXICON.vocabulary):
            meant = correct(slip, LEXICON)
            if meant in meanings and (meanings[meant] != meanings[word] or slip in negations(word)):
                wrong.append((word, slip, meant))
    assert wrong == []


def negations(word: str) -> set[str]:
    return {prefix + word for prefix in ("un", "in", "im", "non", "dis", "mis", "de") if not word.startswith(prefix)}


def slips(word: str) -> set[str]:
    swapped = {word[:i] + word[i + 1] + word[i] + word[i + 2 :] for i in range(len(word) - 1)}
    lost = {word[:i] + word[i + 1 :] for i in range(len(word))}
    doubled = {word[: i + 1] + word[i:] for i in range(len(word))}
    changed = {word[:i] + letter + word[i + 1 :] for i in range(len(word)) for letter in string.ascii_lowercase}
    return (swapped | lost | doubled | changed) - {word}
