"""How results become lines, and are sent."""
