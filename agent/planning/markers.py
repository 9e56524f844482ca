"""Marks of lists and forms before an order: "Step 1:", "TASK:", "b)", "2 - "; they say nothing but where one begins."""

import re
from typing import Final

_BEFORE: Final = (
    r"(?:here (?:is|are|comes?) )?(?:(?:the|your|my|our|a|next|first) )*(?:(?:new|sorting|picking) (?=task|job|order))?"
)
_LABEL: Final = (
    rf"(?:{_BEFORE}(?:step|task|job|work order|order|item|position|pos|point|instruction|command|action|to ?do|wo|phase"
    r"|request|assignment|mission|goal|cmd)s?(?: list)?)"
)
_NUMBER: Final = r"(?:[a-h]\b|one|two|three|four|five|six|(?:no\.? *|nr\.? *|#)?[\w./-]*\d[\w./-]*)"
_LABELLED: Final = (
    rf"{_LABEL}\.?(?: *{_NUMBER})? *(?::|-(?= ))|{_LABEL}\.? *{_NUMBER} *\)|(?:{_LABEL} +[\d/.-]*\d(?:(?= )| *:) *)+"
)
_BEGINS: Final = r"(?:^|(?<=\s))"
_MARK: Final = re.compile(
    "|".join(
        (
            rf"(?:^|[.;:!\n]|,(?= *\d)|,(?= *{_LABEL} *{_NUMBER} *[:)-]))[ \t]*(?:{_LABELLED}|\d+ *-(?= ))",
            r"(?:^|[;\n])[ \t]*(?:\d+|[a-h])[:/](?= )",  # "1: ", "B: ", "2/ "
            r"(?:^|\n)[ \t]*(?:[a-h]|[ivx]{1,4})[.)](?= )",  # "a. ", "iv) "
            rf"{_BEGINS}#\d+[:.)]?(?= )",
            rf"{_BEGINS}step ?(?:\d|one|two|three|four|five|six)\b[:,.]?",
        )
    ),
    re.IGNORECASE,
)
_HEADED: Final = re.compile(r"(?<=bin|box|elt|yor|ure|jig|rol| QC| qc)[ \t]*:[ \t]*(?:\n[ \t]*[-*•][ \t]*[^\n:>]+)+")
"""“left bin:” and its bullets, a line each."""
_DO_THIS: Final = r"do (?:this|it|these(?: \w+)? things|the following)"
_ANNOUNCED: Final = re.compile(
    rf"^[ \t]*(?:please )?(?:(?:{_DO_THIS} )?in (?:order|sequence)|{_DO_THIS}|here we go|ready|go"
    r"|(?:(?:i have|i've|there is|there's)(?: got)? )?"
    r"(?:an?|one|two|three|some) (?:job|task|order|thing)s?(?: for you)?) *[:?](?= )",
    re.IGNORECASE,
)
"""“I have two jobs for you:”."""
_IN_ORDER: Final = re.compile(
    r"\bin (?:this|exactly this|the following) (?:order|sequence)(?= *:.+(?:[,;\n]|\b(?:and|then)\b))"
    r"|(?<=,) *in (?:this|that|exactly this) (?:order|sequence)(?=\W*$)",
    re.IGNORECASE | re.DOTALL,
)
"""“in this order:” and "…, in that order": as it is said, it is done. "The nuts in this order" are a customer's."""
_LETTERED: Final = (
    re.compile(r"(?:^|(?<=\s)) *\[\d+\](?=\s)"),
    re.compile(r"(?:^|(?<=\s)) *[a-h]\.(?=\s)", re.IGNORECASE),
)
"""Marks that count only in a text that begins with one."""
_LETTER: Final = re.compile(r"(?:(?<=\s)|^)\(?(?:[a-h]|[ivx]{1,4})\)(?= )", re.IGNORECASE)


def unmarked(text: str) -> str:
    """`text` with each mark as a separator and blanks, so that all other letters stay where they are."""
    for mark in _LETTERED:
        text = mark.sub(_separator, text) if mark.match(text) else text
    text = _ANNOUNCED.sub(_separator, _IN_ORDER.sub(_blanks, text))
    return _LETTER.sub(_separator, _MARK.sub(_separator, _HEADED.sub(_on_one_line, text)))


def _on_one_line(headed: re.Match[str]) -> str:
    head, *bullets = headed[0].split("\n")
    return f"{head} {','.join(re.sub('[-*•]', ' ', bullet, count=1) for bullet in bullets)}"


def _blanks(said: re.Match[str]) -> str:
    return " " * len(said[0])


def _separator(mark: re.Match[str]) -> str:
    return ";".ljust(len(mark[0]))
