"""Routes for the inventory."""
