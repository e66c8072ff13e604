"""What is sent to a channel."""

from dataclasses import dataclass
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

    `severity`: the worst of what it tells.
    """

    title: str
    body: str
    kind: MessageKind
    severity: Severity
    images: tuple[bytes, ...] = ()
