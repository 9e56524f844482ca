"""A word that may be a slip of several, or of none: what it most likely was is offered in a question, never taken."""

import re
from collections.abc import Iterator

from agent.planning.lexicon import Lexicon
from agent.planning.reading import read
from agent.planning.refusals import REFUSED_WORDS
from agent.planning.typos import likely


def guesses(text: str, lexicon: Lexicon) -> Iterator[tuple[str, str]]:
    """Each unknown word of `text` that is near to words of the cell, with the instruction that has one in its place."""
    reading = read(text, lexicon)
    for token in reading.tokens:
        if token.word in lexicon.vocabulary or token.word in REFUSED_WORDS:
            continue
        for guess in likely(token.word, lexicon):
            meant = f"{text[: token.start]}{guess}{text[token.end :]}"
            for said, better in reading.heard:
                meant = re.sub(rf"\b{re.escape(said)}\b", better, meant)
            yield text[token.start : token.end], meant
