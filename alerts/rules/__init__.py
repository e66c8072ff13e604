"""Rules: what is worth telling, and to whom."""
