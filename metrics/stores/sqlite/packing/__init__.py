"""How the log becomes columns and rollups."""
