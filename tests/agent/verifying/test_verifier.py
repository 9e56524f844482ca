"""What one or two looks say of a call."""

import pytest

from agent.looking.difference import Difference, compare, recalled
from agent.looking.looker import Grip, Look, Looker
from agent.verifying.aims import UNKNOWN, LetGo, Motion
from agent.verifying.judging import UNSEEN, judge
from agent.verifying.verifier import Verifier, is_plausible
from skills.call import SkillCall, Verdict
from skills.card import SkillCard
from skills.scene import PartQuery, PerceivedPart, Scene
from tests.agent.kinematic_tray import CATALOGUE, CELL, TextPerceiver, Tray, TrayGate, part, scene

BOLT = part("bolt", "M8", "silver", "failed", (0.0, 0.0))
NUT = part("nut", "M6", "brass", "ok", (0.05, 0.05))
GEAR = part("gear", "small", "red", "ok", (-0.08, 0.0))
HELD, OPEN, SHUT = 0.02, 0.08, 0.0
PICK = SkillCall(
    id="1", skill="pick", arguments={}, phrase="pick up the failed bolt", part=PartQuery(condition="failed")
)
PLACE = SkillCall(
    id="2", skill="place", arguments={}, phrase="place it in the left bin", part=PICK.part, destination="left bin"
)
INSERT = PLACE.model_copy(update={"skill": "insert", "destination": "left fixture"})
PUT_BACK = PLACE.model_copy(update={"skill": "put_back", "destination": "tray"})
LOOKER = Looker(CELL, TrayGate(Tray()), TextPerceiver())


def look(width: float, *parts: PerceivedPart) -> Look:
    return Look(scene=scene(*parts), width=width, grip=LOOKER.grip(width))


def shifted(one: PerceivedPart, dx: float) -> PerceivedPart:
    return one.model_copy(update={"at": (one.at[0] + dx, one.at[1])})


@pytest.mark.parametrize(
    ("width", "after", "judgement", "cause", "reason"),
    [
        (HELD, (NUT, GEAR), "success", None, "failed M8 silver bolt is held"),
        (HELD, (shifted(NUT, 0.03), GEAR), "success", None, "failed M8 silver bolt is held"),
        (
            HELD,
            (NUT, GEAR, part("nut", "M8", "black", at=(0.1, 0.1))),
            "success",
            None,
            "failed M8 silver bolt is held",
        ),
        (HELD, (BOLT, GEAR), "failure", "wrong_part", "ok M6 brass nut is held instead of failed part"),
        (HELD, (BOLT, NUT, GEAR), "uncertain", "unclear", "one part is held, and none left the tray"),
        (
            HELD,
            (GEAR,),
            "uncertain",
            "unclear",
            "one part is held, and failed M8 silver bolt and ok M6 brass nut left the tray",
        ),
        (SHUT, (BOLT, NUT, GEAR), "failure", "missed", "nothing is held and nothing has moved"),
        (
            SHUT,
            (shifted(BOLT, 0.03), NUT, GEAR),
            "failure",
            "dropped_inside",
            "nothing is held; failed M8 silver bolt was moved",
        ),
        (SHUT, (NUT, GEAR), "failure", "dropped_outside", "failed M8 silver bolt left the tray and is not held"),
        (OPEN, (BOLT, NUT, GEAR), "failure", "missed", "nothing is held and nothing has moved"),
    ],
)
def test_pick(width: float, after: tuple[PerceivedPart, ...], judgement: str, cause: str | None, reason: str) -> None:
    verdict = judge(CATALOGUE["pick"], PICK, look(OPEN, BOLT, NUT, GEAR), look(width, *after)).verdict
    assert (verdict.judgement, verdict.cause, verdict.reason) == (judgement, cause, reason)


def test_a_part_that_slid_to_where_its_neighbour_was_taken_from_is_not_held() -> None:
    """The bolt has left its place and lies where the nut lay: it is the nut that is held."""
    close = shifted(BOLT, 0.03).model_copy(update={"kind": "nut"})
    judged = judge(CATALOGUE["pick"], PICK, look(OPEN, BOLT, close, GEAR), look(HELD, shifted(BOLT, 0.025), GEAR))
    assert (judged.verdict.judgement, judged.held, judged.holding) == ("uncertain", None, True)


@pytest.mark.parametrize(("width", "judgement"), [(0.02, "success"), (0.04, "uncertain")])
def test_fingers_that_are_stuck_wide_apart_do_not_hold_the_nut_that_they_pushed_off_the_tray(
    width: float, judgement: str
) -> None:
    nut = PICK.model_copy(update={"part": PartQuery(kind="nut")})
    judged = judge(CATALOGUE["pick"], nut, look(OPEN, BOLT, NUT), look(width, BOLT))
    assert (judged.verdict.judgement, judged.held) == (judgement, NUT if judgement == "success" else None)


def test_a_part_that_left_the_tray_is_lost_unless_it_is_known_to_be_held() -> None:
    before = look(OPEN, BOLT, NUT, GEAR)
    held = judge(CATALOGUE["pick"], PICK, before, look(HELD, NUT, GEAR))
    flung = judge(CATALOGUE["pick"], PICK, before, look(SHUT, NUT, GEAR))
    assert (held.held, held.holding, held.lost) == (BOLT, True, ())
    assert (flung.held, flung.holding, flung.lost) == (None, False, (BOLT,))


@pytest.mark.parametrize(
    ("width", "after", "judgement", "cause", "reason"),
    [
        (OPEN, (NUT,), "success", None, "failed M8 silver bolt was released"),
        (HELD, (NUT,), "failure", "missed", "the part is still held"),
        (OPEN, (NUT, BOLT), "failure", "dropped_inside", "failed M8 silver bolt lies on the tray again"),
        (SHUT, (NUT, BOLT), "failure", "dropped_inside", "failed M8 silver bolt lies on the tray again"),
        (SHUT, (NUT, GEAR), "failure", "dropped_outside", "the part was lost before it was released"),
        (SHUT, (NUT,), "failure", "dropped_outside", "the part was lost before it was released"),
        (OPEN, (), "uncertain", "unclear", "released, but ok M6 brass nut is missing on the tray"),
    ],
)
def test_place(width: float, after: tuple[PerceivedPart, ...], judgement: str, cause: str | None, reason: str) -> None:
    verdict = judge(CATALOGUE["place"], PLACE, look(HELD, NUT), look(width, *after), BOLT).verdict
    assert (verdict.judgement, verdict.cause, verdict.reason) == (judgement, cause, reason)


SEEN = Motion(let_go=LetGo(place="left bin", away=0.0), carried=True)


@pytest.mark.parametrize(
    ("motion", "watched", "judgement", "lost"),
    [
        (SEEN, True, "success", (NUT,)),
        (SEEN, False, "uncertain", (NUT,)),
        (UNKNOWN, True, "uncertain", (NUT,)),
        (SEEN.model_copy(update={"carried": None}), True, "uncertain", (NUT,)),
        (SEEN.model_copy(update={"carried": False}), True, "failure", (BOLT, NUT)),
    ],
)
def test_a_release_that_was_seen_is_believed_though_another_part_is_lost(
    motion: Motion, judgement: str, lost: tuple[PerceivedPart, ...], *, watched: bool
) -> None:
    judged = judge(CATALOGUE["place"], PLACE, look(HELD, NUT), look(OPEN), BOLT, watched=watched, motion=motion)
    assert (judged.verdict.judgement, judged.lost) == (judgement, lost)
    assert not is_plausible(judged)


@pytest.mark.parametrize(("width", "after"), [(SHUT, (BOLT,)), (HELD, ())])
def test_a_part_that_is_knocked_out_is_lost_whatever_else_went_wrong(
    width: float, after: tuple[PerceivedPart, ...]
) -> None:
    judged = judge(CATALOGUE["place"], PLACE, look(HELD, NUT), look(width, *after), BOLT)
    assert (judged.verdict.judgement, judged.lost) == ("failure", (NUT,))


@pytest.mark.parametrize(
    ("width", "watched", "after", "judgement", "cause", "confidence"),
    [
        (OPEN, True, (NUT,), "success", None, UNSEEN),
        (OPEN, False, (NUT,), "uncertain", "unclear", 0.95),
        (OPEN, False, (NUT, BOLT), "failure", "dropped_inside", 0.95),
        (HELD, True, (NUT,), "failure", "missed", 1.0),
        (SHUT, True, (NUT, BOLT), "failure", "dropped_inside", 0.95),
        (SHUT, True, (NUT,), "failure", "dropped_outside", 0.95),
        (OPEN, True, (), "uncertain", "unclear", 0.95),
    ],
)
def test_insert(
    width: float,
    watched: bool,
    after: tuple[PerceivedPart, ...],
    judgement: str,
    cause: str | None,
    confidence: float,
) -> None:
    judged = judge(CATALOGUE["insert"], INSERT, look(HELD, NUT), look(width, *after), BOLT, watched=watched)
    verdict = judged.verdict
    assert (verdict.judgement, verdict.cause, verdict.confidence) == (judgement, cause, confidence)
    assert is_plausible(judged) == (judgement == "success" or cause == "missed"), "else it is looked at again"


def test_after_an_unwatched_motion_a_part_like_the_held_one_is_the_held_one() -> None:
    before, after = look(HELD, NUT), look(OPEN, NUT, BOLT)
    verdict = judge(CATALOGUE["place"], PLACE, before, after, BOLT, watched=False).verdict
    assert (verdict.judgement, verdict.cause) == ("failure", "dropped_inside")


@pytest.mark.parametrize(
    ("width", "held", "after", "judgement", "cause"),
    [
        (OPEN, BOLT, (NUT, BOLT), "success", None),
        (OPEN, BOLT, (NUT, GEAR), "uncertain", "unclear"),
        (OPEN, None, (NUT, BOLT), "success", None),
        (OPEN, None, (NUT,), "success", None),
        (HELD, BOLT, (NUT,), "failure", "missed"),
        (OPEN, BOLT, (NUT,), "failure", "dropped_outside"),
        (OPEN, BOLT, (), "uncertain", "unclear"),
    ],
)
def test_put_back(
    width: float, held: PerceivedPart | None, after: tuple[PerceivedPart, ...], judgement: str, cause: str | None
) -> None:
    verdict = judge(CATALOGUE["put_back"], PUT_BACK, look(HELD, NUT), look(width, *after), held).verdict
    assert (verdict.judgement, verdict.cause) == (judgement, cause)


class Flickering:
    """A perceiver that shows one scene after another."""

    def __init__(self, *scenes: Scene) -> None:
        self.scenes = list(scenes)

    def perceive(self, observation: object) -> Scene:
        return self.scenes.pop(0)


def verified(width: float, *scenes: Scene) -> tuple[Verdict, int, Scene]:
    """The verdict on PICK, how many looks it did not need, and the scene that it leaves."""
    world, perceiver = Tray(), Flickering(*scenes)
    world.width = width
    seen = Verifier(Looker(CELL, TrayGate(world), perceiver), CELL.tray.half).verify(
        CATALOGUE["pick"], PICK, look(OPEN, BOLT, NUT, GEAR), None
    )
    return seen.judged.verdict, len(perceiver.scenes), seen.after.scene


def test_one_clear_look_is_enough() -> None:
    verdict, spared, _ = verified(HELD, scene(NUT, GEAR), scene(), scene())
    assert (verdict.judgement, spared) == ("success", 2)


def test_a_look_that_shows_more_than_the_verdict_explains_is_made_again() -> None:
    ghost = part("nut", "M6", "blue", "ok", (0.1, -0.1))
    verdict, spared, left = verified(HELD, scene(NUT, GEAR, ghost), scene(NUT, GEAR), scene(NUT, GEAR))
    assert (verdict.judgement, spared, left) == ("success", 0, scene(NUT, GEAR))


def test_a_part_that_one_look_overlooks_is_not_lost() -> None:
    verdict, spared, left = verified(SHUT, scene(BOLT, GEAR), scene(BOLT, NUT, GEAR), scene(BOLT, NUT, GEAR))
    assert (verdict.cause, spared, left) == ("missed", 0, scene(BOLT, NUT, GEAR))


def test_a_look_that_is_not_sure_is_made_again() -> None:
    pale = BOLT.model_copy(update={"confidence": 0.6})
    world, perceiver = Tray(), Flickering(scene(NUT), scene(NUT))
    world.width = HELD
    verifier = Verifier(Looker(CELL, TrayGate(world), perceiver), CELL.tray.half)
    seen = verifier.verify(CATALOGUE["pick"], PICK, look(OPEN, pale, NUT), None)
    assert (seen.judged.verdict.judgement, perceiver.scenes) == ("success", [])


def test_looks_that_all_differ_are_uncertain() -> None:
    verdict, _, _ = verified(SHUT, scene(NUT, GEAR), scene(shifted(BOLT, 0.03), NUT, GEAR), scene(BOLT, NUT, GEAR))
    assert verdict == Verdict(
        judgement="uncertain",
        reason="looks disagree: failed M8 silver bolt left the tray and is not held; "
        "nothing is held; failed M8 silver bolt was moved; nothing is held and nothing has moved",
        confidence=0.95,
        cause="unclear",
    )


def test_looking_moves_the_arm_out_of_view_and_leaves_the_gripper_alone() -> None:
    world = Tray(GEAR)
    world.at_home, world.held, world.width = False, BOLT, HELD
    seen = Looker(CELL, TrayGate(world), TextPerceiver()).look()
    assert (seen.scene.parts, seen.grip) == ((GEAR,), Grip(holding=True, is_open=False))
    assert (world.at_home, world.held) == (True, BOLT)


def test_difference_matches_the_surest_pairs_first() -> None:
    near, far = part("nut", "M6", "brass", "ok", (0.0, 0.0)), part("nut", "M6", "brass", "ok", (0.05, 0.0))
    assert compare(scene(near, far), scene(shifted(far, 0.004))) == Difference(gone=(near,))
    assert compare(scene(near, GEAR), scene(shifted(near, 0.03), GEAR)) == Difference(
        moved=((near, shifted(near, 0.03)),)
    )
    marked = near.model_copy(update={"condition": "failed"})
    assert compare(scene(near), scene(marked)) == Difference(changed=((near, marked),))
    assert compare(scene(near, far), scene(far, near)).is_empty


FAINT_NUT = NUT.model_copy(update={"confidence": 0.3})


def unclear_at(x: float, *parts: PerceivedPart) -> Scene:
    return scene(*parts).model_copy(update={"unclear": ((x, 0.05),)})


def test_a_faint_part_that_one_look_cannot_make_out_has_neither_gone_nor_come() -> None:
    clear, doubtful = scene(BOLT, FAINT_NUT), unclear_at(0.06, BOLT)
    assert compare(clear, doubtful).is_empty
    assert compare(doubtful, clear).is_empty
    assert compare(clear, unclear_at(0.08, BOLT)) == Difference(gone=(FAINT_NUT,))
    assert compare(unclear_at(0.08, BOLT), clear) == Difference(appeared=(FAINT_NUT,))
    assert compare(scene(BOLT, NUT), doubtful) == Difference(gone=(NUT,)), "what was plain to see does not fade"


def test_a_faint_part_is_remembered_where_the_next_look_cannot_make_it_out() -> None:
    assert recalled(unclear_at(0.06, BOLT), scene(BOLT, FAINT_NUT)) == scene(BOLT, FAINT_NUT)
    for kept in (unclear_at(0.08, BOLT), scene(BOLT)):
        assert recalled(kept, scene(BOLT, FAINT_NUT)) == kept
    assert recalled(unclear_at(0.06, BOLT), scene(BOLT, NUT)) == unclear_at(0.06, BOLT)


def test_a_faint_part_is_remembered_once_where_a_look_shows_it_and_something_unclear_beside_it() -> None:
    again = FAINT_NUT.model_copy(update={"at": (FAINT_NUT.at[0] + 0.001, FAINT_NUT.at[1]), "confidence": 0.45})
    both = unclear_at(0.06, BOLT, again)
    assert recalled(both, scene(BOLT, FAINT_NUT)) == both
    assert recalled(both, recalled(both, both)) == both


PUSHED = SkillCard.model_validate(
    {
        "name": "push", "summary": "s", "phrase": "push the {kind} {edge}", "checkpoint": "push", "start_pose": "home",
        "parameters": {"kind": {"values": ["part"]}, "edge": {"values": ["left edge"]}},
        "done_check": "part_at_region", "region": "{edge}",
        "budget": {"seconds": 1, "chunks": 1},
    }
)  # fmt: skip
PUSH = PICK.model_copy(update={"skill": "push", "arguments": {"kind": "part", "edge": "left edge"}})
AT_EDGE = BOLT.model_copy(update={"at": (BOLT.at[0], 0.135), "yaw": 0.0})
HALFWAY = BOLT.model_copy(update={"at": (BOLT.at[0], 0.09), "yaw": 0.0})
NUT_AT_EDGE = NUT.model_copy(update={"at": (NUT.at[0], 0.135)})


@pytest.mark.parametrize(
    ("width", "after", "judgement", "cause"),
    [
        (SHUT, (AT_EDGE, NUT, GEAR), "success", None),
        (OPEN, (AT_EDGE, NUT, GEAR), "success", None),
        (SHUT, (BOLT, NUT, GEAR), "failure", "missed"),
        (SHUT, (HALFWAY, NUT, GEAR), "failure", "dropped_inside"),
        (SHUT, (BOLT, NUT_AT_EDGE, GEAR), "failure", "wrong_part"),
        (SHUT, (AT_EDGE, NUT_AT_EDGE, GEAR), "failure", "wrong_part"),
        (SHUT, (NUT, GEAR), "failure", "dropped_outside"),
        (HELD, (AT_EDGE, NUT, GEAR), "uncertain", "unclear"),
    ],
)
def test_a_part_in_its_region(
    width: float, after: tuple[PerceivedPart, ...], judgement: str, cause: str | None
) -> None:
    judged = judge(PUSHED, PUSH, look(OPEN, BOLT, NUT, GEAR), look(width, *after), half=CELL.tray.half)
    assert (judged.verdict.judgement, judged.verdict.cause) == (judgement, cause)
    assert judged.lost == (() if cause != "dropped_outside" else (BOLT,))
