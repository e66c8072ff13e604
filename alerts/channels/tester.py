"""Sending a test message to a channel."""

import asyncio
import contextlib
from typing import Any

from alerts.channels.channel import Channel
from alerts.channels.notifier import Notifier, Sent, named
from alerts.channels.repository import ChannelRepository
from alerts.errors import AlertsInvalid
from alerts.messages.message import Message, MessageKind
from alerts.severity import Severity
from foundation.database.errors import DatabaseUnusable

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

        What waits for a channel that works is tried at once.

        Raises RecordUnknown. A channel that cannot be used is one whose test fails.
        """
        try:
            channel = await asyncio.to_thread(self._channels.usable, name)
        except AlertsInvalid as error:
            outcome = Sent(False, error.problems[0].message, 0.0)
        else:
            outcome = await self._send(channel)
        return {
            "channel": name,
            "ok": outcome.ok,
            "seconds": round(outcome.seconds, 3),
            "answer": outcome.answer,
        }

    async def _send(self, channel: Channel) -> Sent:
        """The outcome of a message to each target of a channel: it works where all do."""
        outcomes = [
            (target, await self._notifier.send(target, _MESSAGE))
            for target in await self._notifier.targets(channel)
        ]
        failures = [(target, outcome) for target, outcome in outcomes if not outcome.ok]
        if not failures:
            # What waits is tried within a quarter of an hour in any case.
            with contextlib.suppress(DatabaseUnusable):
                await asyncio.to_thread(self._channels.retry, channel.name)
        answers = [named(outcome, target, among=len(outcomes)) for target, outcome in failures or outcomes]
        return Sent(
            not failures,
            "; ".join(dict.fromkeys(filter(None, answers))),
            sum(outcome.seconds for _, outcome in outcomes),
        )
