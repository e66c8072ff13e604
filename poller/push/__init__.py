"""Hosts that no SSH can reach: they send their samples by themselves."""
