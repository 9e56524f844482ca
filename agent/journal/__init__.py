"""What must survive a power cut: the SQLite file of a cell, and the tables in it."""
