"""Checks of how a checkpoint was trained, for which no robot is needed."""

from typing import Final

from skills.card import SkillCard
from skills.contract import Contract
from skills.fault import Fault

FEW_EPISODES: Final = 500
SENSIBLE_EPOCHS: Final = (3, 7)
"""With fewer than FEW_EPISODES episodes a SmolVLA learns them by heart beyond this."""


def check_checkpoint(contract: Contract, card: SkillCard) -> Fault | None:
    """The weights were trained for the card's skill. A contract that names no skills is asked for its phrases."""
    if contract.skills:
        if card.name in contract.skills:
            return None
        text = f"contract {contract.name} was trained for {', '.join(contract.skills)}, not for {card.name}"
    elif any(card.render(arguments) in contract.phrases for arguments in card.calls()):
        return None
    else:
        text = f"contract {contract.name} holds no phrase of {card.name}"
    return Fault(
        check="checkpoint",
        text=text,
        remedy=f"let checkpoints.{card.checkpoint} of the cell file name the weights of {card.name}, or train them: "
        f"smolcell train {card.checkpoint}",
    )


def check_epochs(contract: Contract) -> Fault | None:
    """Few episodes were not seen so often that they were learnt by heart."""
    episodes, most = sum(contract.phrases.values()), SENSIBLE_EPOCHS[1]
    if episodes >= FEW_EPISODES or contract.epochs <= most:
        return None
    return Fault(
        check="epochs",
        text=f"contract {contract.name} saw its {episodes} episodes {contract.epochs:g} times",
        remedy=f"train {SENSIBLE_EPOCHS[0]} to {most} epochs, or with {FEW_EPISODES} episodes and more",
    )


def check_rate(contract: Contract) -> Fault | None:
    """Rows have a time between them exactly where their space needs one, and no more are executed than predicted."""
    timed = contract.space != "tcp_waypoints"
    if timed and not (contract.period is not None and 0 < contract.period <= 1):
        return Fault(
            check="rate",
            text=f"contract {contract.name} gives {contract.period} as the seconds between rows of {contract.space}",
            remedy="train again with the data's rate, 1/30 s at 30 Hz",
        )
    if not timed and contract.period is not None:
        return Fault(
            check="rate",
            text=f"contract {contract.name} gives {contract.period:g} s between rows of {contract.space}, which have "
            "no time",
            remedy="train again with a period of null, or in a timed space",
        )
    if contract.executed > contract.chunk_size:
        return Fault(
            check="rate",
            text=f"contract {contract.name} executes {contract.executed} rows of the {contract.chunk_size} that it "
            "predicts",
            remedy=f"train again with n_action_steps of at most chunk_size, {contract.chunk_size}",
        )
    return None
