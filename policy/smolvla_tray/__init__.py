"""The small SmolVLA as lerobot's own class: a registered subclass with a convolutional stem."""
