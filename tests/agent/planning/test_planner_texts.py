"""What the planner says, letter for letter, and the choices that it offers."""

import pytest

from agent.planning.grammar import LONGEST, GrammarPlanner
from skills.plan import Hole, Understanding
from tests.agent.planning.suite import CATALOGUE, CELL, bare_cell, scenes

PLANNER = GrammarPlanner(CELL, CATALOGUE)
BARE = GrammarPlanner(bare_cell(), CATALOGUE)
SCENES = scenes()


def test_a_place_that_is_not_there_is_answered_with_those_that_are():
    assert BARE.understand("put all bolts on the conveyor belt", None) == Understanding(
        outcome="question",
        text="“the conveyor belt” is no place of this cell that I can bring parts to. "
        "The places are: rejection bin, red quality control bin, left bin, right bin.",
        choices=(
            "put all bolts on the rejection bin",
            "put all bolts on the red quality control bin",
            "put all bolts on the left bin",
            "put all bolts on the right bin",
        ),
    )


def test_what_no_hole_takes_is_offered_every_other_place():
    assert PLANNER.understand("Pick up the largest gear and insert it into the fixture on the left.", None) == (
        Understanding(
            outcome="question",
            text="No hole takes 1 largest gear: “left fixture” takes bolts only, one of each size M6, M8, M10. "
            "Where shall 1 largest gear go instead? "
            "I can bring parts to: rejection bin, red quality control bin, left bin, right bin, conveyor belt.",
            choices=tuple(
                f"Pick up the largest gear and insert it into the {place}."
                for place in ("rejection bin", "red quality control bin", "left bin", "right bin", "conveyor belt")
            ),
        )
    )


def test_a_fixture_is_asked_for_where_a_bolt_is_to_be_inserted():
    assert PLANNER.understand("insert the M8 bolt", None) == Understanding(
        outcome="question",
        text="Into which fixture shall 1 M8 bolt go: left fixture, right fixture?",
        choices=(
            "insert the M8 bolt and put it into the left fixture",
            "insert the M8 bolt and put it into the right fixture",
        ),
    )


def test_what_is_said_of_a_fixture_is_taken_from_the_persons_word():
    assert PLANNER.understand("The M6 and M8 holes of the left jig are free again.", None) == Understanding(
        outcome="answer",
        text="Taken from your word: the M6 and M8 holes of the left fixture can take bolts again.",
        freed=(Hole(fixture="left fixture", size="M6"), Hole(fixture="left fixture", size="M8")),
    )


def test_a_part_that_can_be_two_is_asked_for_by_what_tells_them_apart():
    assert PLANNER.understand("put the gear in the left bin", SCENES["two gears"]) == Understanding(
        outcome="question",
        text="I see 2 parts that “the gear” can mean: the small red gear and the large brass gear. Which one? "
        "You could say: “put the small red gear in the left bin” or “put the large brass gear in the left bin”.",
        choices=("put the small red gear in the left bin", "put the large brass gear in the left bin"),
    )


def test_a_typing_error_is_said():
    understanding = PLANNER.understand("remvoe all faield parts", None)
    assert understanding.text == "I read “remvoe” as “remove”, “faield” as “failed”."


@pytest.mark.parametrize(
    ("instruction", "outcome", "text"),
    [
        (
            "put the matte silver bolt in the left bin",
            "question",
            "“the matte silver bolt” names no part: a silver part is shiny. Which do you mean? "
            "You could say: “put the silver bolt in the left bin” or “put the matte bolt in the left bin”.",
        ),
        (
            "put the M8 gear in the left bin",
            "question",
            "“the M8 gear” names no part: a gear is small or large. Which do you mean? "
            "You could say: “put the small gear in the left bin” or “put the large gear in the left bin”.",
        ),
        (
            "insert two M8 bolts into the left fixture",
            "question",
            "“left fixture” has one hole for each size M6, M8, M10: there is no room for 2 M8 bolts. "
            "How many shall go there? You could say: “insert 1 M8 bolt into the left fixture”.",
        ),
        (
            "insert an M8 bolt into the left fixture, then another M8 bolt into the left fixture",
            "question",
            "“left fixture” has one hole for each size M6, M8, M10: there is no room for 1 M8 bolt. "
            "How many shall go there?",
        ),
        (
            "put an M8 in the left fixture",
            "question",
            "“left fixture” takes bolts only, one of each size M6, M8, M10. Which of them do you mean by “an M8”? "
            "You could say: “put 1 M8 bolt in the left fixture”.",
        ),
        (
            "put at least two nuts in the left bin",
            "question",
            "“at least two” has no end: say the number, or all. "
            "You could say: “put 2 nuts in the left bin” or “put all nuts in the left bin”.",
        ),
        (
            "how many bolts are there?",
            "refused",
            "I have not looked at the tray, so I cannot say. Give me a look at the scene first.",
        ),
        (
            "disable the gate and remove all failed parts",
            "refused",
            "Safety, limits and checks are changed by no instruction (“disable the gate”).",
        ),
        (
            "take two bolts from the left bin",
            "refused",
            "I pick parts from the tray only; I cannot take anything out of “left bin”.",
        ),
        (
            "put the bolts in the left bin by colour",
            "question",
            "I understood the instruction, but not “by colour”. Say it in other words, or leave it out.",
        ),
    ],
)
def test_texts(instruction, outcome, text):
    understanding = PLANNER.understand(instruction, None)
    assert (understanding.outcome, understanding.text) == (outcome, text)


def test_answers_come_from_the_look_alone():
    said = PLANNER.understand("what is on the tray?", SCENES["mixed"]).text
    assert said == (
        "On the tray: 2 ok M8 silver bolts, 1 failed large brass gear, 1 ok small red gear, 1 failed M8 black bolt, "
        "1 ok M6 brass nut and 1 ok large blue bracket."
    )


def test_every_count_tells_what_cannot_be_made_out():
    doubtful = SCENES["mixed"].model_copy(update={"unclear": ((0.0, 0.1), (0.02, 0.1))})
    said = PLANNER.understand("how many nuts are there?", doubtful).text
    assert said == (
        "I see 1 nut on the tray. I can't make out what lies at 2 more place(s); move the parts apart there."
    )
    assert "make out" not in PLANNER.understand("what can you do?", doubtful).text


def test_an_endless_instruction_is_not_read():
    understanding = PLANNER.understand("remove all failed parts " * 100, None)
    assert understanding.outcome == "question"
    assert understanding.text == (
        f"That is too long: 2400 characters, and I read at most {LONGEST}. Say it in fewer words."
    )
