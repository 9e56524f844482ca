"""From step and scene to the exact phrase."""

import itertools
import random
from collections.abc import Mapping

import pytest

from agent.grounding import Grounded, Grounder, Ungrounded
from agent.spots import ROOM, clearance, free_spots
from skills.call import SkillCall
from skills.contract import Contract
from skills.plan import Plan
from skills.scene import PartQuery, PerceivedPart, Scene, select
from skills.spots import PITCH, SPOTS, spot_at
from skills.words import COLOURS, CONDITIONS, KINDS, SIZES_OF
from tests.agent.kinematic_tray import CATALOGUE, CELL, contract_of, fits, part, scene, step

CONTRACTS = {name: contract_of(name) for name in ("pick", "place")}
GROUNDER = Grounder(CATALOGUE, CONTRACTS)
ARGUMENTS = {CATALOGUE["pick"].render(arguments): arguments for arguments in CATALOGUE["pick"].calls()}


def chosen(*parts: PerceivedPart, given_up: tuple[PerceivedPart, ...] = (), **query: object) -> str:
    grounded = GROUNDER.pick(step(**query), scene(*parts), "run-1/1", given_up)
    assert isinstance(grounded, Grounded), grounded
    return grounded.call.phrase


FAR_BOLT = part("bolt", "M8", "silver", "failed", (0.05, 0.0))
NEAR_BOLT = part("bolt", "M8", "silver", "ok", (-0.05, 0.0))
NEAR_GEAR = part("gear", "small", "brass", "failed", (-0.08, 0.05))


@pytest.mark.parametrize(
    ("parts", "query", "phrase"),
    [
        ((FAR_BOLT, NEAR_BOLT), {"condition": "failed"}, "pick up the failed bolt"),
        ((FAR_BOLT, NEAR_BOLT), {"kind": "bolt"}, "pick up the ok bolt"),
        ((FAR_BOLT, NEAR_GEAR), {"condition": "failed"}, "pick up the failed gear"),
        ((FAR_BOLT,), {"kind": "bolt", "colour": "silver", "size": "M8"}, "pick up the M8 silver bolt"),
        ((FAR_BOLT,), {"finish": "shiny"}, "pick up the shiny bolt"),
        (
            (NEAR_BOLT, part("bolt", "M10", "silver", "ok", (0.1, 0.0))),
            {"superlative": "smallest"},
            "pick up the M8 bolt",
        ),
        ((part("bolt", "M8", "silver", "failed", (0.0, 0.0)), FAR_BOLT), {"kind": "bolt"}, "pick up the bolt"),
    ],
)
def test_the_phrase_fits_only_the_target_and_says_what_the_step_says(
    parts: tuple[PerceivedPart, ...], query: Mapping[str, object], phrase: str
) -> None:
    assert chosen(*parts, **query) == phrase


def test_alike_parts_are_taken_nearest_first() -> None:
    twins = [part("nut", "M6", "blue", "ok", (x, 0.0)) for x in (0.08, -0.02)]
    grounded = GROUNDER.pick(step(kind="nut"), scene(*twins), "run-1/1")
    assert isinstance(grounded, Grounded)
    assert grounded.target == twins[1]


def test_a_part_behind_one_that_was_given_up_and_looks_the_same_can_not_be_named() -> None:
    near, far = (part("nut", "M6", "blue", "ok", (x, 0.0)) for x in (-0.05, 0.05))
    grounded = GROUNDER.pick(step(kind="nut"), scene(near, far), "run-1/1", [near])
    assert grounded == Ungrounded(
        reason="no_phrase",
        text="no trained phrase singles out the ok M6 blue nut at (0.050, 0.000); "
        "move it nearer to the robot than the parts like it",
    )


def test_a_part_that_lies_as_near_as_one_outside_the_region_is_not_risked() -> None:
    left, right = part("nut", "M6", "blue", "ok", (-0.055, 0.05)), part("nut", "M6", "blue", "ok", (-0.05, -0.05))
    grounded = GROUNDER.pick(step(kind="nut", region="left"), scene(left, right), "run-1/1")
    assert isinstance(grounded, Ungrounded)
    assert grounded.reason == "no_phrase"


def test_none_left() -> None:
    assert GROUNDER.pick(step(kind="nut"), scene(NEAR_GEAR), "run-1/1") == Ungrounded(
        reason="none_left", text="no nut is left to pick"
    )


def test_only_trained_phrases_are_used() -> None:
    thin = contract_of("pick").model_copy(update={"phrases": {"pick up the silver bolt": 5}})
    grounder = Grounder(CATALOGUE, {**CONTRACTS, "pick": thin})
    grounded = grounder.pick(step(condition="failed"), scene(FAR_BOLT), "run-1/1")
    assert isinstance(grounded, Grounded)
    assert grounded.call.phrase == "pick up the silver bolt"
    assert grounder.pick(step(condition="failed"), scene(NEAR_GEAR), "run-1/1") == Ungrounded(
        reason="no_phrase",
        text="no trained phrase singles out the failed small brass gear at (-0.080, 0.050); "
        "move it nearer to the robot than the parts like it",
    )


def test_places_that_were_not_trained_are_refused_with_the_nearest() -> None:
    thin = contract_of("place").model_copy(update={"phrases": {"place it in the left bin": 5}})
    grounder = Grounder(CATALOGUE, {**CONTRACTS, "place": thin})
    assert grounder.bring(step("right bin"), "run-1/1") == Ungrounded(
        reason="no_phrase",
        text="'place it in the right bin' was not trained; nearest: 'place it in the left bin'. "
        "Train it: smolcell train place",
    )
    assert grounder.refusal(Plan(steps=(step("left bin"),))) is None
    assert grounder.refusal(Plan(steps=(step("left bin"), step("left fixture", kind="bolt")))) == (
        "'insert it into the left fixture' was not trained; nearest: 'place it in the left bin'. "
        "Train it: smolcell train place"
    )


@pytest.mark.parametrize(
    ("place", "skill", "arguments", "phrase"),
    [
        ("left bin", "place", {"place": "left bin"}, "place it in the left bin"),
        ("conveyor belt", "place", {"place": "conveyor belt"}, "place it on the conveyor belt"),
        ("right fixture", "insert", {"fixture": "right fixture"}, "insert it into the right fixture"),
    ],
)
def test_the_skill_that_reaches_the_place_brings_the_part(
    place: str, skill: str, arguments: Mapping[str, str], phrase: str
) -> None:
    wanted = step(place, kind="bolt")
    grounded = GROUNDER.bring(wanted, "run-1/1")
    assert grounded == Grounded(
        call=SkillCall(
            id="run-1/1", skill=skill, arguments=arguments, phrase=phrase, part=wanted.part, destination=place
        )
    )


def test_a_place_that_no_skill_reaches_is_refused_with_those_that_are() -> None:
    assert GROUNDER.refusal(Plan(steps=(step("shelf"),))) == (
        "destination: 'shelf' is not known; allowed is one of 'left fixture', 'right fixture', 'rejection bin', "
        "'red quality control bin', 'left bin', 'right bin', 'conveyor belt'."
    )


@pytest.mark.parametrize("query", [{}, {"size": "M8"}, {"kind": "nut"}])
def test_only_what_is_surely_a_bolt_is_inserted(query: Mapping[str, str]) -> None:
    wanted = step("left fixture", **query)
    assert GROUNDER.refusal(Plan(steps=(wanted,))) == (
        f"the left fixture takes bolts only, and {wanted.part.describe()} may be something else"
    )


def test_spots_are_the_cards_and_lie_on_the_tray() -> None:
    assert set(SPOTS) == set(CATALOGUE["put_back"].parameters["spot"].values)
    assert SPOTS["back left"] == (PITCH, PITCH)
    assert SPOTS["front"] == (-PITCH, 0.0)
    assert SPOTS["middle"] == (0.0, 0.0)
    assert max(map(abs, itertools.chain(*SPOTS.values()))) + ROOM <= CELL.tray.half


def test_put_back_takes_the_roomiest_spot_and_none_that_is_too_near() -> None:
    crowd = [part("nut", "M6", "blue", "ok", at) for name, at in SPOTS.items() if name != "front right"]
    grounded = GROUNDER.put_back(NEAR_GEAR, scene(*crowd), "run-1/1")
    assert isinstance(grounded, Grounded)
    assert grounded.call.phrase == "put it back on the front right of the tray"
    assert grounded.call.part == PartQuery(kind="gear", size="small", colour="brass", condition="failed")
    full = [part("nut", "M6", "blue", "ok", at) for at in SPOTS.values()]
    assert GROUNDER.put_back(NEAR_GEAR, scene(*full), "run-1/1") == Ungrounded(
        reason="no_spot", text="no spot of the tray is free for the held part"
    )
    assert free_spots(()) == tuple(SPOTS)
    lying = part("nut", "M6", "blue", "ok", spot_at("back left", 0.1))
    assert clearance(spot_at("back left", 0.1), [lying]) == 0
    assert free_spots([lying], 0.1)[0] == "front right"
    assert "back left" not in free_spots([lying], 0.1)


def test_clearance_is_measured_to_the_long_axis() -> None:
    bolt = part("bolt", "M10", "silver").model_copy(update={"yaw": 1.5707963267948966})
    assert clearance((0.0, 0.1), [bolt]) == pytest.approx(0.1 - 0.042)
    assert clearance((0.1, 0.0), [bolt]) == pytest.approx(0.1)


def draw_part(rng: random.Random) -> PerceivedPart:
    kind = rng.choice(KINDS)
    at = (round(rng.uniform(-0.11, 0.11), 3), round(rng.uniform(-0.11, 0.11), 3))
    return part(kind, rng.choice(SIZES_OF[kind]), rng.choice(COLOURS), rng.choice(CONDITIONS), at)


def draw_query(rng: random.Random, meant: PerceivedPart, depth: int = 0) -> PartQuery:
    """A query that `meant` mostly matches."""

    def maybe(word: str | None, share: float) -> str | None:
        return word if rng.random() < share else None

    named = maybe(meant.kind, 0.5)
    colour = maybe(meant.colour, 0.4)
    return PartQuery(
        kind=named,
        size=maybe(meant.size, 0.4) if named else None,
        colour=colour,
        finish=None if colour else maybe(meant.finish, 0.3),
        condition=maybe(meant.condition, 0.5),
        superlative=maybe(rng.choice(["largest", "smallest"]), 0.2),
        region=maybe(rng.choice(["left", "right", "front", "back"]), 0.2),
        without=() if depth or rng.random() < 0.7 else (draw_query(rng, draw_part(rng), 1),),
    )


def shrunk(rng: random.Random) -> Mapping[str, Contract]:
    """A contract that holds only some of the phrases, as a small data set does."""
    kept = [phrase for phrase in CONTRACTS["pick"].phrases if rng.random() < 0.7]
    return {**CONTRACTS, "pick": CONTRACTS["pick"].model_copy(update={"phrases": dict.fromkeys(kept, 1)})}


def test_ten_thousand_plans_render_only_phrases_of_the_contract_and_mean_a_right_part() -> None:
    rng = random.Random(20)
    named = refused = 0
    for index in range(12_000):
        if index % 400 == 0:
            contracts = shrunk(rng) if rng.random() < 0.5 else CONTRACTS
            grounder = Grounder(CATALOGUE, contracts)
        lying = tuple(draw_part(rng) for _ in range(rng.randint(0, 10)))
        meant = rng.choice(lying) if lying else draw_part(rng)
        wanted = step(rng.choice(CELL.destinations), **dict(draw_query(rng, meant)))
        grounded = grounder.pick(wanted, Scene(parts=lying, sequence=1, time_ns=1), "run-1/1")
        promised = select(wanted.part, lying)
        releases = (grounder.bring(wanted, "run-1/2"), grounder.put_back(meant, scene(*lying), "run-1/3"))
        for release in releases:
            if isinstance(release, Grounded):
                contracts["place"].require(release.call.phrase)
        if isinstance(grounded, Ungrounded):
            refused += grounded.reason == "no_phrase"
            assert (grounded.reason == "none_left") == (not promised)
            continue
        named += 1
        contracts["pick"].require(grounded.call.phrase)
        fitting = [one for one in lying if fits(one, ARGUMENTS[grounded.call.phrase])]
        assert min(fitting, key=lambda one: one.at) == grounded.target
        assert grounded.target in promised
    assert (named, refused) > (5_000, 0)
