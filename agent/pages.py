"""HTML pages that need nothing beside them: what all of them are made of."""

from collections.abc import Iterable, Sequence
from html import escape
from typing import Final

RESULTS: Final = """
body { font: 15px/1.45 system-ui, sans-serif; margin: 2rem auto; max-width: 70rem; padding: 0 1rem; color: #222 }
h1 { font-size: 1.5rem } table { border-collapse: collapse } td, th { padding: .2rem .8rem .2rem 0; text-align: left }
details { border-top: 1px solid #ddd; padding: .5rem 0 } summary { cursor: pointer }
.failed { color: #b00020; font-weight: 600 } .passed { color: #1b7f3b } .tags { color: #777; font-size: .85em }
img { max-width: 100%; height: auto; margin: .3rem 0 } ol { margin: .3rem 0 }
"""
"""Style of a page with the results of many scenes."""


def page(title: str, style: str, body: Iterable[str]) -> str:
    """The whole file; `style` is CSS, `body` HTML."""
    return (
        f"<!doctype html>\n<html lang='en'><meta charset='utf-8'><title>{escape(title)}</title>"
        f"<meta name='viewport' content='width=device-width'><style>{style}</style>\n{''.join(body)}</html>\n"
    )


def table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A table; without a head where that is empty."""
    heads = "".join(f"<th>{escape(name)}</th>" for name in head)
    body = "".join(f"<tr>{''.join(f'<td>{escape(str(cell))}</td>' for cell in row)}</tr>\n" for row in rows)
    return f"<table>{f'<tr>{heads}</tr>' if head else ''}\n{body}</table>\n"


def items(lines: Iterable[str]) -> str:
    """The items of a list."""
    return "".join(f"<li>{escape(line)}</li>" for line in lines)
