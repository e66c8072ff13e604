"""Making text from outside fit to be stored, shown in a browser and printed on a terminal."""

import unicodedata

REPLACEMENT = "\N{REPLACEMENT CHARACTER}"

_HOSTILE_CATEGORIES = frozenset({"Cc", "Cf", "Cs", "Co", "Zl", "Zp"})


def clean_text(text: str, *, limit: int) -> str:
    """`text` without control, format, surrogate, private and line-separating characters, cut to `limit`.

    Each of those becomes U+FFFD, so that a name that held one still differs from a name that did not.
    A text that was cut ends in an ellipsis, which counts towards `limit` (at least 1).
    """
    if len(text) > limit:
        text = text[: limit - 1] + "…"
    # Printable is stricter than what is wanted here, and decided at the speed of C.
    if text.isprintable():
        return text
    return "".join(REPLACEMENT if _is_hostile(character) else character for character in text)


def clean_lines(text: str, *, limit: int) -> str:
    """`text` cut to `limit` characters, its lines clean of control characters and of blanks at their ends."""
    if len(text) > limit:
        text = text[: limit - 1] + "…"
    lines = text.replace("\r\n", "\n").replace("\t", "    ").split("\n")
    return "\n".join(clean_text(line, limit=max(1, len(line))).rstrip() for line in lines).strip("\n")


def _is_hostile(character: str) -> bool:
    return unicodedata.category(character) in _HOSTILE_CATEGORIES
