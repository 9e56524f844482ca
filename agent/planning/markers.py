"""Marks of lists and forms before an order: "Step 1:", "TASK:", "b)", "2 - "; they say nothing but where one begins."""

import re
from typing import Final

_LABEL: Final = r"(?:(?:step|task|job|work order|order|item|position|pos|point|instruction|command|action|todo|wo)s?)"
_NUMBER: Final = r"(?:one|two|three|four|five|six|(?:no\.? *|nr\.? *|#)?[\w./-]*\d[\w./-]*)"
_LABELLED: Final = rf"{_LABEL}\.?(?: *{_NUMBER})? *(?::|-(?= ))|{_LABEL}\.? *{_NUMBER} *\)|{_LABEL} +\d+(?= )"
_MARK: Final = re.compile(
    rf"(?:^|[.;:!\n]|,(?= *\d))[ \t]*(?:{_LABELLED}|\d+ *-(?= ))",
    re.IGNORECASE,
)
_LETTER: Final = re.compile(r"(?:(?<=\s)|^)\(?[a-h]\)(?= )", re.IGNORECASE)


def unmarked(text: str) -> str:
    """`text` with each mark as a separator and blanks, so that all other letters stay where they are."""
    return _LETTER.sub(_separator, _MARK.sub(_separator, text))


def _separator(mark: re.Match[str]) -> str:
    return ";".ljust(len(mark[0]))
