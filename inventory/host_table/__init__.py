"""The host table of the database."""
