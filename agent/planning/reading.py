"""From text to the tokens that the grammar reads: typing errors mended, synonyms of several words folded."""

from dataclasses import dataclass

from agent.planning.lexicon import Lexicon
from agent.planning.refusals import REFUSED_WORDS
from agent.planning.tokens import Cursor, Token, tokenize
from agent.planning.typos import correct, unglued


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
        words = tuple(token.word for token in tokens[at : at + longest])
        size = next((n for n in range(len(words), 0, -1) if words[:n] in folds), 0)
        if size == 0:
            folded.append(tokens[at])
            at += 1
            continue
        start, end = tokens[at].start, tokens[at + size - 1].end
        folded += [Token(word, start, end) for word in folds[words[:size]].split()]
        at += size
    return folded
