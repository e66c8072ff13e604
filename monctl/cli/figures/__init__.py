"""Commands that show states and figures."""
