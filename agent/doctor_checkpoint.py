"""What the doctor asks of one checkpoint: of its files, of its contract, and of what it has done in this cell."""

import json
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any, Final

import numpy as np

from agent.cell_weights import checkpoint_folder
from policy.checkpoint import open_policy
from policy.confidence import load_confidence
from policy.pictures import load_references
from safety.state import AUDIT_FILE
from skills.base import Image
from skills.card import SkillCard
from skills.cell import Cell
from skills.chunk import ActionChunk
from skills.columns import check_start, check_units, state_of
from skills.contract import Contract, load_contract
from skills.errors import BadInput, Unavailable
from skills.fault import Fault
from skills.motion import FEWEST_CHUNKS, UNKNOWN, check_closed, check_gripper, check_jumps, closed_share
from skills.observation import Observation
from skills.preflight import check_cameras, check_places
from skills.reference import Reference
from skills.start import way_to_start
from skills.trained import check_checkpoint, check_epochs, check_rate
from skills.ways import OTHER_WAYS

LATEST: Final = 200
"""Chunks of the audit that are looked at, the last ones."""

Check = Callable[[], str]
"""Says what it found, in a few words. Raises: SmolcellError with the remedy."""


def checkpoint_checks(cell: Cell, name: str, cards: tuple[SkillCard, ...], state: Path) -> Iterator[tuple[str, Check]]:
    """The checks of the checkpoint that the cell file calls `name`, by name."""
    mine = tuple(card for card in cards if card.checkpoint == name)

    def of_contract(check: Callable[[Contract], str]) -> str:
        return check(load_contract(checkpoint_folder(cell, name)))

    yield f"weights of {name}", partial(_weights, cell, name)
    checks: dict[str, Callable[[Contract], str]] = {
        "checkpoint": partial(_checkpoint, mine),
        "contract": partial(_contract, mine),
        "units": partial(_units, cell),
        "rate": _rate,
        "epochs": _epochs,
        "cameras": partial(_cameras, cell),
        "places": partial(_places, cell),
        "pictures": partial(_pictures, cell, name),
        "start state": partial(_start, cell),
        "jumps": partial(_jumps, state / AUDIT_FILE),
        "gripper": partial(_gripper, state / AUDIT_FILE),
        "confidence": partial(_confidence, cell, name),
    }
    for what, check in checks.items():
        yield f"{what} of {name}", partial(of_contract, check)


def demand(fault: Fault | None) -> None:
    """Raises: Unavailable, with the fault's remedy."""
    if fault:
        raise Unavailable(f"{fault.text}.", f"{fault.remedy[0].upper()}{fault.remedy[1:]}.")


def megabytes(file: Path) -> str:
    return f"{file.stat().st_size / 1e6:.1f} MB"


def _weights(cell: Cell, name: str) -> str:
    """The network is there, and it is the one that the contract was written for."""
    folder, contract = open_policy(checkpoint_folder(cell, name))
    return f"{megabytes(folder.network)}, SHA-256 {contract.weights_hash[:12]}"


def _confidence(cell: Cell, name: str, contract: Contract) -> str:
    """What was fitted to these weights, if it was."""
    found = load_confidence(checkpoint_folder(cell, name), contract.weights_hash)
    if found is None:
        return f"none: its chunks say nothing of how sure they are; see smolcell calibrate {name}"
    return f"fitted to {sum(found.scenes.values())} calls, Brier score {found.brier:.3f}"


def _checkpoint(cards: tuple[SkillCard, ...], contract: Contract) -> str:
    for card in cards:
        demand(check_checkpoint(contract, card))
    return f"{contract.name}, for {', '.join(card.name for card in cards)}"


def _contract(cards: tuple[SkillCard, ...], contract: Contract) -> str:
    """Every phrase that a card can render was trained."""
    wanted = [phrase for card in cards for phrase in card.phrases()]
    absent = [phrase for phrase in wanted if phrase not in contract.phrases]
    if absent:
        raise BadInput(
            f"contract {contract.name}",
            absent[0],
            f"trained, as {len(absent)} of {len(wanted)} phrases are not; train again",
        )
    return f"{contract.name}: {len(wanted)} phrases, all trained"


def _units(cell: Cell, contract: Contract) -> str:
    demand(check_units(contract, cell))
    return ", ".join(contract.action_names)


def _rate(contract: Contract) -> str:
    demand(check_rate(contract))
    pace = "untimed" if contract.period is None else f"every {contract.period:.4g} s"
    return f"{contract.executed} of {contract.chunk_size} rows, {pace}"


def _epochs(contract: Contract) -> str:
    demand(check_epochs(contract))
    return f"{contract.epochs:g} over {sum(contract.phrases.values())} episodes"


def _cameras(cell: Cell, contract: Contract) -> str:
    demand(check_cameras(contract, cell))
    return ", ".join(contract.cameras)


def _places(cell: Cell, contract: Contract) -> str:
    demand(check_places(contract, cell))
    return ", ".join(contract.places)


def _pictures(cell: Cell, name: str, contract: Contract) -> str:
    """The reference pictures are there; every call compares the cameras' own with them."""
    pictures = load_references(checkpoint_folder(cell, name), contract)
    return "; ".join(f"{camera} {len(one)}×{len(one[0])}{_hidden(one)}" for camera, one in pictures.items())


def _hidden(reference: Image) -> str:
    ways = Reference.of(reference).hidden
    if len(ways) == len(OTHER_WAYS):
        return ", the same from all sides: turned by quarters or mirrored, nobody notices"
    return f", the same when {' or '.join(map(str, ways))}: nobody notices" if ways else ""


def _start(cell: Cell, contract: Contract) -> str:
    """The data begin at the home pose of the cell file, or where every call can be brought to from there."""
    names = tuple(name for name in contract.state_names if name != "width [m]")
    home = _at_home(cell)
    fault = check_start(contract, dict(zip(names, state_of(home, names).tolist(), strict=True)))
    if fault is None:
        return "home is where the data begin"
    if way_to_start(contract, home, "", width=0.0) is None:
        demand(fault)
    return f"at home {fault.text}; every call goes there first, through the gate"


def _at_home(cell: Cell) -> Observation:
    """What the arm would measure at the home pose of the cell file."""
    import pinocchio

    from safety.kinematics import Arm

    arm = Arm(cell)
    tcp = pinocchio.SE3ToXYZQUAT(arm.tcp(arm.home))
    still, home = np.zeros(len(arm.home)), np.array(arm.home)
    return Observation(images={}, joints=home, joint_speeds=still, gripper_width=0, tcp=tcp, time_ns=0, sequence=0)


def _jumps(audit: Path, contract: Contract) -> str:
    if contract.moves is None:
        return UNKNOWN
    executed = _executed(audit, contract)
    for chunk in executed:
        demand(check_jumps(contract, chunk))
    return f"as in the data, over {len(executed)} chunks"


def _gripper(audit: Path, contract: Contract) -> str:
    executed = _executed(audit, contract)
    for chunk in executed:
        demand(check_gripper(contract, chunk))
    if contract.moves is None:
        return UNKNOWN
    if len(executed) < FEWEST_CHUNKS:
        return f"closed in {contract.moves.closed:.0%} of the data's rows; too few chunks to compare: {len(executed)}"
    rows = [chunk.values[: contract.executed] for chunk in executed]
    demand(check_closed(contract, rows))
    return (
        f"closed in {closed_share(rows):.0%} of {len(rows)} chunks' rows, in {contract.moves.closed:.0%} of the data's"
    )


def _executed(audit: Path, contract: Contract) -> list[ActionChunk]:
    """The last chunks of these weights that the gate let move the arm, from its audit. Raises: BadInput."""
    if not audit.is_file():
        return []
    try:
        lines = [json.loads(line) for line in audit.read_text(encoding="utf-8").splitlines()]
        return [_chunk(line) for line in lines if _has_moved(line, contract.weights_hash)][-LATEST:]
    except (ValueError, KeyError, TypeError) as error:
        raise BadInput("audit", str(audit), f"as the gate wrote it ({error})") from None


def _has_moved(line: Any, checkpoint: str) -> bool:
    is_chunk = line["kind"] == "ruling" and line.get("motion") == "chunk" and line["checkpoint"] == checkpoint
    return bool(is_chunk and line["ruling"]["sent_rows"] > 0)


def _chunk(line: Any) -> ActionChunk:
    fields = ("values", "space", "answers", "observed_ns", "call_id", "checkpoint", "period")
    return ActionChunk(**{field: line[field] for field in fields})
