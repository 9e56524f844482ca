"""Figures of an evaluation as SVG that stands in a page: shares with their intervals, and a reliability curve."""

from collections.abc import Mapping
from html import escape
from typing import Final

from policy.evaluation.calibration import Reliability
from policy.evaluation.statistics import Tally

NAMES: Final = 190
WIDTH: Final = 360
COUNTS: Final = 90
ROW: Final = 20
TOP: Final = 22
CURVE: Final = 260
"""Pixels: of a row's name, its share and its count, of a row, of what stands above, of the curve's side."""


def forest(groups: Mapping[str, Mapping[str, Tally]], overall: Tally) -> str:
    """One row for each value of each word: its share as a dot on its 95 % interval; the overall share as a line."""
    rows: list[str] = []
    y = TOP
    for word, values in groups.items():
        rows.append(_text(0, y + 14, word, "font-weight='600'"))
        y += ROW
        for value, tally in values.items():
            rows.append(_row(y, value, tally))
            y += ROW
    middle = _across(overall.hits / overall.trials if overall.trials else 0.0)
    line = f"<line x1='{middle:.1f}' x2='{middle:.1f}' y1='{TOP}' y2='{y}' stroke='#999' stroke-dasharray='3 3'/>"
    marks = "".join(_text(_across(share) - 8, 12, f"{share:.0%}") for share in (0.0, 0.5, 1.0))
    return _svg(NAMES + WIDTH + COUNTS, y + 4, marks + line + "".join(rows))


def curve(reliable: Reliability) -> str:
    """Share of successes over mean confidence, with intervals; on the diagonal a confidence is true."""
    margin = 34

    def at(confidence: float, share: float) -> tuple[float, float]:
        return margin + confidence * CURVE, 8 + (1 - share) * CURVE

    (left, bottom), (right, top) = at(0, 0), at(1, 1)
    parts = [
        f"<rect x='{left}' y='{top}' width='{CURVE}' height='{CURVE}' fill='none' stroke='#ccc'/>",
        f"<line x1='{left}' y1='{bottom}' x2='{right}' y2='{top}' stroke='#999' stroke-dasharray='3 3'/>",
        _text(left + 70, bottom + 28, "mean confidence"),
        *(_text(at(value, 0)[0] - 8, bottom + 14, f"{value:g}") for value in (0.0, 0.5, 1.0)),
        *(_text(2, at(0, value)[1] + 4, f"{value:g}") for value in (0.0, 0.5, 1.0)),
    ]
    for one in reliable.bins:
        if one.success.trials:
            x, y = at(one.confidence, one.success.hits / one.success.trials)
            low, high = (at(0, end)[1] for end in one.success.wilson95)
            parts.append(f"<line x1='{x:.1f}' x2='{x:.1f}' y1='{low:.1f}' y2='{high:.1f}' stroke='#1b7f3b'/>")
            parts.append(f"<circle cx='{x:.1f}' cy='{y:.1f}' r='4' fill='#1b7f3b'/>")
    return _svg(margin + CURVE + 12, CURVE + 44, "".join(parts))


def _row(y: int, name: str, tally: Tally) -> str:
    low, high = tally.wilson95
    share, middle = tally.hits / tally.trials if tally.trials else 0.0, y + ROW / 2
    return (
        _text(14, y + 14, name)
        + f"<line x1='{_across(low):.1f}' x2='{_across(high):.1f}' y1='{middle}' y2='{middle}' stroke='#1b7f3b'/>"
        + f"<circle cx='{_across(share):.1f}' cy='{middle}' r='4' fill='#1b7f3b'/>"
        + _text(NAMES + WIDTH + 12, y + 14, f"{tally.hits}/{tally.trials}")
    )


def _across(share: float) -> float:
    return NAMES + share * WIDTH


def _text(x: float, y: float, words: str, style: str = "") -> str:
    return f"<text x='{x:.1f}' y='{y:.1f}' {style}>{escape(words)}</text>"


def _svg(width: float, height: float, inside: str) -> str:
    return (
        f"<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 {width:g} {height:g}' width='{width:g}' "
        f"height='{height:g}' style='background:#fff' font-size='12' font-family='system-ui, sans-serif'>{inside}</svg>"
    )
