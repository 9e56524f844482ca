"""An inspection as one HTML file: no script, no link, its pictures inside."""

import base64
import html
from collections.abc import Iterator, Mapping

from sim.data.inspect import Inspected
from sim.data.tally import Column, Inspection

STYLE = """
body{font:15px/1.45 system-ui,sans-serif;margin:2em auto;max-width:72em;padding:0 1em;color:#1c2733;background:#fff}
h1{font-size:1.5em}h2{font-size:1.15em;margin-top:2em;border-bottom:1px solid #cfd6dd}
table{border-collapse:collapse;margin:.5em 0}td,th{padding:.15em .8em .15em 0;text-align:left;vertical-align:middle}
td.n{text-align:right;font-variant-numeric:tabular-nums}.bar{display:inline-block;height:.8em;background:#3b6ea5}
.fault{color:#8c1c13}figure{display:inline-block;margin:.4em;width:15em;vertical-align:top}
figure img{width:100%;image-rendering:pixelated}figcaption{font-size:.85em}svg rect{fill:#3b6ea5}
details>summary{cursor:pointer}
"""
FEW = 30
"""Values of a subject that are shown at once; the rest is folded away."""


def report(inspected: Inspected) -> str:
    """The whole page."""
    found = inspected.found
    body = "\n".join([*_head(found), *_findings(found), *_counts(found), *_columns(found), *_pictures(inspected)])
    title = html.escape(f"Data set {found.name}")
    head = f"<meta charset=utf-8><title>{title}</title><style>{STYLE}</style>"
    return f"<!doctype html>\n<html lang=en>{head}\n{body}\n</html>\n"


def _head(found: Inspection) -> Iterator[str]:
    yield f"<h1>Data set {html.escape(found.name)}</h1>"
    told = f"{found.form}: {found.scenes} scenes or episodes, {found.examples} examples or frames."
    if found.left_out:
        told += f" Left out: {left_out_text(found.left_out)}."
    if found.closed_share is not None:
        told += f" The fingers are told to be closed in {found.closed_share:.1%} of the rows."
    if found.largest_jump is not None:
        told += f" The largest step between two frames is {found.largest_jump:.1%} of its column's range."
    yield f"<p>{html.escape(told)}</p>"


def _findings(found: Inspection) -> Iterator[str]:
    yield "<h2>Findings</h2>"
    if not found.findings:
        yield "<p>None.</p>"
        return
    rows = (f"<li class=fault><b>{html.escape(f.fault)}</b>: {html.escape(f.text)}</li>" for f in found.findings)
    yield f"<ul>{''.join(rows)}</ul>"


def _counts(found: Inspection) -> Iterator[str]:
    for subject, values in found.counts.items():
        most, least = max(values.values()), min(values.values())
        yield f"<h2>{html.escape(subject)}: {len(values)} values, largest / smallest = {most / max(least, 1):.2f}</h2>"
        rows = [
            f"<tr><td>{html.escape(name)}<td class=n>{count}"
            f'<td><span class=bar style="width:{20 * count / max(most, 1):.2f}em"></span>'
            for name, count in values.items()
        ]
        yield f"<table>{''.join(rows[:FEW])}</table>"
        if len(rows) > FEW:
            yield f"<details><summary>{len(rows) - FEW} more</summary><table>{''.join(rows[FEW:])}</table></details>"


def _columns(found: Inspection) -> Iterator[str]:
    for subject, columns in found.columns.items():
        yield f"<h2>{html.escape(subject)}</h2><table><tr><th>column<th>mean<th>std<th>from<th>to<th>spread"
        for each in columns:
            numbers = "".join(f"<td class=n>{value:.4g}" for value in (each.mean, each.std, each.low, each.high))
            yield f"<tr><td>{html.escape(each.name)}{numbers}<td>{_histogram(each)}"
        yield "</table>"


def _histogram(column: Column) -> str:
    heights = [24 * count / max(*column.counts, 1) for count in column.counts]
    bars = "".join(
        f'<rect x="{8 * number}" y="{24 - height:.1f}" width="7" height="{height:.1f}"/>'
        for number, height in enumerate(heights)
    )
    return f'<svg width="{8 * len(column.counts)}" height="24">{bars}</svg>'


def _pictures(inspected: Inspected) -> Iterator[str]:
    yield "<h2>Pictures</h2>"
    for caption, png in inspected.pictures:
        data = base64.b64encode(png).decode()
        text = html.escape(caption)
        yield f'<figure><img alt="{text}" src="data:image/png;base64,{data}"><figcaption>{text}</figcaption></figure>'


def left_out_text(causes: Mapping[str, int]) -> str:
    """How many parts were not asked for, by cause."""
    return ", ".join(f"{count} × {cause}" for cause, count in causes.items())
