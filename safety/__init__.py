"""Everything between a proposal and the metal: limits, rules, motion, the gate, the audit."""
