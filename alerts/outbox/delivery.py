"""One attempt to send what is due for a channel: what is sent, how it went, what becomes of each row."""

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import msgspec

from alerts.channels.channel import Channel
from alerts.channels.notifier import Notifier, Sent
from alerts.channels.repository import ChannelRepository
from alerts.errors import AlertsInvalid
from alerts.outbox.backoff import FRESH_SECONDS, RETRY_AFTER_CEILING_SECONDS, Jitter, delay_seconds
from alerts.outbox.database_retry import PatientDatabase
from alerts.outbox.drawing import Drawing
from alerts.outbox.fitting import Compose, fitted
from alerts.outbox.grouping import SilencedBy, SortedRows, given_up, sort_out
from alerts.outbox.notification import Queued, number_of, read_queued
from alerts.outbox.repository import AttemptResult, OutboxRepository
from alerts.outbox.round import Round
from alerts.tables import DeliveryRow, NotificationRow
from foundation.display.text import clean_text
from foundation.records.errors import RecordUnknown
from foundation.times import utc_time

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

    async def attempt(
        self,
        channel: str,
        rows: Sequence[NotificationRow],
        drawing: Drawing,
        *,
        may_go_on: Callable[[], bool] = lambda: True,
    ) -> AttemptResult:
        """Send claimed rows of a channel, in order, as one message where possible.

        1. Rows of a channel that is gone are dropped.
        2. Rows are left out that cannot be read, that a silence covers, or that say the end of an alert whose
           beginning the channel was never told.
        3. The others become one message, with the pictures that are drawn by then; it is sent to each target
           that lacks it. `may_go_on`: whether there is time for another message.
        """
        now = self.clock()
        try:
            target = await self.database.call(self.channels.usable, channel)
        except RecordUnknown:
            return AttemptResult(now=now, dropped={number_of(row): CHANNEL_GONE for row in rows})
        except AlertsInvalid as error:
            return self.failed(channel, rows, error.problems[0].message)
        queued, unreadable = readable(rows)
        alert_ids = {row.alert_id for row in queued}
        told_alerts = await self.database.call(self.repository.alerts_told_of, channel, alert_ids)
        sorted_rows = sort_out(queued, told_alerts=told_alerts, silenced_by=self.silenced_by, now=now)
        sorted_rows.dropped |= unreadable
        if not sorted_rows.to_send:
            return AttemptResult(now=now, silenced=sorted_rows.silenced, dropped=sorted_rows.dropped)
        drawing.follow(sorted_rows.to_send)
        return await self._send(target, sorted_rows, drawing, may_go_on)

    def failed(self, channel: str, rows: Sequence[NotificationRow], error: str) -> AttemptResult:
        """The result for rows that could not be sent at all."""
        queued, unreadable = readable(rows)
        now = self.clock()
        given_up_ids = given_up(queued, now=now, after_seconds=self.give_up_seconds)
        attempts = _attempts(queued)
        ids = [row.id for row in queued]
        return AttemptResult(
            now=now,
            retried_ids=[number for number in ids if number not in set(given_up_ids)],
            given_up_ids=given_up_ids,
            dropped=unreadable,
            due_at=now + delay_seconds(attempts, self.jitter),
            errors=dict.fromkeys(ids, error),
            deliveries=[self._delivery_row(channel, queued, Sent(False, error, 0.0), title="")],
        )

    async def _send(
        self, channel: Channel, sorted_rows: SortedRows, drawing: Drawing, may_go_on: Callable[[], bool]
    ) -> AttemptResult:
        deliveries: list[DeliveryRow] = []

        async def tell(target: Channel, rows: Sequence[Queued]) -> Sent:
            notices = [row.notice for row in rows]
            message = await asyncio.to_thread(fitted, self.compose, notices, self.clock(), target.capacity)
            answer = await self.notifier.send(target, replace(message, images=drawing.pictures(rows)))
            deliveries.append(self._delivery_row(channel.name, rows, answer, title=message.title))
            return answer

        async def remember(reached: Mapping[int, Sequence[str]]) -> None:
            await self.database.call(self.repository.note_reached, reached)

        targets = await self.notifier.targets(channel)
        way = Round(targets, tell, may_go_on=may_go_on, remember=remember)
        await way.run(sorted_rows.to_send)
        return self._result(way, sorted_rows, deliveries)

    def _result(
        self, way: Round, sorted_rows: SortedRows, deliveries: Sequence[DeliveryRow]
    ) -> AttemptResult:
        now = self.clock()
        rows = sorted_rows.to_send
        too_old = set(given_up(rows, now=now, after_seconds=self.give_up_seconds))
        ended = [row for row in rows if way.is_settled(row) or row.id in too_old]
        # What any target took counts as sent, so that its end is told. The error names the others.
        sent_ids = [row.id for row in ended if way.reached(row)]
        ended_ids = {row.id for row in ended}
        retried = [row for row in rows if row.id not in ended_ids]
        return AttemptResult(
            now=now,
            sent_ids=sent_ids,
            retried_ids=[row.id for row in retried],
            given_up_ids=[row.id for row in ended if not way.reached(row)],
            silenced=sorted_rows.silenced,
            dropped=sorted_rows.dropped,
            due_at=now + self._delay_seconds(retried, way),
            is_due_time_fixed=way.retry_after is not None,
            errors={row.id: error for row in rows if (error := way.error(row))},
            reached={row.id: reached for row in retried if (reached := way.reached(row))},
            deliveries=deliveries,
        )

    def _delay_seconds(self, rows: Sequence[Queued], way: Round) -> float:
        """How long what was not sent waits: what was not even tried does not wait at all."""
        if not any(way.error(row) for row in rows):
            return 0.0
        # One message has one back-off: the row that has been tried most often decides how long it is.
        seconds = delay_seconds(_attempts(rows), self.jitter)
        if way.retry_after is None:
            return seconds
        return min(max(way.retry_after, min(seconds, FRESH_SECONDS)), RETRY_AFTER_CEILING_SECONDS)

    def _delivery_row(self, channel: str, rows: Sequence[Queued], answer: Sent, *, title: str) -> DeliveryRow:
        return DeliveryRow(
            channel=channel,
            time=utc_time(self.clock()),
            attempt=_attempts(rows),
            is_sent=answer.ok,
            seconds=answer.seconds,
            notifications=len(rows),
            title=clean_text(title, limit=TITLE_CHARACTERS),
            error=None if answer.ok else answer.answer,
        )


def _attempts(rows: Sequence[Queued]) -> int:
    """Of the row that has been tried most often, this time included."""
    return max((row.attempts for row in rows), default=1)


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
