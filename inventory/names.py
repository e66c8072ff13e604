"""What a host, a group and a tag may be called, and what may stand for a user and an address of SSH."""

import re
import unicodedata

from foundation.documents.errors import ValueInvalid

MAX_NAME_CHARACTERS = 253
MAX_USER_CHARACTERS = 255

NAME_PATTERN = r"^(?! )(?!\.+$)[^/\x00-\x1f\x7f-\x9f]{1,253}(?<! )$"
"""A regular expression that every name matches; `check_name` forbids a little more."""

TAG_PATTERN = r"^(?!host$)[A-Za-z_][A-Za-z0-9_.-]{0,99}$"
"""A regular expression for tag names: every point already carries the tag `host`."""

ADDRESS_PATTERN = r"""^(?!-)[^ '"`$\\;&<>|(){}\[\]@/,*?!#]{1,253}$"""
"""A regular expression for addresses; `is_address` forbids a little more.

What OpenSSH refuses in a host name, what would end one in a jump (`@`, `,`) or a path, and what known_hosts
gives a meaning.
"""

USER_PATTERN = r"""^(?!-)(?!.* -)(?!.*\\$)(?!(?:.*/)?\.\.(?:/|$))[^'"`;&<>|(){}]{1,255}$"""
"""A regular expression for users, as OpenSSH refuses them; `is_user` forbids a little more.

A configuration may put the user into a path as well (`%r`), hence no `..` between slashes.
"""

_TAG = re.compile(TAG_PATTERN)
_ADDRESS = re.compile(ADDRESS_PATTERN)
_USER = re.compile(USER_PATTERN)
_HOP = re.compile(r"""(?!-)(?!.* -)[^'"`$\\;&<>|(){}\[\]@/,*?!#]{1,253}""")
_HOP_PORT = re.compile(r":[0-9]{1,5}")


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


def is_address(text: str) -> bool:
    """Whether this may stand where SSH expects a host name or an IP address.

    Also of what Unicode makes of it: a fullwidth quotation mark may become a plain one further on.
    """
    return text.isprintable() and all(_ADDRESS.fullmatch(form) for form in _forms(text))


def is_user(text: str) -> bool:
    """Whether this may stand where SSH expects the name of a user; `DOMAIN\\user` may."""
    return text.isprintable() and all(_USER.fullmatch(form) for form in _forms(text))


def is_hop(text: str) -> bool:
    """Whether this may be a jump host: the name of a host (blanks within it), or `[user@]address[:port]`."""
    user, at, where = text.rpartition("@")
    if not text.isprintable() or (at and not is_user(user)):
        return False
    address, port = _without_port(where)
    if port is not None and not 1 <= port <= 65535:
        return False
    if at or port is not None:
        return is_address(address)
    return all(_HOP.fullmatch(form) for form in _forms(address))


def _forms(text: str) -> tuple[str, ...]:
    # asyncssh makes NFKC of a user's name, resolvers of a host's
    return (text,) if text.isascii() else (text, unicodedata.normalize("NFKC", text))


def _without_port(text: str) -> tuple[str, int | None]:
    """The address and the port of `address:port` or `[address]:port`; an IPv6 address alone has none."""
    if text.startswith("["):
        address, bracket, rest = text[1:].partition("]")
        if not bracket or (rest and not _HOP_PORT.fullmatch(rest)):
            return text, None  # brackets are in no address
        return address, int(rest[1:]) if rest else None
    address, colon, port = text.rpartition(":")
    if colon and ":" not in address and _HOP_PORT.fullmatch(f":{port}"):
        return address, int(port)
    return text, None
