"""Which hosts there are: hosts.yaml, the host table, importers, the file watch."""
