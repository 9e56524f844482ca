"""The vocabulary that all rooms speak: frozen values, skill cards, contracts, preflight checks."""
