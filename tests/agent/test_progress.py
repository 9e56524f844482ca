"""Progress of long jobs where stderr is no terminal."""

import re

import agent.doors.cli.progress
from agent.doors.cli.progress import progress


def test_a_second_stage_is_counted_from_its_own_beginning(capsys, monkeypatch):
    monkeypatch.setattr(agent.doors.cli.progress, "EVERY", 0.0)
    with progress("steps") as update:
        for done, total in ((1990, 2000), (2000, 2000), (5, 5000), (9, 5000)):
            update(done, total, "stage")
    lines = capsys.readouterr().err.splitlines()
    assert [line.split(",")[0] for line in lines] == [
        "steps 1990/2000",
        "steps 2000/2000",
        "steps 5/5000",
        "steps 9/5000",
    ]
    rates = [float(re.search(r", (-?[\d.]+)/s", line)[1]) for line in lines]
    assert min(rates) >= 0
    assert not any(re.search(r"-\d+ s left", line) for line in lines)
