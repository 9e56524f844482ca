"""`smolcell replay`: the runs, a page that needs nothing beside it, a Rerun file, and the decisions again."""

import json
import re
import shutil
import sys
from pathlib import Path

import pytest

from agent.recording import page
from agent.recording.read import read
from agent.run import run
from tests.agent.kinematic_tray import Bench, Tray, part, step

GEAR = part("gear", "large", "red", "failed", (-0.05, 0.05))
GOOD = part("bolt", "M10", "silver", "ok", (0.09, 0.09))


@pytest.fixture(scope="module")
def run_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The state folder of a cell with one recorded run, in which a pick misses first."""
    folder = tmp_path_factory.mktemp("state")
    bench = Bench(folder, Tray(GEAR, GOOD, faults={1: "miss"}), step(condition="failed"))
    run(bench.workcell, "go")
    bench.journal.close()
    return folder


def test_without_a_run_the_runs_are_listed(smolcell, run_folder, tmp_path):
    said = smolcell("replay", "--state", str(run_folder))
    assert said.code == 0
    assert re.search(r"run-00001 +\S+ +go +done +\d+\.\d", said.out)
    (row,) = json.loads(smolcell("replay", "--state", str(run_folder), "--json").out)["runs"]
    assert (row["run"], row["instruction"], row["outcome"]) == ("run-00001", "go", "done")
    assert "no run is recorded in" in smolcell("replay", "--state", str(tmp_path)).out
    assert smolcell("replay", "--state", str(tmp_path), "--decide").code == 2
    assert "none is recorded in" in smolcell("replay", "run-00001", "--state", str(tmp_path)).err


def test_a_run_becomes_a_page_and_a_rerun_file(smolcell, run_folder):
    pytest.importorskip("rerun")
    said = smolcell("replay", "run-00001", "--state", str(run_folder), "--json")
    assert said.code == 0, said.err
    files = json.loads(said.out)
    assert Path(files["rerun"]).read_bytes().startswith(b"RRF")
    assert "<h1>go</h1>" in Path(files["html"]).read_text()


def test_the_page_needs_nothing_beside_it(smolcell, run_folder, tmp_path):
    file = tmp_path / "run.html"
    assert smolcell("replay", str(run_folder / "recordings" / "run-00001"), "--html", str(file)).code == 0
    text = file.read_text()
    inside = re.sub(r"data:image/jpeg;base64,[\w+/=]+", "", text)
    assert text.count("data:image/jpeg") > 10
    assert not re.search(
        r"(src|href|srcset|action|data)\s*=\s*['\"](?!['\"])|https?:|url\(|@import|<script|<link", inside
    )
    assert re.search(r"failure \(\d+% sure, cause: missed\)", inside)
    assert "pick up the failed gear · run-00001/1" in inside
    assert "1 seen, 1 moved, 0 left, 0 lost" in inside
    assert inside.count("<section") == len(read(run_folder / "recordings" / "run-00001").visits)


def test_what_was_said_is_never_part_of_the_page(run_folder, tmp_path):
    recording = read(run_folder / "recordings" / "run-00001")
    began = recording.began.model_copy(update={"state": {**recording.began.state, "instruction": "<script>x</script>"}})
    hostile = type(recording)(recording.path, (began, *recording.entries[1:]))
    page.write_page(hostile, tmp_path / "run.html")
    assert "<script" not in (tmp_path / "run.html").read_text()


def test_a_node_and_an_answer_that_nobody_knows_are_shown_by_their_fields(run_folder, tmp_path):
    lines = (run_folder / "recordings" / "run-00001" / "run.jsonl").read_text().splitlines()
    unknown = [
        {"entry": "entered", "node": "consult"},
        {"entry": "heard", "of": "oracle.ask", "ns": 5, "answer": {"kind": "agent.oracle:Word", "value": {"a": 1}}},
        {"entry": "mused", "about": "a kind of entry that a later version has"},
        {"entry": "questioned", "node": "consult", "question": {"question": "Skip it?", "choices": ["yes", "no"]}},
        {"entry": "said", "answer": "yes"},
        {"entry": "entered", "node": "consult"},
        {"entry": "decided", "node": "consult", "update": {"advice": "skip"}},
    ]
    folder = tmp_path / "run-00009"
    folder.mkdir()
    (folder / "run.jsonl").write_text("\n".join([*lines[:6], *map(json.dumps, unknown)]) + "\n")
    page.write_page(read(folder), folder / "run.html")
    text = (folder / "run.html").read_text()
    assert "oracle.ask" in text
    assert "asked: Skip it? (yes / no) – answered &#x27;yes&#x27;" in text
    assert "changed advice" in text


def test_without_rerun_the_page_is_written_and_the_remedy_said(smolcell, run_folder, monkeypatch):
    monkeypatch.setitem(sys.modules, "rerun", None)
    html = run_folder / "recordings" / "run-00001" / "replay.html"
    html.unlink(missing_ok=True)
    said = smolcell("replay", "run-00001", "--state", str(run_folder))
    assert said.code == 5
    assert "pip install 'smolcell[replay]'" in said.err
    assert html.is_file()


@pytest.mark.parametrize("flag", ["--html", "--rerun"])
@pytest.mark.parametrize("name", [".", "nowhere/run"])
def test_a_file_that_cannot_be_written_is_named(smolcell, run_folder, tmp_path, flag, name):
    said = smolcell("replay", "run-00001", "--state", str(run_folder), flag, str(tmp_path / name))
    assert (said.code, said.err.splitlines()[-1].split(" ")[1]) == (2, f"{flag}:")


@pytest.fixture
def damaged(run_folder, tmp_path):
    """A copy of the recording that a test may spoil."""
    return Path(shutil.copytree(run_folder / "recordings" / "run-00001", tmp_path / "run-00001"))


def test_pictures_that_are_missing_or_other_ones_are_counted(smolcell, damaged, tmp_path):
    assert not read(damaged).damaged
    first, second, *rest = sorted((damaged / "pictures").iterdir())
    first.unlink()
    shutil.copy(rest[0], second)
    said = smolcell("replay", str(damaged), "--html", str(tmp_path / "run.html"), "--json")
    told = f"2 of {len(rest) + 2} pictures are missing or not as they were taken"
    assert (said.code, json.loads(said.out)["damaged"]) == (0, 2)
    assert said.err.startswith(f"recording   {told}: ")
    assert told in (tmp_path / "run.html").read_text()
    decided = smolcell("replay", str(damaged), "--decide", "--json")
    assert (decided.code, json.loads(decided.out)["outcome"]) == (2, "error")
    assert told in decided.err


def test_a_broken_line_is_named_by_its_number(smolcell, damaged):
    file = damaged / "run.jsonl"
    lines = file.read_bytes().splitlines(keepends=True)
    for broken in (b'{"entry": "heard"\n', b'{"entry": "entered"}\n', b"\xff\n"):
        file.write_bytes(b"".join([*lines[:4], broken, *lines[5:]]))
        said = smolcell("replay", str(damaged))
        assert (said.code, said.out) == (2, "")
        assert "line 5 of run.jsonl is broken" in said.err


def test_a_run_that_is_not_there_is_named_with_the_nearest(smolcell, run_folder):
    said = smolcell("replay", "run-00002", "--state", str(run_folder))
    assert said.code == 2
    assert "Nearest: 'run-00001'" in said.err


@pytest.mark.heavy
def test_a_run_of_the_twin_is_decided_alike_and_what_stands_in_the_way_now_is_named(smolcell, state, tmp_path):
    assert smolcell("run", "remove all failed parts", "--seed", "3", "--yes").code in (0, 3)
    same = smolcell("replay", "run-00001", "--decide", "--json")
    assert (same.code, json.loads(same.out)["differences"]) == (0, [])
    cell = tmp_path / "pillar.yaml"
    text = (Path(__file__).parents[3] / "cells" / "default.yaml").read_text()
    pillar = "keep_outs: [{name: pillar, low: [0.05, 0.4, 0.0], high: [0.25, 0.6, 0.6]}]\n"
    cell.write_text(text.replace("\nlimits:", f"\n{pillar}limits:"))
    other = smolcell("replay", "run-00001", "--decide", "--json", "--cell", str(cell))
    assert other.code == 3
    assert {one["node"] for one in json.loads(other.out)["differences"]} == {"gate"}
    assert "since then: keep_outs (number) of the cell was 0, is 1" in other.err
