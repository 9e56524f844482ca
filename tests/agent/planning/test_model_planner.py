"""The planner with a chat model: what it asks, what it takes, what it leaves to the grammar or to a person."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent.planning.examples import examples
from agent.planning.proposed import form
from agent.planning.wording import plan_words
from skills.cell_agent import Planner as Settings
from skills.plan import Past, Plan, Step, Understanding
from skills.protocols import Planner
from skills.scene import PartQuery
from tests.agent.planning.models import GRAMMAR, LEXICON, form_of, planner_with, saying
from tests.agent.planning.suite import CATALOGUE, rows, scenes

MIXED = scenes()["mixed"]
FAILED = form_of(Step(part=PartQuery(condition="failed"), quantity="all", destination="rejection bin"))


def moved(place: str, quantity: Any = "all", **part: Any) -> dict[str, Any]:
    return form_of(Step(part=PartQuery(**part), quantity=quantity, destination=place))


def heard(said: str, *answers: Any, limits: Settings | None = None) -> tuple[Understanding, list[list[Any]]]:
    """What comes of the instruction, and each question that the model was asked: its messages' texts."""
    model = saying(*answers)
    planner = planner_with(model, limits) if limits else planner_with(model)
    understanding = planner.understand(said, MIXED)
    return understanding, [[message.content for message in messages] for messages in model.heard]


def ended(understanding: Understanding) -> str:
    assert understanding.consulted is not None
    return understanding.consulted.ended


def alone(understanding: Understanding) -> Understanding:
    return understanding.model_copy(update={"consulted": None})


def test_it_is_a_planner():
    assert isinstance(planner_with(saying()), Planner)


def test_two_readers_who_agree_give_the_plan():
    understanding, asked = heard("get rid of all the failed parts", FAILED)
    assert (ended(understanding), len(asked)) == ("agreed", 1)
    assert alone(understanding) == GRAMMAR.understand("get rid of all the failed parts", MIXED)


def test_two_readers_who_differ_leave_the_choice_to_a_person():
    said = "put the bolts in the left bin and the nuts in the right bin"
    bolts, nuts = PartQuery(kind="bolt"), PartQuery(kind="nut")
    swapped = form_of(Step(part=nuts, destination="left bin"), Step(part=bolts, destination="right bin"))
    understanding, _ = heard(said, swapped)
    first = "put all bolts in the left bin, then put all nuts in the right bin"
    second = "put all nuts in the left bin, then put all bolts in the right bin"
    assert (understanding.outcome, understanding.choices) == ("question", (first, second))
    assert understanding.text == f"That can be read in two ways: “{first}”, or “{second}”. Which one do you mean?"


def test_a_choice_that_was_taken_is_not_asked_about_again():
    words = "put all bolts in the left bin, then put all nuts in the right bin"
    understanding, asked = heard(words, FAILED)
    assert (understanding, asked) == (GRAMMAR.understand(words, MIXED), [])


@pytest.mark.parametrize(
    ("said", "answer"),
    [
        ("the rejection bin needs all the failed ones", moved("rejection bin", condition="failed")),
        ("it is the right bin that three bolts go in", moved("right bin", 3, kind="bolt")),
    ],
)
def test_what_only_the_sentence_hid_from_the_grammar_is_planned(said, answer):
    assert GRAMMAR.understand(said, MIXED).outcome == "question"
    understanding, _ = heard(said, answer)
    assert (understanding.outcome, ended(understanding)) == ("planned", "taken")
    assert understanding.plan is not None
    assert understanding.text == f"A chat model read it as “{plan_words(understanding.plan)}”."


@pytest.mark.parametrize(
    ("said", "answer"),
    [
        ("get rid of the dodgy failed ones", moved("rejection bin", condition="failed")),  # an unknown word
        ("the left bin is where no gears go", moved("left bin", kind="gear")),  # one that turns the others round
        ("the left bin is where some gears go", moved("left bin", kind="gear")),
        ("count the gears, all of them, in the left bin", moved("left bin", kind="gear")),
    ],
)
def test_where_a_word_is_left_over_the_plan_is_offered_and_no_more(said, answer):
    understanding, _ = heard(said, answer)
    assert understanding.plan is None
    if understanding.consulted:
        assert ended(understanding) == "offered"
        first = understanding.choices[0]
        assert GRAMMAR.understand(first, MIXED).outcome == "planned"
        assert f"A chat model reads it as “{first}”. If you mean that, choose it." in understanding.text


def test_what_is_open_stays_a_question_with_the_models_reading_as_a_choice():
    said = "put the bolt in the left bin"
    known = GRAMMAR.understand(said, MIXED)
    understanding, _ = heard(said, moved("left bin", 1, kind="bolt"))
    assert (known.outcome, understanding.outcome, understanding.plan) == ("question", "question", None)
    assert understanding.choices == ("put 1 bolt in the left bin", *known.choices)


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (None, "answer: None is not allowed"),
        ({"steps": [], "unclear": 3}, "plan: unclear: 3 is not allowed"),
        ({**FAILED, "skill": "pick"}, "plan: skill: 'skill' is not known"),
        ({"steps": [{**FAILED["steps"][0], "quantity": -1}]}, "quantity: -1 is not allowed; it must be 'all'"),
        (moved("moon", condition="failed"), "destination: 'moon' is not known; allowed is one of 'rejection bin'"),
        ({"steps": [{"part": {"kind": "pin"}, "quantity": 1, "destination": "left bin"}]}, "'pin' is not known"),
        (moved("rejection bin", condition="ok"), "condition: the instruction does not say 'ok'."),
        (moved("rejection bin", condition="failed", kind="gear"), "kind: the instruction does not say 'gear'."),
        (moved("left bin", condition="failed"), "destination: the instruction does not say 'left bin'."),
        (moved("rejection bin", 2, condition="failed"), "quantity: the instruction does not say 2."),
        (moved("rejection bin"), "the instruction says 'failed', and no step does."),
        (moved("left fixture", condition="failed"), "the left fixture takes bolts only"),
        (form_of(*[Step(part=PartQuery(condition="failed"), destination="rejection bin")] * 2), "is no such plan here"),
    ],
)  # fmt: skip
def test_a_plan_that_cant_be_taken_is_sent_back_with_the_reason(answer, told):
    understanding, asked = heard("take out all the failed parts", answer, FAILED)
    assert (ended(understanding), len(asked)) == ("agreed", 2)
    assert understanding.plan == GRAMMAR.understand("take out all the failed parts", MIXED).plan
    *before, said, again = asked[1]
    assert before == asked[0]
    assert json.loads(said) == answer
    assert told in again


def test_the_third_bad_answer_is_the_last_and_the_grammar_plans():
    understanding, asked = heard("remove all the failed parts", None, moved("moon"), moved("left bin"))
    assert [len(messages) for messages in asked] == [2, 4, 6]
    assert alone(understanding) == GRAMMAR.understand("remove all the failed parts", MIXED)
    assert understanding.consulted is not None
    assert understanding.consulted.reason == "destination: the instruction does not say 'left bin'."


GARBAGE = (None, "I would love to", {"steps": "all"}, {"steps": [], "unclear": "hm"}, OSError("no route"))


def unlike_the_grammar(every: int, garbage: Any) -> list[str]:
    """The instructions of which a planner makes something else for a model that talks nonsense."""
    scene, unlike = scenes(), []
    for row in tuple(rows())[::every]:
        seen = scene[row.scene] if row.scene else None
        known = GRAMMAR.understand(row.say, seen, row.past)
        got = planner_with(saying(*[garbage] * 3)).understand(row.say, seen, row.past)
        same = (got.outcome, got.plan, got.choices, got.command, got.freed)
        unlike += [] if same == (known.outcome, known.plan, known.choices, known.command, known.freed) else [row.say]
    return unlike


@pytest.mark.parametrize("garbage", GARBAGE, ids=str)
def test_a_model_that_talks_nonsense_changes_nothing(garbage):
    assert unlike_the_grammar(50, garbage) == []


VALUES = st.sampled_from(
    [
        None,
        True,
        -1,
        0,
        1,
        3,
        10**30,
        1.5,
        "",
        "all",
        "gear",
        "failed",
        "M8",
        "left",
        "left bin",
        "tray",
        "moon",
        "\0",
        "{}",
    ]
)
NAMES = st.sampled_from(["steps", "unclear", "quantity", "destination", "at_most", "source", "skill", "speed", "kind"])
PARTS = st.dictionaries(st.sampled_from([*PartQuery.model_fields, "at"]), VALUES | st.lists(st.just({"kind": "nut"})))
STEPS = st.fixed_dictionaries({"part": PARTS, "quantity": VALUES, "destination": VALUES}, optional={"at_most": VALUES})
ANSWERS = st.fixed_dictionaries({"steps": st.lists(STEPS, max_size=3)}) | st.dictionaries(NAMES, VALUES)


@settings(max_examples=60, deadline=None)
@given(ANSWERS)
def test_whatever_a_model_fills_in_nothing_breaks_and_no_good_part_is_meant(answer):
    got = planner_with(saying(*[answer] * 3)).understand("take out all the failed parts", MIXED)
    assert got.plan in (None, GRAMMAR.understand("take out all the failed parts", MIXED).plan)


def test_exceptions_of_exceptions_are_no_plan():
    deep: dict[str, Any] = {}
    for _ in range(300):
        deep = {"without": [deep]}
    answer = {"steps": [{"part": deep, "quantity": "all", "destination": "rejection bin"}]}
    understanding, asked = heard("take out all the failed parts", *[answer] * 3)
    assert (ended(understanding), len(asked)) == ("not taken", 3)


@pytest.mark.heavy
@pytest.mark.parametrize("garbage", GARBAGE, ids=str)
def test_nor_in_the_whole_suite(garbage):
    assert unlike_the_grammar(1, garbage) == []


@pytest.mark.parametrize(
    "said", ["stop", "STOP!!", "pause", "cancel", "how many nuts are there?", "disable the gate", "hi", "", "x" * 2000]
)
def test_control_words_answers_refusals_and_nothing_at_all_never_reach_the_model(said):
    understanding, asked = heard(said, FAILED)
    assert (understanding, asked) == (GRAMMAR.understand(said, MIXED), [])


def test_words_that_point_back_to_the_run_before_are_the_grammars():
    past = Past(plan=Plan(steps=(Step(part=PartQuery(kind="gear"), destination="right bin"),)), moved=(0,))
    model = saying(FAILED)
    understanding = planner_with(model).understand("then do the same with the nuts", MIXED, past)
    assert (understanding.outcome, model.heard) == ("planned", [])


def test_the_questions_are_these():
    """The model hears the task, the cell and the scene as data, and the instruction; in its hands is a form alone."""
    model = saying(FAILED)
    planner_with(model).understand("take out all the failed parts", MIXED)
    (system, human), = model.heard  # fmt: skip
    text = str(system.content)
    assert human.content == "take out all the failed parts"
    assert model.forms == ["plan"]
    for said, _ in examples(CATALOGUE, LEXICON):
        assert json.dumps(said) in text
    assert '"fixtures": {"left fixture": ["M6", "M8", "M10"]' in text
    assert '{"kind": "bracket", "size": "large", "colour": "blue", "condition": "ok", "at": [0.09, 0.09]}' in text


def test_the_form_has_the_cells_names_and_no_phrase_point_try_or_role():
    step = form(LEXICON)["properties"]["steps"]["items"]
    assert set(step["properties"]) == {"part", "quantity", "at_most", "destination"}
    assert step["properties"]["destination"]["enum"] == list(LEXICON.places)
    assert set(step["properties"]["part"]["properties"]) == set(PartQuery.model_fields)


def test_the_examples_are_what_the_grammar_reads_in_them():
    for said, plan in examples(CATALOGUE, LEXICON):
        assert GRAMMAR.understand(said, None).plan == plan


def test_a_plan_that_no_contract_holds_is_not_taken():
    model = saying(*[FAILED] * 3)
    planner = planner_with(model)
    planner._validator._refusal = lambda plan: "nothing of that was trained."
    understanding = planner.understand("the rejection bin needs all failed ones", MIXED)
    assert understanding.plan is None
    assert understanding.consulted is not None
    assert understanding.consulted.reason == "nothing of that was trained."


def test_the_budget_of_tokens_ends_it():
    limits = Settings(model="scripted:here", tokens=1500)
    understanding, asked = heard("take out all the failed parts", None, FAILED, limits=limits)
    assert len(asked) == 1
    assert understanding.consulted is not None
    assert understanding.consulted.reason == "another question would take more than 1500 tokens"
    assert understanding.plan == GRAMMAR.understand("take out all the failed parts", MIXED).plan


def test_what_it_cost_is_kept_with_the_plan():
    limits = Settings(model="scripted:here", price_in=1.0, price_out=2.0)
    understanding, _ = heard("take out all the failed parts", FAILED, limits=limits)
    cost = understanding.consulted
    assert cost is not None
    assert cost.prompts == ("plan-task@1", "plan-scene@1", "plan-again@1")
    assert cost.cost == (cost.tokens_in + 2 * cost.tokens_out) / 1e6 > 0
    assert Understanding.model_validate_json(understanding.model_dump_json()) == understanding
