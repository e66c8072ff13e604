"""How names and label values are put into line protocol, and what the database knows them by.

Line protocol escapes with a backslash but has no way to write one that stands before a character that is
escaped, before another backslash or at the end: servers differ in what they make of it. `stored_text` says
what is kept instead, and whoever asks for a value must ask for that.
"""

import re

_BLANKS = {ord(character): " " for character in "\n\r\t\v\f\0\x1c\x1d\x1e\x85\u2028\u2029"}
_AMBIGUOUS = re.compile(r"\\(?=[\\,= ]|\Z)")
_STAND_IN = "\N{FULLWIDTH REVERSE SOLIDUS}"
"""For a backslash that cannot be written: one that no name has, so that names that differ stay different."""
_UNUSUAL = re.compile(r"[\\\x00-\x1f\x85\u2028\u2029\ud800-\udfff]")

RESERVED_TAGS = frozenset({"host", "time", "_field", "_measurement"})
"""Tag keys that the server or this store uses for itself."""


def stored_text(text: str) -> str:
    """A tag's key or value as the database keeps it: most are kept as they are.

    Line ends become blanks; a backslash at the end, or before a backslash, comma, equals sign or blank,
    becomes a fullwidth one (U+FF3C).
    """
    if _UNUSUAL.search(text) is None:
        return text
    text = text.encode("utf-8", "replace").decode().translate(_BLANKS)
    return _AMBIGUOUS.sub(_STAND_IN, text)


def escaped_key(text: str) -> str:
    """A tag's key or value, or a field's key, as line protocol wants it."""
    return stored_text(text).replace(",", r"\,").replace("=", r"\=").replace(" ", r"\ ")


def escaped_measurement(text: str) -> str:
    """A measurement as line protocol wants it."""
    return stored_text(text).replace(",", r"\,").replace(" ", r"\ ")


def escaped_string(text: str) -> str:
    """A string field's value, without the quotes around it; line ends become blanks."""
    text = text.encode("utf-8", "replace").decode().translate(_BLANKS)
    return text.replace("\\", r"\\").replace('"', r"\"")


def unescape(text: str) -> str:
    """What `escaped_key` was given."""
    return re.sub(r"\\([,= ])", r"\1", text)
