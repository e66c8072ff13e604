"""The queue of one channel: sends its rows, one message after the other, until there are none."""

import asyncio
import logging
from collections import Counter

from alerts.outbox.backoff import FRESH_SECONDS, seconds_until_due
from alerts.outbox.delivery import OWN_FAULT, Delivery, readable
from alerts.outbox.drawing import MOST_ALERTS, Draw, Drawing
from alerts.outbox.repository import AttemptResult
from alerts.outbox.settings import OutboxSettings
from alerts.outbox.telemetry import OutboxTelemetry
from alerts.tables import NotificationRow
from foundation.outage import Outage
from foundation.pause import Pause

log = logging.getLogger(__name__)


_MOST_ROWS = 1000
"""The most notifications of one message."""


class ChannelQueue:
    """Sends to one channel.

    `owner`: rows are claimed under this name, which no other process may use.
    `is_wanted` is set when there may be more rows, `is_idle` while nothing is being sent; with `is_stopping`
    no more attempts begin. `outage`: whether the channel takes messages; it outlives this object.

    New rows do not wait for the back-off of older ones for longer than a minute, nor at all where the channel
    has taken something since; but what a service asks for (Retry-After) is kept.
    """

    def __init__(
        self,
        channel: str,
        sender: Delivery,
        settings: OutboxSettings,
        *,
        owner: str,
        group: asyncio.TaskGroup,
        draw: Draw,
        pause: Pause,
        telemetry: OutboxTelemetry,
        outage: Outage,
    ) -> None:
        self._channel = channel
        self._sender = sender
        self._settings = settings
        self._owner = owner
        self._drawing = Drawing(group, draw)
        self._pause = pause
        self._telemetry = telemetry
        self._outage = outage
        self.is_wanted = asyncio.Event()
        self.is_idle = asyncio.Event()
        self.is_idle.set()
        self.is_stopping = False
        self._is_working = False
        self._fixed_due_at = 0.0

    async def run(self) -> None:
        """Send until nothing is queued any more; never raises."""
        try:
            while await self._goes_on():
                pass
        finally:
            self._drawing.stop()

    async def _goes_on(self) -> bool:
        """Wait for what is due, or send it; False when nothing is queued any more."""
        # Cleared before the look at the table: a row that is added after it sets the event again, so that
        # this queue cannot end between the row's arrival and its notice of it.
        self.is_wanted.clear()
        sender, settings = self._sender, self._settings
        rows = await sender.database.call(sender.repository.peek, self._channel, limit=MOST_ALERTS + 1)
        if self.is_stopping or not rows:
            return self.is_wanted.is_set() and not self.is_stopping
        # The rows wait for others to join their message: time enough to draw for those that are there.
        self._drawing.follow(readable(rows)[0])
        seconds = await self._seconds_until_due(rows[0])
        if seconds > 0 or not await self._send():
            # Never longer than a look: another process may send the oldest row, or free it, at any time.
            await self._pause(self.is_wanted, min(seconds or settings.look_seconds, settings.look_seconds))
        return True

    async def _seconds_until_due(self, head: NotificationRow) -> float:
        sender, settings = self._sender, self._settings
        now = sender.clock()
        seconds = seconds_until_due(
            head,
            now=now,
            group_wait_seconds=settings.group_wait_seconds,
            lease_seconds=settings.lease_seconds,
        )
        patience = max(settings.group_wait_seconds, 0.0 if self._is_working else FRESH_SECONDS)
        # A head that is due earlier was made so by somebody who knows more.
        is_fixed = head.due_at.timestamp() + 0.001 >= self._fixed_due_at > now
        if seconds <= 0 or head.attempts == 0 or is_fixed:
            return seconds
        added_at = await sender.database.call(sender.repository.first_untried, self._channel)
        return seconds if added_at is None else min(seconds, max(0.0, added_at + patience - now))

    async def _send(self) -> bool:
        """Send what can be claimed; False where another process is sending to the channel."""
        sender, settings = self._sender, self._settings
        # Busy from before the claim: whoever stops the outbox then waits until rows that were claimed are
        # finished, rather than leaving them to their lease.
        self.is_idle.clear()
        try:
            rows = await sender.database.call(
                sender.repository.claim,
                self._channel,
                self._owner,
                now=sender.clock(),
                lease_seconds=settings.lease_seconds,
                limit=_MOST_ROWS,
            )
            if rows:
                await self._deliver(rows)
        finally:
            self.is_idle.set()
        return bool(rows)

    async def _deliver(self, rows: list[NotificationRow]) -> None:
        sender = self._sender
        begun_at = sender.clock()

        def may_go_on() -> bool:
            spent = sender.clock() - begun_at
            return not self.is_stopping and 0 <= spent < self._settings.round_seconds

        try:
            result = await sender.attempt(self._channel, rows, self._drawing, may_go_on=may_go_on)
        except Exception:  # the edge of a delivery: it is tried again, and the other channels go on
            log.exception("channel %s: sending failed", self._channel)
            self._telemetry.errors += 1
            # It counts as a failed attempt: rows that break monctl are given up after a day like others.
            result = sender.failed(self._channel, rows, OWN_FAULT)
        # Retried until the database takes it: a message that was sent and not written down is sent twice.
        await sender.database.call(sender.repository.finish, self._owner, result)
        self._telemetry.count(self._channel, result)
        self._fixed_due_at = result.due_at if result.is_due_time_fixed else 0.0
        self._is_working = bool(result.reached) or any(one.is_sent for one in result.deliveries)
        if self._is_working and self._outage.is_on and not result.retried_ids:
            # What else waits failed in an outage that this message shows to be over.
            await sender.database.call(sender.channels.retry, self._channel)
        self._log_result(result)

    def _log_result(self, result: AttemptResult) -> None:
        """Log when the channel begins to fail, when it works again, and what is given up."""
        for error, count in Counter(result.errors.get(number) for number in result.given_up_ids).items():
            log.error("channel %s: %d notifications are given up: %s", self._channel, count, error)
        for error, count in Counter(
            error for number in result.sent_ids if (error := result.errors.get(number))
        ).items():
            log.error("channel %s: %d notifications did not reach all: %s", self._channel, count, error)
        errors = [result.errors[number] for number in result.retried_ids if number in result.errors]
        if errors:
            self._outage.failed(errors[0])
        elif any(delivery.is_sent for delivery in result.deliveries):
            self._outage.worked()
