"""What channels may be called."""

import re

from foundation.documents.report import Report

NAME_PATTERN = r"^[A-Za-z0-9][A-Za-z0-9._@-]{0,63}$"
_NAME = re.compile(NAME_PATTERN.strip("^$"))


def check_channel_name(name: str, report: Report) -> None:
    """Note a problem unless the name is fit for a path, a log line and a terminal."""
    if not _NAME.fullmatch(name):
        message = "takes letters, digits and `._@-`, at most 64, and starts with a letter or digit"
        report.add(None, "name", message=message)
