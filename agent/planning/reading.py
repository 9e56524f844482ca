"""From text to the tokens that the grammar reads: typing errors mended, synonyms of several words folded."""

from dataclasses import dataclass
from typing import Final

from agent.planning.lexicon import Lexicon
from agent.planning.refusals import REFUSED_WORDS
from agent.planning.tokens import END, Cursor, Token, tokenize
from agent.planning.typos import correct, unglued
from agent.planning.wordlist import words

_STUTTERED: Final = words("the a an in into to on of and all put place move then with my is are bin left right")
"""What a hurried hand writes twice."""
_LEADING_ON: Final = words("the a an in into to on onto put place move ,")
"""Behind these a comma is a pause for breath."""


@dataclass(frozen=True)
class Reading:
    """An instruction as it was read.

    Attributes:
        plain: the corrected words before folding; what is searched for words that are refused.
        tokens: what the grammar reads.
        heard: (as written, as read) for each corrected word.
    """

    text: str
    plain: tuple[str, ...]
    tokens: tuple[Token, ...]
    heard: tuple[tuple[str, str], ...]

    def cursor(self) -> Cursor:
        return Cursor(self.text, list(self.tokens))


def read(text: str, lexicon: Lexicon) -> Reading:
    """Reads `text` with the words of `lexicon`."""
    mended: list[Token] = []
    heard: list[tuple[str, str]] = []
    for token in tokenize(text):
        known = token.word in lexicon.vocabulary or token.word in REFUSED_WORDS
        better = () if known else _mended(token.word, lexicon)
        if better:
            heard.append((text[token.start : token.end], " ".join(better)))
        mended += [Token(word, token.start, token.end) for word in better or (token.word,)]
    for at, token in enumerate(mended[:-1]):
        if token.word == "an" and _only_commands(mended[at + 1].word, lexicon):
            mended[at] = Token("and", token.start, token.end)
    tokens = tuple(_folded(mended, lexicon.folds))
    return Reading(text, tuple(token.word for token in mended), tokens, tuple(heard))


def _only_commands(word: str, lexicon: Lexicon) -> bool:
    return lexicon.is_verb(word) and not lexicon.describes(word)


def _mended(word: str, lexicon: Lexicon) -> tuple[str, ...]:
    """What an unknown word was meant to be; empty where that is not clear."""
    if better := correct(word, lexicon):
        return (better,)
    return unglued(word, lexicon) or ()


def _folded(tokens: list[Token], folds: dict[tuple[str, ...], str]) -> list[Token]:
    """The longest run of words that folds is replaced, from left to right; fillers leave nothing."""
    longest = max(map(len, folds))
    folded: list[Token] = []
    at = 0
    while at < len(tokens):
        ahead = tuple(token.word for token in tokens[at : at + longest])
        size = next((n for n in range(len(ahead), 0, -1) if ahead[:n] in folds), 0)
        if size == 0:
            before = folded[-1].word if folded else END
            if not (before == ahead[0] in _STUTTERED or (ahead[0] == "," and before in _LEADING_ON)):
                folded.append(tokens[at])
            at += 1
            continue
        start, end = tokens[at].start, tokens[at + size - 1].end
        folded += [Token(word, start, end) for word in folds[ahead[:size]].split()]
        at += size
    return folded
