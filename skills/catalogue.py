"""The skills that are installed: unique names, one loader, misses answered with the nearest."""

from collections.abc import Iterator, Mapping
from pathlib import Path

from skills.card import SkillCard, load_card
from skills.cell import Cell
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


def catalogue_of(cell: Cell) -> Catalogue:
    """The installed skills, and those of the cell's own folders. Raises: BadInput."""
    return load_catalogue(LIBRARY, *map(Path, cell.skills))


def load_catalogue(*folders: Path) -> Catalogue:
    """Every card in `folders`; without any, the installed ones.

    Raises: BadInput (unreadable or wrong card, a name or phrase that stands twice, a
    place that two cards bring to).
    """
    cards: dict[str, SkillCard] = {}
    owner: dict[str, str] = {}
    way: dict[str, str] = {}
    for path in (path for folder in folders or (LIBRARY,) for path in cards_in(folder)):
        card = load_card(path)
        require_file_name(card, path)
        if card.name in cards:
            raise BadInput(f"{path}: name", card.name, "a name that no other card has")
        for phrase in card.phrases():
            if owner.setdefault(phrase, card.name) != card.name:
                raise BadInput(f"{path}: phrase", phrase, f"unique; card {owner[phrase]!r} renders it as well")
        for place in card.brings_to:
            if way.setdefault(place, card.name) != card.name:
                raise BadInput(
                    f"{path}: {card.place_slot}", place, f"a place that card {way[place]!r} does not bring to"
                )
        cards[card.name] = card
    return Catalogue(cards)


def is_installed(skill: str) -> bool:
    """Whether a card comes with smolcell, and is none of a cell's own."""
    return (LIBRARY / f"{skill}.yaml").is_file()


def cards_in(folder: Path) -> tuple[Path, ...]:
    """The files of the cards in a folder, by name. Raises: BadInput when there are none."""
    found = tuple(sorted(folder.glob("*.yaml")))
    if not found:
        raise BadInput("folder", str(folder), "a folder with skill cards (*.yaml)")
    return found


def require_file_name(card: SkillCard, path: Path) -> None:
    """Raises: BadInput unless the file is named like its card."""
    if card.name != path.stem:
        raise BadInput(f"{path}: name", card.name, f"the file's name, {path.stem!r}")
