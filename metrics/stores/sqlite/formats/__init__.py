"""How numbers are arranged: frames of columns, doubles as scaled integers, the rows of the log."""
