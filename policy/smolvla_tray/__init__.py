"""The small SmolVLA as lerobot's own class: a registered subclass with a convolutional stem."""

from typing import Final

STEM_STRIDE: Final = 16
"""Pixels of the picture's side that one image token covers."""
