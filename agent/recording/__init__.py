"""Every run is a recording: what was seen, what was proposed, how it was ruled, and what was decided."""
