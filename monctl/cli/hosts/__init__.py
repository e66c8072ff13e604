"""Commands on the inventory."""
