"""What a rule may be called."""

import re

from foundation.documents.errors import ValueInvalid
from foundation.documents.report import shown

MAX_RULE_NAME_CHARACTERS = 128

RULE_NAME_PATTERN = r"^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$"
"""A regular expression that every name matches."""

_NAME = re.compile(RULE_NAME_PATTERN.strip("^$"))


def check_rule_name(name: object) -> None:
    """Raise ValueInvalid unless the name is fit for a path, a log line and a terminal."""
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        raise ValueInvalid(
            "a rule's name has letters, digits, `.`, `_` and `-`, at most "
            f"{MAX_RULE_NAME_CHARACTERS}, and starts with a letter or digit: not {shown(name)}"
        )
