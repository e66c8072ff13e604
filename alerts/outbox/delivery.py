"""One attempt to send what is due for a channel: what is sent, how it went, what becomes of each row."""

import asyncio
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import msgspec

from alerts.channels.channel import Channel
from alerts.channels.notifier import Notifier, Sent
from alerts.channels.repository import ChannelRepository
from alerts.errors import AlertsInvalid
from alerts.messages.message import Message
from alerts.notice import Notice
from alerts.outbox.backoff import Jitter, delay_seconds
from alerts.outbox.database_retry import PatientDatabase
from alerts.outbox.drawing import Drawing
from alerts.outbox.grouping import SilencedBy, Sorted, given_up, sort_out
from alerts.outbox.notification import Queued, moment, number_of, read_queued
from alerts.outbox.repository import Ended, OutboxRepository
from alerts.tables import DeliveryRow, NotificationRow
from foundation.display.text import clean_text
from foundation.records.errors import RecordUnknown

Compose = Callable[[Sequence[Notice], float], Message]
"""Makes one message of notices, as of a time (unix seconds); called in a thread."""

TITLE_CHARACTERS = 255
CHANNEL_GONE = "the channel is gone"
UNREADABLE = "what it had to tell cannot be read"
OWN_FAULT = "an error in monctl; its log has the traceback"

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """What an attempt needs. `clock`: unix seconds. `give_up_seconds`: age at which a row is not retried."""

    database: PatientDatabase
    repository: OutboxRepository
    channels: ChannelRepository
    notifier: Notifier
    compose: Compose
    silenced_by: SilencedBy
    clock: Callable[[], float]
    jitter: Jitter
    give_up_seconds: float

    async def attempt(self, channel: str, rows: Sequence[NotificationRow], drawing: Drawing) -> Ended:
        """Send claimed rows of a channel, in order, as one message.

        1. Without the channel there is nothing to do.
        2. Rows that cannot be read, are silenced, or say that something is over of which nobody heard, are
           not told.
        3. The others become one message, with the pictures that are ready by then.
        """
        now = self.clock()
        try:
            target = await self.database.call(self.channels.usable, channel)
        except RecordUnknown:
            return Ended(now=now, dropped={number_of(row): CHANNEL_GONE for row in rows})
        except AlertsInvalid as error:
            return self.failed(channel, rows, Sent(False, error.problems[0].message, 0.0))
        queued, unreadable = readable(rows)
        told = await self.database.call(self.repository.told, channel, {row.alert_id for row in queued})
        found = sort_out(queued, told=told, silenced_by=self.silenced_by, now=now)
        found.dropped |= unreadable
        if not found.to_send:
            return Ended(now=now, silenced=found.silenced, dropped=found.dropped)
        drawing.follow(found.to_send)
        return await self._sent(target, found, drawing)

    def failed(self, channel: str, rows: Sequence[NotificationRow], sent: Sent) -> Ended:
        """How it ends for rows of which none could even be looked at."""
        queued, unreadable = readable(rows)
        found = Sorted(to_send=queued, dropped=unreadable)
        return self._ended(channel, found, sent, title="")

    async def _sent(self, target: Channel, found: Sorted, drawing: Drawing) -> Ended:
        notices = [row.notice for row in found.to_send]
        message = await asyncio.to_thread(self.compose, notices, self.clock())
        images = drawing.ready(found.to_send)
        sent = await self.notifier.send(target, replace(message, images=images))
        return self._ended(target.name, found, sent, title=message.title)

    def _ended(self, channel: str, found: Sorted, sent: Sent, *, title: str) -> Ended:
        now = self.clock()
        ids = [row.id for row in found.to_send]
        attempts = max((row.attempts for row in found.to_send), default=1)
        over = () if sent.ok else given_up(found.to_send, now=now, after_seconds=self.give_up_seconds)
        again = () if sent.ok else [number for number in ids if number not in set(over)]
        return Ended(
            now=now,
            sent=ids if sent.ok else (),
            retried=again,
            given_up=over,
            silenced=found.silenced,
            dropped=found.dropped,
            due_at=now + delay_seconds(attempts, self.jitter),
            error=None if sent.ok else sent.answer,
            delivery=DeliveryRow(
                channel=channel,
                time=moment(now),
                attempt=attempts,
                is_sent=sent.ok,
                seconds=sent.seconds,
                notifications=len(ids),
                title=clean_text(title, limit=TITLE_CHARACTERS),
                error=None if sent.ok else sent.answer,
            ),
        )


def readable(rows: Sequence[NotificationRow]) -> tuple[list[Queued], dict[int, str]]:
    """Rows with what they have to tell, in order; and those that cannot be read: id -> why."""
    queued: list[Queued] = []
    unreadable: dict[int, str] = {}
    for row in rows:
        try:
            queued.append(read_queued(row))
        except msgspec.ValidationError as error:
            log.error("notification %s cannot be read: %s", row.id, error)
            unreadable[number_of(row)] = UNREADABLE
    return queued, unreadable
