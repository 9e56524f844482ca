"""Checks of a contract alone and of where a call starts: wrong weights, epochs, rate, units, start state."""

from pathlib import Path
from typing import Any

import pytest

from skills.catalogue import load_catalogue
from skills.cell import Cell
from skills.columns import check_start, check_units
from skills.contract import Contract, load_contract
from skills.fault import Fault
from skills.trained import check_checkpoint, check_epochs, check_rate

CATALOGUE = load_catalogue()


@pytest.fixture
def pick(root: Path) -> Contract:
    return load_contract(root / "policy" / "weights" / "pick")


def told(fault: Fault | None) -> tuple[str, str]:
    assert fault is not None
    return fault.check, fault.text


@pytest.mark.parametrize("card", tuple(CATALOGUE), ids=lambda card: card.name)
def test_the_committed_contracts_pass(root: Path, cell: Cell, card: Any) -> None:
    contract = load_contract(root / "policy" / "weights" / card.checkpoint)
    assert [check_checkpoint(contract, card), check_epochs(contract), check_rate(contract)] == [None] * 3
    assert check_units(contract, cell) is None


def test_weights_for_another_skill_are_told(pick: Contract) -> None:
    named = pick.model_copy(update={"skills": ("pick",)})
    assert told(check_checkpoint(named, CATALOGUE["place"])) == (
        "checkpoint",
        "contract pick was trained for pick, not for place",
    )
    fault = check_checkpoint(pick.model_copy(update={"skills": ()}), CATALOGUE["place"])
    assert told(fault) == ("checkpoint", "contract pick holds no phrase of place")
    assert fault is not None
    assert fault.remedy == (
        "let checkpoints.place of the cell file name the weights of place, or train them: smolcell train place"
    )


@pytest.mark.parametrize(("episodes", "epochs", "faulty"), [(499, 7.0, False), (499, 7.1, True), (500, 50.0, False)])
def test_few_episodes_seen_too_often_are_told(pick: Contract, episodes: int, epochs: float, faulty: bool) -> None:
    fault = check_epochs(pick.model_copy(update={"phrases": {"pick up the nut": episodes}, "epochs": epochs}))
    assert (fault is not None) == faulty
    if fault:
        assert fault.text == "contract pick saw its 499 episodes 7.1 times"
        assert fault.remedy == "train 3 to 7 epochs, or with 500 episodes and more"


@pytest.mark.parametrize(
    ("changed", "text"),
    [
        ({"period": 0.1}, "gives 0.1 s between rows of tcp_waypoints, which have no time"),
        ({"space": "joint_positions"}, "gives None as the seconds between rows of joint_positions"),
        ({"space": "joint_positions", "period": 30.0}, "gives 30.0 as the seconds between rows of joint_positions"),
        ({"executed": 6}, "executes 6 rows of the 5 that it predicts"),
    ],
)
def test_a_wrong_rate_is_told(pick: Contract, changed: dict[str, Any], text: str) -> None:
    assert told(check_rate(pick.model_copy(update=changed))) == ("rate", f"contract pick {text}")


def test_columns_in_other_units_are_told(pick: Contract, cell: Cell) -> None:
    millimetres = pick.model_copy(update={"action_names": ("x [mm]", *pick.action_names[1:])})
    fault = check_units(millimetres, cell)
    assert told(fault) == ("units", "action column 'x [mm]' of contract pick is 'x [m]' in this cell")
    assert fault is not None
    assert fault.remedy == "convert the data to 'x [m]', and train again"
    strange = pick.model_copy(update={"state_names": ("elbow", *pick.state_names[1:])})
    assert told(check_units(strange, cell)) == (
        "units",
        "state column 'elbow' of contract pick is none that this cell measures",
    )


def test_columns_whose_values_are_no_metres_are_told(pick: Contract, cell: Cell) -> None:
    rows = tuple(tuple(1000 * value for value in row) for row in pick.action_mean)
    assert told(check_units(pick.model_copy(update={"action_mean": rows}), cell)) == (
        "units",
        f"action x [m] of contract pick averages {rows[0][0]:.4g}, and the workspace goes from -0.05 to 0.8 m",
    )


def test_a_start_outside_the_data_is_told(pick: Contract) -> None:
    home = dict(zip(pick.state_names, pick.start_state.mean, strict=True))
    assert check_start(pick, home) is None
    assert check_start(pick, {**home, "x [m]": home["x [m]"] + 0.019}) is None
    assert told(check_start(pick, {**home, "x [m]": home["x [m]"] + 0.03})) == (
        "start state",
        "x [m] is 0.207 at the start, and the data begin between 0.157 and 0.197",
    )
    assert check_start(pick, {**home, "z [m]": float("nan")}) is not None
