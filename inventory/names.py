"""What a host, a group and a tag may be called."""

import re

from foundation.documents.errors import ValueInvalid

MAX_NAME_CHARACTERS = 253

NAME_PATTERN = r"^(?! )(?!\.+$)[^/\x00-\x1f\x7f-\x9f]{1,253}(?<! )$"
"""A regular expression that every name matches; `check_name` forbids a little more."""

TAG_PATTERN = r"^(?!host$)[A-Za-z_][A-Za-z0-9_.-]{0,99}$"
"""A regular expression for tag names: every point already carries the tag `host`."""

_TAG = re.compile(TAG_PATTERN)


def check_name(name: str) -> None:
    """Raise ValueInvalid unless the name is fit for a terminal, a URL path and a log line.

    Printable text without `/`, not only dots, at most 253 characters, no blank at either end.
    """
    if not name:
        raise ValueInvalid("a name must not be empty")
    if len(name) > MAX_NAME_CHARACTERS:
        raise ValueInvalid(f"a name has at most {MAX_NAME_CHARACTERS} characters")
    if not name.isprintable():
        raise ValueInvalid("a name must not have control or format characters")
    if name != name.strip():
        raise ValueInvalid("a name must not begin or end with a blank")
    if "/" in name or not name.strip("."):
        raise ValueInvalid("a name must not contain `/` or consist of dots")


def check_tag(name: str) -> None:
    """Raise ValueInvalid unless the name can be used as a tag."""
    if name == "host":
        raise ValueInvalid("`host` is a tag that every host has already")
    if not _TAG.fullmatch(name):
        raise ValueInvalid("a tag's name has letters, digits, `_`, `-` and `.`, and starts with a letter")
