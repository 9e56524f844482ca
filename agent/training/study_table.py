"""What a study came to: a row for each variant, as Markdown, and as a picture with intervals."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from agent.evaluation.compare import compare
from agent.evaluation.figures import forest
from agent.training.study import Made
from policy.evaluation.statistics import Tally
from policy.training.study import Study
from skills.whole_file import write_whole

COLUMNS: Final = ("", "variant", "weights", "scenes", "minutes", "success", "right part", "against the first")
TABLE: Final = "table.md"
PICTURE: Final = "table.svg"


@dataclass(frozen=True)
class Row:
    """A variant that is done; `against` is empty for the one that the others are compared with."""

    group: str
    label: str
    parameters: int
    scenes: int
    minutes: float
    success: Tally
    right_part: Tally | None
    against: str = ""

    @property
    def cells(self) -> tuple[str, ...]:
        """As COLUMNS."""
        right = self.right_part.describe() if self.right_part else "none"
        size = f"{self.parameters / 1e6:.1f}M"
        minutes = f"{self.minutes:.0f}"
        return self.group, self.label, size, f"{self.scenes:,}", minutes, self.success.describe(), right, self.against


def rows(study: Study, made: tuple[Made, ...]) -> tuple[Row, ...]:
    """In the order of `made`; the others are compared with the study's first variant in pairs, once that is done."""
    first = next((one for one in made if one.variant == study.variants[0]), None)
    return tuple(_row(one, first) for one in made)


def write_table(rows: tuple[Row, ...], folder: Path) -> None:
    """Write `table.md`, and `table.svg` with the shares and their intervals, the first row's as a line."""
    lines = [COLUMNS, ("---",) * len(COLUMNS), *(row.cells for row in rows)]
    write_whole(folder / TABLE, "".join(f"| {' | '.join(line)} |\n" for line in lines))
    groups: dict[str, dict[str, Tally]] = {}
    for row in rows:
        groups.setdefault(row.group, {})[row.label] = row.success
    write_whole(folder / PICTURE, forest(groups, rows[0].success) + "\n")


def _row(one: Made, first: Made | None) -> Row:
    record = one.record
    return Row(
        group=one.variant.group,
        label=one.variant.label,
        parameters=record.parameters,
        scenes=int(record.data["scenes"]),
        minutes=sum(record.seconds.values()) / 60,
        success=one.report.tally,
        right_part=one.report.right_part,
        against="" if first is None or one is first else _against(one, first),
    )


def _against(one: Made, first: Made) -> str:
    """Scenes that only one of the two succeeded in, and what McNemar's exact test says of them."""
    pairs = compare(first.report, one.report).all
    return f"+{pairs.only_b} −{pairs.only_a}, p = {pairs.p:.2g}"
