"""The twin: the simulated cell, its cameras, parts, demonstrator, scenarios and judge."""
