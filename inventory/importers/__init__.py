"""Inventories of other tools, read into hosts.yaml entries."""
