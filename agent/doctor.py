"""Is everything there that a run needs? One named check after another; each failure with its remedy."""

import sys
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from agent.cell_weights import PERCEIVER, checkpoint_folder
from agent.chat.models import load_chat_model
from agent.doctor_checkpoint import Check, checkpoint_checks, demand, megabytes
from agent.exit_codes import ExitCode
from agent.journal.journal import Journal
from agent.verifying.second_opinion import load_eye
from policy.checkpoint import open_perceiver
from safety.state import AUDIT_FILE, LATCH_FILE
from skills.base import Value
from skills.card import SkillCard
from skills.catalogue import catalogue_of, load_catalogue
from skills.cell import Cell
from skills.errors import BadInput, SmolcellError, StoppedBySafety, Unavailable
from skills.preflight import check_camera

MODULES: Final = (
    "coal", "cv2", "langgraph", "langgraph.checkpoint.sqlite", "numpy", "onnxruntime", "pinocchio", "prompt_toolkit",
    "pybullet", "pydantic", "rich", "ruckig", "tokenizers", "typer", "yaml",
)  # fmt: skip
"""What the base installation imports."""


class Finding(Value):
    """What one check found; `detail` of a failed one says what to do."""

    check: str
    ok: bool
    detail: str
    code: ExitCode = ExitCode.DONE


def examine(read_cell: Callable[[], Cell], state: Callable[[Cell], Path]) -> tuple[Finding, ...]:
    """Every check that can be made; without a readable cell those of the cell are left out.

    Args:
        read_cell: reads the cell file.
        state: the folder of a cell's state.
    """
    found = [_found("python", _python), _found("packages", _packages)]
    cells: list[Cell] = []

    def cell_file() -> str:
        cells.append(read_cell())
        return f"{cells[0].name}: {len(cells[0].places)} places, {len(cells[0].cameras)} cameras"

    found.append(_found("cell file", cell_file))
    for cell in cells:
        found += [_found(name, check) for name, check in cell_checks(cell, state(cell))]
    return tuple(found)


def exit_code(findings: tuple[Finding, ...]) -> ExitCode:
    """The code of the first failure."""
    return next((finding.code for finding in findings if not finding.ok), ExitCode.DONE)


def cell_checks(cell: Cell, state: Path) -> Iterator[tuple[str, Check]]:
    """The checks of one cell, by name."""
    yield "skill cards", lambda: ", ".join(card.name for card in catalogue_of(cell))
    cards = _readable(cell)
    for name in sorted({card.checkpoint for card in cards}):
        yield from checkpoint_checks(cell, name, cards, state)
    yield "perceiver", lambda: _perceiver(cell)
    yield "robot", lambda: _robot(cell)
    if cell.planner.model:
        yield "planner", lambda: _model(cell.planner.model, load_chat_model)
    if cell.verifier.model:
        yield "second opinion", lambda: _model(cell.verifier.model, load_eye)
    yield "state folder", lambda: _state(state)
    yield "audit", lambda: _audit(state)
    yield "stop latch", lambda: _latch(state)


def _found(name: str, check: Check) -> Finding:
    try:
        return Finding(check=name, ok=True, detail=check())
    except SmolcellError as error:
        return Finding(check=name, ok=False, detail=str(error), code=ExitCode(error.exit_code))


def _python() -> str:
    version = ".".join(map(str, sys.version_info[:3]))
    if not (3, 11) <= sys.version_info[:2] < (3, 13):
        raise Unavailable(f"this is Python {version}.", "Install with Python 3.11 or 3.12.")
    return version


def _packages() -> str:
    missing = [module for module in MODULES if not _is_there(module)]
    if missing:
        raise Unavailable(f"not installed: {', '.join(missing)}.", "Install again: make install")
    return f"{len(MODULES)} of {len(MODULES)}"


def _is_there(module: str) -> bool:
    try:
        return find_spec(module) is not None
    except ModuleNotFoundError:
        return False


def _readable(cell: Cell) -> tuple[SkillCard, ...]:
    """The cell's skills; where one of its own cards is wrong, which is a finding by itself, the installed ones."""
    try:
        return tuple(catalogue_of(cell))
    except BadInput:
        return tuple(load_catalogue())


def _perceiver(cell: Cell) -> str:
    """The network is there and its own, and its camera stands where it stood in training."""
    folder, card = open_perceiver(checkpoint_folder(cell, PERCEIVER))
    demand(check_camera(card.camera, card.pose, cell))
    return f"{megabytes(folder.network)}, SHA-256 {card.weights_hash[:12]}, camera {card.camera}"


def _model(model: str, load: Callable[[str], object]) -> str:
    load(model)
    return f"{model}; it was asked nothing"


def _robot(cell: Cell) -> str:
    """Its URDF is there, it can rest at home, and it reaches its places."""
    from safety.fit import check_fit

    check_fit(cell)
    return f"{cell.robot.description.maker}, reaches {len(cell.places)} places"


def _state(state: Path) -> str:
    """It can be written, and no other process has it open."""
    try:
        journal = Journal(state)
    except OSError as error:
        raise BadInput("state folder", str(state), f"a folder that can be written ({error.strerror})") from None
    with journal:
        unfinished = journal.unfinished()
    return f"{state}" if unfinished is None else f"{state}; {unfinished.id} can be resumed: {unfinished.instruction!r}"


def _audit(state: Path) -> str:
    from safety.audit import verify_audit

    path = state / AUDIT_FILE
    if not path.exists():
        return "empty"
    broken = verify_audit(path)
    if broken:
        raise BadInput(
            f"{path}: line {broken.line}", broken.reason, "as it was written; keep the file and ask who changed it"
        )
    return "intact"


def _latch(state: Path) -> str:
    from safety.latch import Latch

    reason = Latch(state / LATCH_FILE).reason
    if reason:
        raise StoppedBySafety(reason)
    return "open"
