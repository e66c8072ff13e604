"""What sends a message to a channel."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

from alerts.channels.channel import Channel
from alerts.messages.message import Message


@dataclass(frozen=True, slots=True)
class Sent:
    """How an attempt ended: `answer` is what the service said, without secrets; `seconds`: what it took."""

    ok: bool
    answer: str
    seconds: float


class Notifier(Protocol):
    """Sends messages."""

    async def send(self, channel: Channel, message: Message) -> Sent:
        """Try once, within a deadline; a failure of any kind is an answer, never raised."""


@dataclass
class FakeNotifier:
    """A notifier for tests: keeps what it is given; `answer` says how each attempt ends."""

    answer: Callable[[Channel, Message], Sent] = lambda channel, message: Sent(True, "", 0.0)
    sent_messages: list[tuple[str, Message]] = field(default_factory=list)
    attempts: int = 0

    async def send(self, channel: Channel, message: Message) -> Sent:
        """Keep the message when the attempt is to go well."""
        self.attempts += 1
        result = self.answer(channel, message)
        if result.ok:
            self.sent_messages.append((channel.name, message))
        return result
