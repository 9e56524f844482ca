"""Why words become no scene."""

from collections.abc import Mapping, Sequence

from agent.planning.wording import listed
from skills.errors import BadInput, UnknownName

SEE = "See: smolcell scene --help"


class UnknownWords(UnknownName):
    """Words that the grammar does not know, each with the nearest ones that it knows."""

    def __init__(self, near: Mapping[str, Sequence[str]]) -> None:
        self.words = tuple(near)
        self.field, self.value = "words", ", ".join(near)
        self.allowed = "words of scenes"
        self.nearest = tuple(dict.fromkeys(word for words in near.values() for word in words))
        named = listed([f"{word!r} ({_nearest(words)})" for word, words in near.items()])
        self.args = (f"words: {named} {'are' if len(near) > 1 else 'is'} not understood. {SEE}",)


class NotUnderstood(BadInput):
    """Known words in an order that says nothing to the grammar."""

    def __init__(self, words: str) -> None:
        super().__init__("words", words, "said in another way")
        self.args = (f"words: {words!r} is not understood there; say it in another way. {SEE}",)


def _nearest(words: Sequence[str]) -> str:
    return f"nearest: {', '.join(words)}" if words else "nothing near"
