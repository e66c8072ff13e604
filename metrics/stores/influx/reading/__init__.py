"""How history and last values are asked for."""
