"""What proposes and perceives: the small SmolVLA, the perceiver, their training and evaluation."""
