"""Text to tokens: lower case words that remember where they stood, so that a question can quote them."""

import re
import unicodedata
from dataclasses import dataclass, replace
from typing import Final

from agent.planning.markers import unmarked
from agent.planning.synonyms import NUMBERS

END: Final = ""
SEPARATOR: Final = ";"

_TOKEN: Final = re.compile(
    r"[-=]+>|(?<=\s)>(?=\s)|<-+|--+|(?:[A-Za-z]\.){2,}|\d+[.,]\d+|\d+(?=[xX×]\s)|[xX×](?=\d+\b)|[^\W_]+(?:['’´`][^\W_]+)?|[^\w\s]|_|\n",
    re.UNICODE,
)
_CONTRACTIONS: Final = {
    "dont": "do not",
    "doesnt": "does not",
    "didnt": "did not",
    "isnt": "is not",
    "arent": "are not",
    "wasnt": "was not",
    "hasnt": "has not",
    "havent": "have not",
    "cant": "can not",
    "cannot": "can not",
    "wont": "will not",
    "lets": "let us",
    "shouldnt": "should not",
    "wouldnt": "would not",
    "couldnt": "could not",
    "mustnt": "must not",
    "neednt": "need not",
    "heres": "here is",
    "itll": "it will",
    "whatevers": "whatever is",
    "whats": "what is",
    "wheres": "where is",
    "theres": "there is",
    "thats": "that is",
    "thatd": "that would",
    "itd": "it would",
    "hows": "how is",
    "whos": "who is",
    "id": "i would",
    "ill": "i will",
    "ive": "i have",
    "im": "i am",
    "youre": "you are",
    "theyre": "they are",
    "its": "it is",
    "weve": "we have",
    "youd": "you would",
    "youll": "you will",
    "wed": "we would",
}
_NOTHING: Final = "_"
_FRIENDLY: Final = re.compile("[\U0001f44c\U0001f44d\U0001f600-\U0001f64f\U0001f3fb-\U0001f3ff\ufe0f]")
"""Smiling faces, thumbs up, folded hands: they say nothing."""
_DROPPED: Final = frozenset("\"'“”„«»‘’`´()[]*•·_")
_BARE: Final = _CONTRACTIONS.keys() - {"id", "ill", "its", "wed"} | {"cannot"}
"""Contractions that are no other words when the apostrophe is missing."""
_ABBREVIATED: Final = frozenset({"max", "min", "qty", "pcs", "pc", "no", "nr", "pos"})
_MILLIMETRES: Final = frozenset({"mm", "millimetre", "millimeter", "mil"})
_METRIC: Final = {"six": "6", "eight": "8", "ten": "10"}
_FITTED: Final = frozenset({"bolt", "bolts", "nut", "nuts", "screw", "screws", "one", "ones"})
"""What “eight millimetre” is a size of; of anything else it is a way to go."""
_ARROWS: Final = frozenset({"→", "⇒", "➔", "⟶"})
_BACK_ARROWS: Final = frozenset({"←", "⇐"})
_AFTER_COUNT: Final = frozenset({"->", "in", "into", "to", "onto", "on", "for", ",", ";", ":", "=", ".", ")", END})
"""What follows a number in brackets that counts, and does not number the lines of a list: "nuts (3) -> left bin"."""


@dataclass(frozen=True)
class Token:
    """One word as the grammar reads it; [start, end) is where it stands in the text."""

    word: str
    start: int
    end: int


def tokenize(text: str) -> list[Token]:
    """The tokens of `text`; separators are `;`, `,`, `.`, `:` and `->`; quotes and brackets are dropped."""
    raw = [Token(_normal(match[0]), match.start(), match.end()) for match in _TOKEN.finditer(unmarked(text))]
    return _join_sizes(_expand(_punctuate(raw, text)))


def _normal(word: str) -> str:
    if word == "\n":
        return SEPARATOR
    if word in _ARROWS or word.endswith(">"):
        return "->"
    if word in _BACK_ARROWS or word.startswith("<-"):
        return ":"
    if word == "|" or word.startswith("--"):
        return ","
    if _FRIENDLY.fullmatch(word):
        return _NOTHING
    word = unicodedata.normalize("NFKC", word).lower()
    word = re.sub(r"([a-z])\1{2,}", r"\1\1", word)  # "stooop"
    return word.replace(".", "") if re.fullmatch(r"(?:[a-z]\.){2,}", word) else word


def _punctuate(raw: list[Token], text: str) -> list[Token]:
    """Drops quotes, hyphens inside words, bullets and the numbers of a list."""
    kept: list[Token] = []
    for i, token in enumerate(raw):
        after = raw[i + 1].word if i + 1 < len(raw) else END
        if token.word in "-–—−" and _is_hyphen(token, text):
            continue
        if token.word in "-–—+" and (not kept or kept[-1].word == SEPARATOR):
            continue
        if token.word == "-" and _is_dash(token, text):
            kept.append(replace(token, word=","))
        elif token.word.isdigit() and _numbers_a_line(raw, i, kept):
            kept.append(replace(token, word=SEPARATOR))
        elif token.word == "." and kept and (kept[-1].word == SEPARATOR or _abbreviates(kept[-1], after)):
            continue
        elif token.word in "–—":
            kept.append(replace(token, word=","))
        elif token.word not in _DROPPED:
            kept.append(replace(token, word="." if token.word in "!?" else token.word))
    return kept


def _numbers_a_line(raw: list[Token], at: int, kept: list[Token]) -> bool:
    """“2) nuts to the left bin”; in "nuts (2) to the left bin" the number counts."""
    closes = raw[at + 1].word if at + 1 < len(raw) else END
    after = raw[at + 2].word if at + 2 < len(raw) else END
    counts = closes == ")" and bool(kept) and kept[-1].word.isalpha() and after in _AFTER_COUNT
    counts = counts or (bool(kept) and kept[-1].word in NUMBERS)
    return closes in {".", ")"} and (not kept or at + 2 < len(raw)) and not counts


def _abbreviates(before: Token, after: str) -> bool:
    """“max. 2”: no end of a sentence."""
    return before.word in _ABBREVIATED and (after.isalnum() and (after.isdigit() or before.word != "no"))


def _is_hyphen(token: Token, text: str) -> bool:
    before, after = text[token.start - 1 : token.start], text[token.end : token.end + 1]
    return before.isalnum() and after.isalnum()


def _is_dash(token: Token, text: str) -> bool:
    """“left bin - but not the red ones”; "2 - 3" is a range."""
    before, after = text[: token.start], text[token.end :]
    ranged = before.rstrip()[-1:].isdigit() and after.lstrip()[:1].isdigit()
    return before[-1:].isspace() and after[:1].isspace() and not ranged


def _expand(tokens: list[Token]) -> list[Token]:
    """“don't” becomes do, not; a possessive loses its s."""
    expanded: list[Token] = []
    for token in tokens:
        stem, mark, tail = token.word.replace("’", "'").replace("´", "'").replace("`", "'").partition("'")
        whole = _CONTRACTIONS.get(stem + tail, stem) if mark or token.word in _BARE else token.word
        expanded += [replace(token, word=word) for word in whole.split()]
    return expanded


def _join_sizes(tokens: list[Token]) -> list[Token]:
    """“M 8” and “8 mm” become m8; “2 x” and “x 2” become 2."""
    joined: list[Token] = []
    for token in tokens:
        last = joined[-1] if joined else None
        sized = last and last.word == "size" and token.word in _METRIC.values()
        if last and (sized or (last.word == "m" and token.word.isdigit())):
            joined[-1] = Token(f"m{token.word}", last.start, token.end)
        elif last and token.word == "mm" and last.word.isdigit():
            joined[-1] = Token(f"m{last.word}", last.start, token.end)
        elif last and last.word in {"x", "×"} and token.word.isdigit():
            joined[-1] = Token(token.word, last.start, token.end)
        elif last and token.word in {"x", "×"} and last.word.isdigit():
            joined[-1] = replace(last, end=token.end)
        elif re.fullmatch(r"\d+mm", token.word):
            joined.append(replace(token, word=f"m{token.word[:-2]}"))
        elif len(joined) > 1 and token.word in _FITTED and joined[-1].word in _MILLIMETRES:
            size = joined[-2].word
            joined[-2:] = [Token(f"m{_METRIC.get(size, size)}", joined[-2].start, joined[-1].end), token]
        else:
            joined.append(token)
    return joined


class Cursor:
    """A place in the tokens of an instruction; `text` is the instruction itself."""

    def __init__(self, text: str, tokens: list[Token]) -> None:
        self.text, self.tokens, self.at = text, tokens, 0

    def word(self, ahead: int = 0) -> str:
        """The word at the cursor or `ahead` of it; END outside."""
        index = self.at + ahead
        return self.tokens[index].word if 0 <= index < len(self.tokens) else END

    def take(self, *words: str) -> str:
        """Steps over the next word if it is one of `words`, and returns it; else END."""
        found = self.word()
        if found in words and found != END:
            self.at += 1
            return found
        return END

    def take_run(self, *words: str) -> bool:
        """Steps over all of `words` in a row, or over none."""
        if all(self.word(i) == word for i, word in enumerate(words)):
            self.at += len(words)
            return True
        return False

    def skip(self, words: frozenset[str]) -> None:
        while self.word() in words and self.word() != END:
            self.at += 1

    def quote(self, start: int, end: int) -> str:
        """The text of the tokens [start, end), as it was written."""
        if start >= min(end, len(self.tokens)):
            return ""
        return self.text[self.tokens[start].start : self.tokens[min(end, len(self.tokens)) - 1].end]

    def rest(self, start: int) -> str:
        """The text from the token `start` on, as it was written, words that say nothing included."""
        return self.text[self.tokens[start].start :]

    def swapped(self, start: int, end: int, words: str) -> str:
        """The instruction with the tokens [start, end) replaced; with start == end, inserted before start."""
        if start < end:
            left, right = self.tokens[start].start, self.tokens[end - 1].end
        else:
            left = right = self.tokens[start - 1].end if start else 0
            words = f" {words}" if start else words
        return " ".join(f"{self.text[:left]}{words}{self.text[right:]}".split())
