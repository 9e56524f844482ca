"""The doors: command line, REPL and services, and the one place that builds a cell out of parts."""
