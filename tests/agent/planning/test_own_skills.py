"""Skills that move parts on the tray are asked for in the words of their cards, and others stay what they were."""

import pytest

from agent.planning.grammar import GrammarPlanner
from agent.planning.wording import step_words
from skills.catalogue import LIBRARY, catalogue_of, load_catalogue
from skills.plan import Step
from skills.scene import PartQuery
from tests.agent.kinematic_tray import CELL
from tests.agent.push import CARD, written


@pytest.fixture(scope="module")
def planner(tmp_path_factory) -> GrammarPlanner:
    return GrammarPlanner(CELL, load_catalogue(LIBRARY, written(tmp_path_factory.mktemp("cards"))))


ONE = "push: 1 × bracket → left edge"


@pytest.mark.parametrize(
    ("said", "steps"),
    [
        ("push the bracket against the left edge", [ONE]),
        ("Shove the bracket to the left!", [ONE]),
        ("push a bracket to the left", [ONE]),
        ("please push one bracket to the left edge", [ONE]),
        ("pusch the bracket against the lfet edge", [ONE]),
        ("shove the bracket to the right", ["push: 1 × bracket → right edge"]),
        ("push all brackets against the right edge", ["push: all × bracket → right edge"]),
        ("push the largest bracket on the left against the right edge",
         ["push: 1 × largest bracket at the left → right edge"]),
        ("shove up to two failed brackets to the left", ["push: up to 2 × failed bracket → left edge"]),
        ("shove the red and the blue bracket to the left",
         ["push: 1 × red bracket → left edge", "push: 1 × blue bracket → left edge"]),
        ("push the bracket to the left edge, then put all nuts in the left bin", [ONE, "all × nut → left bin"]),
        ("put all nuts in the left bin and push the bracket to the left", ["all × nut → left bin", ONE]),
        ("push all brackets to the left and put all brackets in the left bin",
         ["push: all × bracket → left edge", "all × bracket → left bin"]),
        ("push the gear into the left bin", ["1 × gear → left bin"]),
    ],
)  # fmt: skip
def test_what_is_said_is_planned(planner: GrammarPlanner, said: str, steps: list[str]) -> None:
    understood = planner.understand(said, None)
    assert understood.plan is not None, understood.text
    assert [step.describe() for step in understood.plan.steps] == steps


@pytest.mark.parametrize(
    ("said", "outcome", "choice"),
    [
        ("push the bracket", "question", "push the bracket against the left edge"),
        ("shove the bracket", "question", "shove the bracket to the right"),
        ("shove the bracket into the wall", "question", None),
        ("shove it to the left", "question", None),
        ("push the bracket to the left edge and put the gear there", "question", None),
        ("push the tray against the left edge", "refused", None),
    ],
)
def test_what_is_not_clear_is_asked(planner: GrammarPlanner, said: str, outcome: str, choice: str | None) -> None:
    understood = planner.understand(said, None)
    assert understood.outcome == outcome, understood
    assert choice is None or choice in understood.choices
    for offered in understood.choices:
        assert planner.understand(offered, None).outcome == "planned", offered


@pytest.mark.parametrize("quantity", ["all", 1, 3])
def test_a_step_in_words_is_read_back(planner: GrammarPlanner, quantity: object) -> None:
    step = Step(part=PartQuery(kind="bracket", colour="red"), quantity=quantity, destination="right edge", skill="push")
    understood = planner.understand(step_words(step), None)
    assert understood.plan is not None
    assert understood.plan.steps == (step,)


def test_help_names_it(planner: GrammarPlanner) -> None:
    assert "“shove the bracket to the left”" in planner.understand("what can you do?", None).text


def test_without_the_card_nothing_is_different() -> None:
    planner = GrammarPlanner(CELL, catalogue_of(CELL))
    assert planner.understand("shove the bracket to the left", None).outcome == "question"
    assert "On the tray" not in planner.understand("help", None).text


@pytest.mark.parametrize("example", ["Please nudge the bracket to the left.", "could you nudge a bracket to the left"])
def test_politeness_and_stops_of_an_example_are_not_waited_for(tmp_path, example: str) -> None:
    (tmp_path / "push.yaml").write_text(CARD.replace("shove the bracket to the left", example))
    planner = GrammarPlanner(CELL, load_catalogue(LIBRARY, tmp_path))
    understood = planner.understand("nudge two brackets to the right", None)
    assert understood.plan is not None
    assert [step.describe() for step in understood.plan.steps] == ["push: 2 × bracket → right edge"]


def test_a_phrase_that_begins_with_the_part_is_asked_for_by_its_other_words(tmp_path) -> None:
    card = CARD.replace("push the {kind} against the {edge}", "{kind} against the {edge}")
    (tmp_path / "push.yaml").write_text(card)
    planner = GrammarPlanner(CELL, load_catalogue(LIBRARY, tmp_path))
    assert planner.understand("shove the bracket to the left", None).outcome == "planned"
    bolts = planner.understand("bolts -> left bin", None)
    assert bolts.plan is not None
    assert bolts.plan.steps[0].skill is None


def test_values_that_many_words_tell_apart_teach_nothing(tmp_path) -> None:
    card = CARD.replace("[left edge, right edge]", "[left edge, back half]")
    (tmp_path / "push.yaml").write_text(card)
    planner = GrammarPlanner(CELL, load_catalogue(LIBRARY, tmp_path))
    assert planner.understand("shove the bracket to the back", None).outcome == "question"
    assert planner.understand("shove the bracket to the back half", None).outcome == "planned"
