"""A word that may be a slip of several, or of none: what it most likely was is offered in a question, never taken."""

import re
from collections.abc import Iterator
from typing import Final, NamedTuple

from agent.planning.lexicon import Lexicon
from agent.planning.reading import Reading
from agent.planning.refusals import REFUSED_WORDS
from agent.planning.tokens import Token
from agent.planning.typos import likely

_MOST: Final = 3
"""Unknown words of an instruction in which a slip is looked for; with more of them it is of another language."""


class Guess(NamedTuple):
    """`instruction` has `known` for the word `said`."""

    said: str
    known: str
    instruction: str


def guesses(reading: Reading, lexicon: Lexicon) -> Iterator[Guess]:
    """For each doubtful word, the words of the cell near to it, the likeliest first."""
    for token in _doubtful(reading, lexicon):
        said = reading.text[token.start : token.end]
        for known in likely(said.lower(), lexicon):
            if known != token.word:
                yield Guess(said, known, swapped(reading, token, known))


def _doubtful(reading: Reading, lexicon: Lexicon) -> tuple[Token, ...]:
    """The words that are not known; or else those that may have been misheard, and those that are known in other
    company only: “the let bin”.
    """
    words = {token.word: token for token in reading.tokens if token.word.isalpha() and token.word not in REFUSED_WORDS}
    heard = {better for _, better in reading.heard}
    unknown = tuple(token for word, token in words.items() if word not in lexicon.vocabulary)
    doubtful = tuple(token for word, token in words.items() if word in heard or word not in lexicon.alone)
    found = unknown or doubtful
    return found if len(unknown) <= _MOST else ()


def swapped(reading: Reading, doubtful: Token, known: str) -> str:
    """The instruction with `known` for each `doubtful`, and with what was heard for other slips."""
    text, said = reading.text, reading.text[doubtful.start : doubtful.end]
    for token in reversed(reading.tokens):
        if token.word == doubtful.word and reading.text[token.start : token.end] == said:
            text = f"{text[: token.start]}{known}{text[token.end :]}"
    for said, better in reading.heard:
        text = re.sub(rf"\b{re.escape(said)}\b", better, text)
    return text
