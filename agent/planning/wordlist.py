"""Word lists as the running text that a person reads and edits."""


def words(*lines: str) -> frozenset[str]:
    """The words of `lines`, which stand apart by blanks."""
    return frozenset(word for line in lines for word in line.split())
