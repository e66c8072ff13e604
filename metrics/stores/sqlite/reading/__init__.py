"""How history comes out of log, columns and rollups."""
