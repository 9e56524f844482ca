"""Promoting a checkpoint: it is checked, and put where the cell file names the weights of its skills.

The folder changes from the old checkpoint to the new one by renaming; the old one is kept beside it.
"""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from agent.cell_weights import checkpoint_path
from policy.checkpoint import open_policy
from policy.evaluation.statistics import Tally
from safety.durable import sync_folder
from skills.base import Value
from skills.card import SkillCard
from skills.catalogue import Catalogue
from skills.cell import Cell
from skills.contract import Contract
from skills.errors import BadInput, Unavailable
from skills.preflight import check_cameras, check_places

SHORT: Final = 12
"""Digits of a weights hash that name a folder."""


class Promoted(Value):
    """What lies where now.

    Attributes:
        folder: where the cell file names the weights of `checkpoint`.
        previous: where the weights lie that were there before; None where there were none, or the same.
        measured: successes and trials of the evaluations that the contract holds.
    """

    checkpoint: str
    folder: str
    weights_hash: str
    previous: str | None
    measured: tuple[int, int]


def promote(cell: Cell, catalogue: Catalogue, card: SkillCard, source: Path) -> Promoted:
    """Put the checkpoint in the folder `source` in force for the skill of `card`, and for all that share its weights.

    Raises: BadInput (a checkpoint that is not whole, not as it was trained, lacks phrases of the cards, was never
        measured, is clearly worse than what is in force, or was trained with cameras and places elsewhere), UnknownName
        (the cell file does not name it), Unavailable (a full disk; what was in force stays).
    """
    target = checkpoint_path(cell, card.checkpoint)
    _, contract = open_policy(source)
    for refusal in refusals(cell, catalogue, card.checkpoint, contract):
        raise BadInput(f"checkpoint {source}", contract.name, refusal)
    measured, before = _measured(contract), _in_force(target)
    if before and before.success and measured.wilson95[1] < _measured(before).wilson95[0]:
        allowed = f"not worse than what is in force: {measured.describe()} against {_measured(before).describe()}"
        raise BadInput(f"checkpoint {source}", contract.name, allowed)
    previous = None if before == contract else _exchange(source, target)
    return Promoted(
        checkpoint=card.checkpoint,
        folder=str(target),
        weights_hash=contract.weights_hash,
        previous=str(previous) if previous else None,
        measured=(measured.hits, measured.trials),
    )


def refusals(cell: Cell, catalogue: Catalogue, checkpoint: str, contract: Contract) -> Iterator[str]:
    """What has to be so before weights are put in force and is not."""
    cards = [card for card in catalogue if card.checkpoint == checkpoint]
    untrained = [phrase for card in cards for phrase in card.phrases() if phrase not in contract.phrases]
    if untrained:
        names = " and ".join(card.name for card in cards)
        yield f"trained on all phrases of {names}; {len(untrained)} are missing, such as {untrained[0]!r}"
    for fault in (check_cameras(contract, cell), check_places(contract, cell)):
        if fault is not None:
            yield f"trained for cell {cell.name}: {fault.text}; {fault.remedy}"
    for card in cards:
        if not any(phrase in contract.success for phrase in card.phrases()):
            yield f"measured; try: smolcell eval --skill {card.name} --checkpoint DIR --save"


def _measured(contract: Contract) -> Tally:
    hits, trials = map(sum, zip(*contract.success.values(), strict=True))
    return Tally(hits=hits, trials=trials)


def _in_force(target: Path) -> Contract | None:
    """None where there are no weights, or none that can be read."""
    try:
        return open_policy(target)[1]
    except BadInput:
        return None


def _exchange(source: Path, target: Path) -> Path | None:
    """Copy `source` beside `target`, then let both names change; where the old checkpoint lies now.

    Cut off between the two renames nothing is in force, and a cell does not start: the same call ends it.
    """
    draft = target.with_name(f".{target.name}.draft")
    try:
        shutil.rmtree(draft, ignore_errors=True)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copytree(source, draft, copy_function=_copy)
        kept = _put_aside(target)
        draft.rename(target)
        sync_folder(target.parent)
    except OSError as error:
        shutil.rmtree(draft, ignore_errors=True)
        raise Unavailable(f"{target} can't be written ({error.strerror}).", "Make room, then run it again.") from None
    open_policy(target)
    return kept


def _copy(source: str, target: str) -> None:
    shutil.copyfile(source, target)
    with Path(target).open("rb") as file:
        os.fsync(file.fileno())


def _put_aside(target: Path) -> Path | None:
    """Rename what is in force to a name that tells its weights; None where there is nothing."""
    if not target.exists():
        return None
    before = _in_force(target)
    name = before.weights_hash[:SHORT] if before else "unreadable"
    kept = next(
        path
        for number in range(1_000_000)
        if not (path := target.with_name(f"{target.name}.{name}{f'-{number}' if number else ''}")).exists()
    )
    target.rename(kept)
    return kept
