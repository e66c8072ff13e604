"""Which parts of a message its author wrote, and which are values: names from hosts, above all.

What a rule's author wrote may hold markup of the channel's service, and is sent as it is. Everything else is
data. The two are told apart by characters that no cleaned text has, and that no message keeps.
"""

import re
from collections.abc import Iterator

_AUTHORED, _AUTHORED_END, _VALUE, _VALUE_END = map(chr, range(0xE000, 0xE004))  # of Unicode's private use
_MARKS = re.compile(f"[{_AUTHORED}-{_VALUE_END}]")
_MARKS_OR_TEXT = re.compile(f"[{_AUTHORED}-{_VALUE_END}]|[^{_AUTHORED}-{_VALUE_END}]+")


def authored(text: str) -> str:
    """Text that an author wrote, but for the values in it; cleaned and cut already."""
    return f"{_AUTHORED}{text}{_AUTHORED_END}" if text else text


def value(text: str) -> str:
    """A value in what an author wrote."""
    plain_text = without_marks(text)
    return f"{_VALUE}{plain_text}{_VALUE_END}" if plain_text else ""


def ended(text: str) -> str:
    """Text that was cut, perhaps within what an author wrote: what follows it is no author's."""
    return f"{text}{_AUTHORED_END}" if _MARKS.search(text) else text


def without_marks(text: str) -> str:
    """The text as people see it."""
    return _MARKS.sub("", text)


def parts(text: str) -> Iterator[str]:
    """Each mark, and each text between two."""
    return iter(_MARKS_OR_TEXT.findall(text))


def is_mark(part: str) -> bool:
    """Whether a part of `parts` is no text."""
    return _MARKS.fullmatch(part) is not None


def spans(text: str) -> Iterator[tuple[str, bool]]:
    """The text piece by piece, each with whether it is an author's; whatever was cut off is none."""
    is_authored = is_value = False
    for part in parts(text):
        if not is_mark(part):
            yield part, is_authored and not is_value
        elif part in (_VALUE, _VALUE_END):
            is_value = part == _VALUE
        else:
            is_authored, is_value = part == _AUTHORED, False


def cut(text: str, limit: int) -> str:
    """At most `limit` characters, the last an ellipsis where there were more; marks do not count."""
    if len(without_marks(text)) <= limit:
        return text
    pieces, room = [], limit - 1
    for part in parts(text):
        pieces.append(part if is_mark(part) else part[:room])
        room -= 0 if is_mark(part) else min(room, len(part))
        if room == 0:
            break
    return "".join([*pieces, "…"])
