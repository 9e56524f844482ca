"""From an instruction to its account: understand, look, ground, act, verify, account, recover; and the doors."""
