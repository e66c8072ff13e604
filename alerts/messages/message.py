"""What is sent to a channel."""

from dataclasses import dataclass, field
from enum import StrEnum

from alerts.severity import Severity


class MessageKind(StrEnum):
    """What a message is about; a mixed one is about problems and ends of problems."""

    PROBLEM = "problem"
    RESOLVED = "resolved"
    MIXED = "mixed"
    TEST = "test"


@dataclass(frozen=True, slots=True)
class Message:
    """One message, complete: `title` is one line, `body` plain text, `images` are PNG files.

    `severity`: the worst of what it tells. `marked_title`, `marked_body`: the same as title and body with the
    marks of `alerts.messages.authored`; None where all is data.
    """

    title: str
    body: str
    kind: MessageKind
    severity: Severity
    images: tuple[bytes, ...] = ()
    marked_title: str | None = field(default=None, repr=False, compare=False)
    marked_body: str | None = field(default=None, repr=False, compare=False)
