"""The nodes of a run's graph: each reads the state, and returns what it changed of it."""
