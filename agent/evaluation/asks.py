"""What is asked of a policy on a drawn table: by ground truth, as training data are made."""

from collections.abc import Sequence
from dataclasses import dataclass

from agent.evaluation.other_words import OtherWords, paraphrase, untrained
from agent.evaluation.table import Table
from sim.commands import draw_pick
from sim.data.splits import lies_held_out
from sim.world import TruePart
from skills.card import SkillCard
from skills.contract import Contract
from skills.errors import BadInput


@dataclass(frozen=True)
class Ask:
    """One call.

    Attributes:
        target: number of the body that is meant.
        phrase: what is said; meant: what the card renders, where it can.
        words: what a trial of it is counted by, beside the part's own.
    """

    target: int
    arguments: dict[str, str]
    phrase: str
    meant: str
    words: dict[str, str]


def ask_pick(table: Table, card: SkillCard, contract: Contract) -> Ask | None:
    """A pick of a part that can be seen and that the expert finds a grasp for; None where none can be asked for."""
    parts = table.world.true_parts()
    numbers = table.seen()
    shown = [parts[number] for number in numbers]
    among = [index for index, part in enumerate(shown) if lies_held_out(part) or not table.split.held_out]
    while among:
        drawn = _draw(table, card, shown, among)
        if drawn is None:
            return None
        arguments, index, said = drawn
        if not table.graspable(numbers[index]):
            among.remove(index)
            continue
        if said is not None:
            return Ask(numbers[index], arguments, said.phrase, said.phrase, {"untrained": said.way})
        phrase, words = worded(table, card, arguments, contract)
        return Ask(
            numbers[index], arguments, phrase, card.render(arguments), words | {"words in phrase": str(len(arguments))}
        )
    return None


def _draw(
    table: Table, card: SkillCard, parts: Sequence[TruePart], among: Sequence[int]
) -> tuple[dict[str, str], int, OtherWords | None] | None:
    """Arguments, the index of the part that is meant, and what is said where the card can't say it."""
    if table.split.wording == "untrained":
        found = untrained(parts, among, table.rng)
        return found and ({"kind": "part"}, found[1], found[0])
    drawn = draw_pick(card, parts, table.rng, among, ("appearance", "kind") if table.split.held_out else ())
    return drawn and (*drawn, None)


def worded(table: Table, card: SkillCard, arguments: dict[str, str], contract: Contract) -> tuple[str, dict[str, str]]:
    """The call's phrase as the table's split says it, and what a paraphrase is counted by."""
    if table.split.wording != "paraphrased":
        return card.render(arguments), {}
    known = {word for phrase in contract.phrases for word in phrase.split()}
    longest = max(len(phrase.split()) for phrase in contract.phrases)
    said = paraphrase(card, arguments, longest, table.rng)
    new = sum(word not in known for word in said.phrase.split())
    return said.phrase, {"paraphrase": said.way, "words never trained": str(new)}


def drawn_release(table: Table, card: SkillCard) -> dict[str, str]:
    """Arguments of one of the card's calls that the cell has a place for. Raises: BadInput where there is none."""
    cell = table.world.cell
    choices = [call for call in card.calls() if cell.has_places_of(call)]
    if not choices:
        raise BadInput("skill", card.name, f"one that cell {cell.name} has a place for: {', '.join(cell.destinations)}")
    return choices[int(table.rng.integers(len(choices)))]
