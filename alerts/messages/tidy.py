"""Text of many lines, fit to be sent."""

from foundation.display.text import clean_text


def clean_lines(text: str, *, limit: int) -> str:
    """`text` cut to `limit` characters, its lines clean of control characters and of blanks at their ends."""
    if len(text) > limit:
        text = text[: limit - 1] + "…"
    lines = text.replace("\r\n", "\n").replace("\t", "    ").split("\n")
    return "\n".join(clean_text(line, limit=max(1, len(line))).rstrip() for line in lines).strip("\n")
