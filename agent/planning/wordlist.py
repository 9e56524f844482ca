"""Word lists as the running text that a person reads and edits."""


def words(text: str) -> frozenset[str]:
    """The words of `text`, which stand apart by blanks."""
    return frozenset(text.split())
