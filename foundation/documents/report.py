"""Collects what is wrong while something is read, so that all of it is said at once."""

import difflib
from collections.abc import Callable, Iterable, Sequence
from itertools import islice

from foundation.documents.errors import Problem

MAX_PROBLEMS = 1_000
"""Nobody reads more at once, and a document can have one at each of its values."""

_SHOWN_CHARACTERS = 60
_LARGEST_SHOWN = 10**300
_MOST_WORDS = 1_000
_LONGEST_WORD = 256


class Report:
    """The problems found in one file (None: in an entry from elsewhere), the first `MAX_PROBLEMS` of them."""

    def __init__(self, file: str | None) -> None:
        self.file = file
        self.problems: list[Problem] = []

    @property
    def is_full(self) -> bool:
        """Whether no more problems are noted, so that looking for them is of no use."""
        return len(self.problems) > MAX_PROBLEMS

    def add(self, line: int | None, field: str, *, message: str, suggestion: str | None = None) -> None:
        """Note one problem."""
        if self.is_full:
            return
        if len(self.problems) == MAX_PROBLEMS:
            line, field, suggestion = None, "", None
            message = f"has more than {MAX_PROBLEMS:,} problems: mend these first"
        self.problems.append(Problem(self.file, line, printable(field), message, suggestion))

    def raise_if_any(self, error: Callable[[Sequence[Problem]], Exception]) -> None:
        """Raise the room's error with all problems by line, if there are any."""
        if self.problems:
            raise error(sorted(self.problems, key=lambda problem: problem.line or 0))


def nearest(word: str, words: Iterable[str]) -> str | None:
    """The word most similar to this one, None when none of the first thousand is similar.

    To a very long one none is: to compare it takes its time, and it may come from anybody.
    """
    if len(word) > _LONGEST_WORD:
        return None
    # 0.6 is difflib's own default: lower, and suggestions have nothing to do with the word
    matches = difflib.get_close_matches(word, list(islice(words, _MOST_WORDS)), 1, 0.6)
    return matches[0] if matches else None


def printable(text: str) -> str:
    """The text on one line of bounded length, with an escape for every character that is not printable."""
    escaped = "".join(char if char.isprintable() else ascii(char)[1:-1] for char in text[:256])
    return f"{escaped}…" if len(text) > 256 else escaped


def shown(value: object) -> str:
    """How a value of the document is named in a message: short, on one line, safe on a terminal."""
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return "`true`" if value else "`false`"
    if isinstance(value, dict):
        return "a mapping"
    if isinstance(value, list | tuple):
        return "a list"
    text = printable(_short(value))
    return f"`{text[:_SHOWN_CHARACTERS]}…`" if len(text) > _SHOWN_CHARACTERS else f"`{text}`"


def _short(value: object) -> str:
    if isinstance(value, int) and abs(value) > _LARGEST_SHOWN:
        return "a number of hundreds of digits"  # which Python would refuse to write
    return str(value)
