"""Lines cut into the bodies of requests, and packed."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from isal import igzip

MAX_LINES = 5_000
"""Lines of one request."""

MAX_BYTES = 4_000_000
"""Bytes of one request before it is packed, unless one line alone has more."""

_LEVEL = 1  # igzip at 1 takes a third of zlib's time for fewer bytes


@dataclass(frozen=True, slots=True)
class Body:
    """Some lines, and what is sent of them."""

    lines: Sequence[str]
    compressed: bytes

    def halves(self) -> "tuple[Body, Body]":
        """The first and the second half of at least two lines."""
        middle = len(self.lines) // 2
        return pack(self.lines[:middle]), pack(self.lines[middle:])


def pack(lines: Sequence[str]) -> Body:
    """One body of these lines."""
    return Body(lines, igzip.compress("\n".join(lines).encode(), _LEVEL))


def bodies(lines: Sequence[str]) -> list[Body]:
    """All lines, in order, in as few bodies as the bounds allow."""
    return [pack(part) for part in _parts(lines)]


def _parts(lines: Sequence[str]) -> Iterator[Sequence[str]]:
    start, size = 0, 0
    for at, line in enumerate(lines):
        if at > start and (at - start >= MAX_LINES or size + len(line) > MAX_BYTES):
            yield lines[start:at]
            start, size = at, 0
        size += len(line) + 1
    if start < len(lines):
        yield lines[start:]
