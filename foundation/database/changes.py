"""What the repositories of all rooms share about a change."""

from collections.abc import Callable
from dataclasses import dataclass

from sqlmodel import Session

Note = Callable[[Session], None]
"""What else to write in the transaction of a change, such as an entry of an audit log."""


@dataclass(frozen=True, slots=True)
class Changes:
    """The names that a new file added, changed and removed, sorted; none that only moved within the file."""

    added: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
