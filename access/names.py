"""What users and keys may be called."""

import re

from access.errors import AccountInvalid

FIRST_ADMIN = "admin"
"""The user of the first start."""

NAME_PATTERN = r"^[A-Za-z0-9][A-Za-z0-9._@-]{0,63}$"
_NAME = re.compile(NAME_PATTERN.strip("^$"))


def check_account_name(name: str) -> None:
    """Raise AccountInvalid unless the name is fit for a path, a log line and a terminal."""
    if not _NAME.fullmatch(name):
        raise AccountInvalid(
            "name", "takes letters, digits and `._@-`, at most 64, and starts with a letter or digit"
        )
