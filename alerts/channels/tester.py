"""Sending a test message to a channel."""

import asyncio
from typing import Any

from alerts.channels.notifier import Notifier, Sent
from alerts.channels.repository import ChannelRepository
from alerts.errors import AlertsInvalid
from alerts.messages.message import Message, MessageKind
from alerts.severity import Severity

_MESSAGE = Message(
    title="monctl: test message",
    body="Somebody asked monctl for a test of this channel. It works: alerts will arrive here.",
    kind=MessageKind.TEST,
    severity=Severity.INFO,
)


class Tester:
    """Sends test messages past the outbox, to channels of the file and of the API alike."""

    def __init__(self, channels: ChannelRepository, notifier: Notifier) -> None:
        self._channels = channels
        self._notifier = notifier

    async def test(self, name: str) -> dict[str, Any]:
        """Send one; `{channel, ok, seconds, answer}`, where `answer` is what the service said.

        Raises RecordUnknown. A channel that cannot be used is one whose test fails.
        """
        try:
            channel = await asyncio.to_thread(self._channels.usable, name)
        except AlertsInvalid as error:
            outcome = Sent(False, error.problems[0].message, 0.0)
        else:
            outcome = await self._notifier.send(channel, _MESSAGE)
        return {
            "channel": name,
            "ok": outcome.ok,
            "seconds": round(outcome.seconds, 3),
            "answer": outcome.answer,
        }
