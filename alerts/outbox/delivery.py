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
from alerts.outbox.grouping import SilencedBy, SortedRows, given_up, sort_out
from alerts.outbox.notification import Queued, number_of, read_queued
from alerts.outbox.repository import AttemptResult, OutboxRepository
from alerts.tables import DeliveryRow, NotificationRow
from foundation.display.text import clean_text
from foundation.records.errors import RecordUnknown
from foundation.times import utc_time

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

    async def attempt(self, channel: str, rows: Sequence[NotificationRow], drawing: Drawing) -> AttemptResult:
        """Send claimed rows of a channel, in order, as one message.

        1. Rows of a channel that is gone are dropped.
        2. Rows are left out that cannot be read, that a silence covers, or that say the end of an alert whose
           beginning the channel was never told.
        3. The others become one message, with the pictures that are drawn by then.
        """
        now = self.clock()
        try:
            target = await self.database.call(self.channels.usable, channel)
        except RecordUnknown:
            return AttemptResult(now=now, dropped={number_of(row): CHANNEL_GONE for row in rows})
        except AlertsInvalid as error:
            return self.failed(channel, rows, Sent(False, error.problems[0].message, 0.0))
        queued, unreadable = readable(rows)
        alert_ids = {row.alert_id for row in queued}
        told_alerts = await self.database.call(self.repository.alerts_told_of, channel, alert_ids)
        sorted_rows = sort_out(queued, told_alerts=told_alerts, silenced_by=self.silenced_by, now=now)
        sorted_rows.dropped |= unreadable
        if not sorted_rows.to_send:
            return AttemptResult(now=now, silenced=sorted_rows.silenced, dropped=sorted_rows.dropped)
        drawing.follow(sorted_rows.to_send)
        return await self._send(target, sorted_rows, drawing)

    def failed(self, channel: str, rows: Sequence[NotificationRow], answer: Sent) -> AttemptResult:
        """The result for rows that could not be sent at all."""
        queued, unreadable = readable(rows)
        sorted_rows = SortedRows(to_send=queued, dropped=unreadable)
        return self._result(channel, sorted_rows, answer, title="")

    async def _send(self, target: Channel, sorted_rows: SortedRows, drawing: Drawing) -> AttemptResult:
        notices = [row.notice for row in sorted_rows.to_send]
        message = await asyncio.to_thread(self.compose, notices, self.clock())
        images = drawing.pictures(sorted_rows.to_send)
        answer = await self.notifier.send(target, replace(message, images=images))
        return self._result(target.name, sorted_rows, answer, title=message.title)

    def _result(self, channel: str, sorted_rows: SortedRows, answer: Sent, *, title: str) -> AttemptResult:
        now = self.clock()
        ids = [row.id for row in sorted_rows.to_send]
        # One message has one back-off: the row that has been tried most often decides how long it is.
        attempts = max((row.attempts for row in sorted_rows.to_send), default=1)
        given_up_ids = (
            () if answer.ok else given_up(sorted_rows.to_send, now=now, after_seconds=self.give_up_seconds)
        )
        retried_ids = () if answer.ok else [number for number in ids if number not in set(given_up_ids)]
        return AttemptResult(
            now=now,
            sent_ids=ids if answer.ok else (),
            retried_ids=retried_ids,
            given_up_ids=given_up_ids,
            silenced=sorted_rows.silenced,
            dropped=sorted_rows.dropped,
            due_at=now + delay_seconds(attempts, self.jitter),
            error=None if answer.ok else answer.answer,
            delivery=DeliveryRow(
                channel=channel,
                time=utc_time(now),
                attempt=attempts,
                is_sent=answer.ok,
                seconds=answer.seconds,
                notifications=len(ids),
                title=clean_text(title, limit=TITLE_CHARACTERS),
                error=None if answer.ok else answer.answer,
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
