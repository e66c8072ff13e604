"""Who may change a record."""

from enum import StrEnum


class Owner(StrEnum):
    """Who may change a record: the file it comes from, or the API and command line."""

    FILE = "file"
    API = "api"
