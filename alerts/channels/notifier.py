"""What sends a message to a channel."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from alerts.channels.channel import Channel
from alerts.messages.message import Message

_PASSING = frozenset({408, 421, 423, 425, 429})
"""Refusals that end by themselves."""

_ABOUT_CHANNEL = frozenset({401, 402, 404, 405, 407, 410, 426})


@dataclass(frozen=True, slots=True)
class Sent:
    """How an attempt ended: `answer` is what the service said, without secrets; `seconds`: what it took.

    `status`: of the answer over HTTP that it failed with. `retry_after`: how many seconds the service asks
    to be left alone.
    """

    ok: bool
    answer: str
    seconds: float
    status: int | None = None
    retry_after: float | None = None

    @property
    def is_refusal(self) -> bool:
        """Whether the same message to the same target will be refused again."""
        return self.status is not None and 400 <= self.status < 500 and self.status not in _PASSING

    @property
    def is_about_content(self) -> bool:
        """Whether a refusal may be one of this message rather than of the channel."""
        return self.is_refusal and self.status not in _ABOUT_CHANNEL


def named(sent: Sent, target: Channel, *, among: int) -> str:
    """An answer with the target that gave it, where there are several and it failed."""
    if among < 2 or sent.ok:
        return sent.answer
    reason, _, words = sent.answer.partition(": ")
    return ": ".join(filter(None, [reason, f"to {target.target_name}", words]))


class Notifier(Protocol):
    """Sends messages."""

    async def targets(self, channel: Channel) -> Sequence[Channel]:
        """The channel once for each of its targets, or as it is where they cannot be told apart."""

    async def send(self, channel: Channel, message: Message) -> Sent:
        """Try once, within a deadline; a failure of any kind is an answer, never raised."""


@dataclass
class FakeNotifier:
    """A notifier for tests: keeps what it is given; `answer` says how each attempt ends."""

    answer: Callable[[Channel, Message], Sent] = lambda channel, message: Sent(True, "", 0.0)
    sent_messages: list[tuple[str, Message]] = field(default_factory=list)
    attempts: int = 0
    targets_of: Callable[[Channel], Sequence[Channel]] = lambda channel: (channel,)

    async def targets(self, channel: Channel) -> Sequence[Channel]:
        """What `targets_of` says; by default the channel itself."""
        return self.targets_of(channel)

    async def send(self, channel: Channel, message: Message) -> Sent:
        """Keep the message when the attempt is to go well."""
        self.attempts += 1
        result = self.answer(channel, message)
        if result.ok:
            self.sent_messages.append((channel.name, message))
        return result
