"""The folder of a run: begun once, gone on with only as it was begun. And what a person is told meanwhile."""

from pathlib import Path

import pytest

from policy.training.presets import preset
from policy.training.run_folder import open_run
from skills.errors import BadInput, Unavailable

CONFIG = preset("smoke")


def test_begin_and_go_on(tmp_path: Path) -> None:
    begun = open_run(tmp_path / "run", CONFIG, "abc", resume=False)
    assert open_run(tmp_path / "run", CONFIG, "abc", resume=True) == begun
    assert begun.state("flow") == tmp_path / "run" / "flow.state"


def test_a_folder_that_holds_something_is_not_begun_in(tmp_path: Path) -> None:
    open_run(tmp_path, CONFIG, "abc", resume=False)
    with pytest.raises(BadInput) as raised:
        open_run(tmp_path, CONFIG, "abc", resume=False)
    assert str(raised.value) == (
        f"out: '{tmp_path}' is not allowed; it must be a new or empty folder; to go on with the run in it use --resume."
    )


def test_there_must_be_a_run_to_go_on_with(tmp_path: Path) -> None:
    with pytest.raises(BadInput) as raised:
        open_run(tmp_path, CONFIG, "abc", resume=True)
    assert str(raised.value) == (
        f"--resume: '{tmp_path}' is not allowed; it must be a folder with run.json; begin the run without --resume."
    )


@pytest.mark.parametrize(("name", "data_hash"), [("smoke", "other"), ("smoke-perceiver", "abc")])
def test_a_run_goes_on_only_as_it_was_begun(tmp_path: Path, name: str, data_hash: str) -> None:
    open_run(tmp_path, CONFIG, "abc", resume=False)
    with pytest.raises(BadInput, match="a run of this configuration and data set; use another folder"):
        open_run(tmp_path, preset(name), data_hash, resume=True)


def test_two_processes_do_not_train_in_one_folder(tmp_path: Path) -> None:
    run = open_run(tmp_path, CONFIG, "abc", resume=False)
    again = open_run(tmp_path, CONFIG, "abc", resume=True)
    with run.alone(), pytest.raises(Unavailable) as raised, again.alone():
        pass
    assert str(raised.value) == f"another process trains in {tmp_path}. Wait for it, or end it."
    with again.alone():
        pass
