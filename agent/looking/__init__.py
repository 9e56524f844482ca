"""Looking at the tray: when a picture may be believed, and what two looks tell of each other."""
