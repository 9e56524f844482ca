"""A phrase as the numbers that the language model reads, padded to the length of training."""

from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer

from skills.errors import BadInput

END: Final = "\n"
"""SmolVLA ends every task with a newline."""


class PhraseEncoder:
    """Word numbers by the tokenizer in a checkpoint; needs neither torch nor transformers."""

    def __init__(self, tokenizer_file: Path) -> None:
        try:
            self._tokenizer = Tokenizer.from_file(str(tokenizer_file))
        except Exception as error:  # the library raises bare exceptions
            raise BadInput("tokenizer", str(tokenizer_file), f"a readable tokenizer.json ({error})") from None
        self._pad = self._tokenizer.token_to_id("<pad>")

    def length(self, phrase: str) -> int:
        return len(self._tokenizer.encode(phrase + END).ids)

    def encode(self, phrase: str, length: int) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
        """(length,) token ids and the mask of those that are words. Raises: BadInput when it is too long."""
        ids = self._tokenizer.encode(phrase + END).ids
        if len(ids) > length:
            raise BadInput("phrase", phrase, f"at most {length} words and newline long")
        tokens = np.full(length, self._pad, np.int64)
        tokens[: len(ids)] = ids
        return tokens, np.arange(length) < len(ids)
