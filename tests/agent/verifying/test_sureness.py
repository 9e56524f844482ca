"""How sure a verdict may be: what is fitted, what is written, and what it changes."""

from pathlib import Path

import pytest

from agent.evaluation.kept import KeptSamples
from agent.evaluation.report import Heading
from agent.evaluation.verdict_calibration import LEAST, Said, fitted
from agent.looking.looker import Looker
from agent.verifying.evidence import Evidence
from agent.verifying.sureness import VERDICTS_FILE, Sureness, doubt, load_sureness, save_sureness
from agent.verifying.verifier import Verified, Verifier
from skills.errors import BadInput
from tests.agent.kinematic_tray import CATALOGUE, CELL, Tray, TrayGate, scene
from tests.agent.verifying.test_verifier import BOLT, GEAR, HELD, NUT, OPEN, PICK, Flickering, look

PICKED = "part_in_gripper success"


def said(n: int, mistakes: int) -> list[Said]:
    """Verdicts on picks; the more doubtful, the more of them are mistakes."""
    return [Said(PICKED, 1.0 + 50 * number / n, 0.9, number < n - mistakes) for number in range(n)]


def evidence(**changed: object) -> Evidence:
    plain = {"width": 0.02, "weakest": 0.9, "gone": 1, "appeared": 0, "moved": 0, "changed": 0, "watched": True}
    return Evidence.model_validate({"tidy": True, **plain, **changed})


def test_what_speaks_against_a_verdict_makes_it_more_doubtful() -> None:
    plain = doubt(evidence())
    against = ({"weakest": 0.5}, {"looks": 2}, {"agreed": False}, {"tidy": False}, {"watched": False})
    assert all(doubt(evidence(**changed)) > plain for changed in against)


def test_a_curve_falls_where_doubtful_verdicts_were_mistakes() -> None:
    every_third = [Said(PICKED, 1.0 + number, 0.9, number < 30 or number % 3 == 0) for number in range(60)]
    curve = fitted(every_third, "hash", 1).curves[PICKED]
    assert curve.of(0.005) > 0.9 > 0.5 > curve.of(0.055)


def test_verdicts_that_were_all_right_are_no_certainty() -> None:
    found = fitted(said(48, 0), "hash", 1)
    assert found.curves[PICKED].of(0.002) == pytest.approx(49 / 50)
    assert found.right == {PICKED: (48, 48)}
    assert found.brier < found.brier_before


def test_verdicts_are_read_as_they_were_kept(tmp_path: Path) -> None:
    heading = Heading(actor="verifier with pick ab", skill="pick", split="touching", seed=3, cell="cd")
    kept = KeptSamples(tmp_path / "kept.jsonl", heading, Said)
    kept.keep(1, (verdict := said(1, 1)[0]))
    kept.keep(0, None)
    assert KeptSamples(tmp_path / "kept.jsonl", heading, Said).made == {1: verdict, 0: None}


def test_too_few_verdicts_are_not_fitted() -> None:
    with pytest.raises(BadInput, match=f"{LEAST} or more"):
        fitted(said(LEAST - 1, 1), "hash", 1)


def test_the_file_belongs_to_the_perceiver_s_weights(tmp_path: Path) -> None:
    found = fitted(said(40, 2), "these", 1)
    assert load_sureness(tmp_path, "these") is None
    save_sureness(found, tmp_path)
    assert load_sureness(tmp_path, "these") == found
    with pytest.raises(BadInput, match="smolcell calibrate verifier"):
        load_sureness(tmp_path, "others")
    (tmp_path / VERDICTS_FILE).write_text("{}")
    with pytest.raises(BadInput):
        load_sureness(tmp_path, "these")


def judged(sureness: Sureness | None, believe: float) -> Verified:
    world = Tray()
    world.width = HELD
    looker = Looker(CELL, TrayGate(world), Flickering(scene(NUT, GEAR)))
    verifier = Verifier(looker, CELL.tray.half, sureness=sureness, believe=believe)
    seen = verifier.verify(CATALOGUE["pick"], PICK, look(OPEN, BOLT, NUT, GEAR), None)
    assert isinstance(seen, Verified)
    return seen


def test_a_verdict_is_as_sure_as_was_fitted_and_an_unsure_success_is_not_believed() -> None:
    fit = fitted(said(48, 0), "hash", 1)
    assert judged(None, 0.9).judged.verdict.confidence == BOLT.confidence
    sure, unsure = judged(fit, 0.9).judged, judged(fit, 0.99).judged
    assert (sure.verdict.judgement, sure.verdict.confidence) == ("success", pytest.approx(0.98))
    assert (unsure.verdict.judgement, unsure.held, unsure.holding) == ("uncertain", None, True)
    assert "only 98% are right" in unsure.verdict.reason
