"""What scenes are drawn for: every purpose mixes a number of its own into its seeds, so that no scene serves two."""

from enum import IntEnum, unique


@unique
class Purpose(IntEnum):
    """Training data have none of these mixed in."""

    EVALUATION = 777
    CONFIDENCE = 778
    PRACTICE = 779
    VERDICTS = 780
