"""The doors: how people and machines reach the cell. Each is a thin shell around what `agent` does."""
