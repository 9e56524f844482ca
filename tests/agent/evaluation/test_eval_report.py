"""Figures of an evaluation, its file, its page, and two of them in pairs."""

import json
import re
from pathlib import Path
from xml.etree import ElementTree

import pytest

from agent.evaluation.compare import Different, Paired, compare
from agent.evaluation.kept import KeptTrials, load_report
from agent.evaluation.page import write_page
from agent.evaluation.report import EvalReport, Heading
from agent.evaluation.trial import Cause, Trial
from skills.errors import BadInput

HEADING = Heading(actor="pick 0a1b on onnx", skill="pick", split="heaped", seed=3, cell="cafe")


def trial(number: int, cause: Cause, **changed: object) -> Trial:
    told = {"phrase": "pick up the nut", "meant": "pick up the nut", "words": {"kind": "nut"}, "aimed_right": True}
    return Trial.model_validate({"number": number, "cause": cause} | told | changed)


REPORT = EvalReport(
    heading=HEADING,
    trials=(
        trial(0, "success", confidence=0.9),
        trial(1, "refused", rule="collision", detail="collision: 3 mm", confidence=0.8, before="QUJD", after="REVG"),
        trial(2, "wrong_part", aimed_right=False, skipped=2, words={"kind": "gear"}, detail="<nut> instead of gear"),
        trial(3, "missed", aimed_right=None, phrase="pick up the gear", words={"kind": "gear"}),
    ),
)


def test_what_json_says() -> None:
    told = REPORT.as_json()
    assert (told["n"], told["successes"], told["wilson95"]) == (4, 1, [0.0456, 0.6994])
    assert told["right_part"] == {"n": 3, "successes": 2, "wilson95": [0.2077, 0.9385]}
    assert told["skipped_scenes"] == {"drawn": 6, "skipped": 2}
    assert told["causes"] == {"success": 1, "refused": 1, "wrong_part": 1, "missed": 1}
    assert told["refusals"] == {"collision": 1}
    assert told["phrases"] == {"pick up the gear": (0, 1), "pick up the nut": (1, 3)}
    assert {value: one["successes"] for value, one in told["by"]["kind"].items()} == {"gear": 0, "nut": 1}
    assert told["calibration"]["error"] == pytest.approx((abs(0.9 - 1) + abs(0.8 - 0)) / 2)
    assert [one["cause"] for one in told["failures"]] == ["refused", "wrong_part", "missed"]
    assert "QUJD" not in json.dumps(told)


def test_no_confidence_is_no_calibration() -> None:
    assert "calibration" not in REPORT.model_copy(update={"trials": REPORT.trials[2:]}).as_json()


def test_trials_are_kept_as_they_come_and_read_again(tmp_path: Path) -> None:
    path = tmp_path / "kept.jsonl"
    kept = KeptTrials(path, HEADING)
    for one in reversed(REPORT.trials):
        kept.keep(one)
    assert load_report(path) == REPORT
    with path.open("a") as file:
        file.write('{"number": 4, "phr')  # cut off
    assert load_report(path) == REPORT
    KeptTrials(path, HEADING).keep(trial(4, "success"))
    assert [one.number for one in load_report(path).trials] == [0, 1, 2, 3, 4]


def test_a_file_of_another_evaluation_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "kept.jsonl"
    KeptTrials(path, HEADING)
    with pytest.raises(BadInput, match="its split is 'heaped', not 'touching'"):
        KeptTrials(path, HEADING.model_copy(update={"split": "touching"}))
    path.write_text("something else\n")
    with pytest.raises(BadInput, match="it must be a file that `eval --results` wrote"):
        KeptTrials(path, HEADING)
    assert path.read_text() == "something else\n"


def test_the_page_holds_figures_and_the_pictures_of_failures(tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    write_page(REPORT, page)
    told = page.read_text(encoding="utf-8")
    assert "1/4 (4.6–69.9%) at the first attempt" in told
    assert "2/3 (20.8–93.9%)" in told
    assert "src='data:image/jpeg;base64,QUJD'" in told
    assert "<nut>" not in told
    assert re.findall(r"<h3>(.*?)</h3>", told) == ["refused: 1", "wrong_part: 1", "missed: 1"]
    forest, curve = (ElementTree.fromstring(drawn) for drawn in re.findall(r"<svg.*?</svg>", told, re.DOTALL))
    assert len(forest.findall("{*}circle")) == len(curve.findall("{*}circle")) == 2
    assert "http" not in re.sub(r"http://www\.w3\.org/2000/svg", "", told)


def other(*causes: Cause, **heading: object) -> EvalReport:
    trials = tuple(trial(number, cause) for number, cause in enumerate(causes))
    return EvalReport(heading=HEADING.model_copy(update=heading), trials=trials)


def test_two_are_compared_on_the_scenes_that_both_have() -> None:
    one = other("success", "success", "missed", "success")
    two = other("success", "refused", "success", "missed", "success", actor="pick ffff on onnx")
    found = compare(one, two)
    assert found.all == Paired(n=4, a=3, b=2, only_a=2, only_b=1, p=1.0)
    assert found.by == {"kind": {"nut": found.all}}
    assert found.different[0] == Different(number=1, meant="pick up the nut", a="success", b="refused")
    assert (len(found.different), found.unpaired) == (3, 1)
    assert found.verdict == "no significant difference (McNemar exact, p = 1.000)"


def test_a_difference_that_is_no_chance_is_named() -> None:
    found = compare(other(*["missed"] * 6), other(*["success"] * 6))
    assert found.all.p == pytest.approx(2 / 2**6)
    assert found.verdict == "B is significantly better (McNemar exact, p = 0.031)"


@pytest.mark.parametrize("field", ["skill", "seed", "cell"])
def test_evaluations_of_other_scenes_are_not_compared(field: str) -> None:
    changed: dict[str, object] = {"skill": "place", "seed": 4, "cell": "beef"}
    with pytest.raises(BadInput, match=f"{field} of the second evaluation"):
        compare(REPORT, other("success", **{field: changed[field]}))


def test_another_question_is_no_pair() -> None:
    asked = EvalReport(heading=HEADING, trials=(trial(0, "success", meant="pick up the gear"),))
    with pytest.raises(BadInput, match="two that have scenes in common"):
        compare(REPORT, asked)
