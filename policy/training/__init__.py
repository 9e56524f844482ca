"""Training of the small policy and the perceiver; the only part of the room that needs the extra `train`."""
