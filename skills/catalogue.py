"""The skills that are installed: unique names, one loader, misses answered with the nearest."""

from collections.abc import Iterator, Mapping
from pathlib import Path

from skills.card import SkillCard, load_card
from skills.errors import BadInput, UnknownName

LIBRARY = Path(__file__).parent / "library"


class Catalogue:
    """Skill cards by name, in the order of their names."""

    def __init__(self, cards: Mapping[str, SkillCard]) -> None:
        self._cards = dict(sorted(cards.items()))

    def __iter__(self) -> Iterator[SkillCard]:
        return iter(self._cards.values())

    def __getitem__(self, name: str) -> SkillCard:
        """Raises: UnknownName."""
        if name not in self._cards:
            raise UnknownName("skill", name, self._cards, "See: smolcell skills list")
        return self._cards[name]


def load_catalogue(folder: Path = LIBRARY) -> Catalogue:
    """Every card in `folder`. Raises: BadInput (unreadable or wrong card, a name or phrase that stands twice)."""
    cards: dict[str, SkillCard] = {}
    owner: dict[str, str] = {}
    for path in sorted(folder.glob("*.yaml")):
        card = load_card(path)
        if card.name != path.stem:
            raise BadInput(f"{path}: name", card.name, f"the file's name, {path.stem!r}")
        for phrase in card.phrases():
            if owner.setdefault(phrase, card.name) != card.name:
                raise BadInput(f"{path}: phrase", phrase, f"unique; card {owner[phrase]!r} renders it as well")
        cards[card.name] = card
    if not cards:
        raise BadInput("folder", str(folder), "a folder with skill cards (*.yaml)")
    return Catalogue(cards)
