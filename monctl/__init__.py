"""The front door in a terminal: command line, settings, daemon wiring, database, migrations."""
