"""The regression suite: every scenario run whole, judged by ground truth, reported and compared."""
