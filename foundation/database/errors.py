"""What can go wrong with the database."""


class DatabaseUnusable(Exception):
    """The database cannot be reached, or is not ours; the message names it without its password."""
