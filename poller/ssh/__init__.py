"""How a host is reached over SSH."""
