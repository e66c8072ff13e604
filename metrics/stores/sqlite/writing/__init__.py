"""How answers come into the log."""
