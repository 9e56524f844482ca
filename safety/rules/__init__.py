"""The gate's rules: pure functions that return a finding or None, in one ordered table."""

from safety.rules.table import RULES, Rule, Stage

__all__ = ["RULES", "Rule", "Stage"]
