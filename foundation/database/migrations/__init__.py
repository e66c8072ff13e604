"""The database's schema, step by step."""

HEAD = "0003"
"""The newest revision in `versions`."""
