"""What the repositories of all rooms share about a change."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlmodel import Session

Note = Callable[[Session], None]
"""What else to write in the transaction of a change, such as an entry of an audit log."""


@dataclass(frozen=True, slots=True)
class Changes:
    """What a new hosts.yaml changed: names, sorted. A host that merely moved in the file is not there."""

    added: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()


def utc_now() -> datetime:
    """The time, aware UTC."""
    return datetime.now(UTC)
