"""A lane: what takes the rows of one channel to it, one message after the other, until there are none."""

import asyncio
import logging
from dataclasses import dataclass

from alerts.channels.notifier import Sent
from alerts.outbox.backoff import seconds_until_due
from alerts.outbox.delivery import OWN_FAULT, Delivery, readable
from alerts.outbox.drawing import MOST_ALERTS, Draw, Drawing
from alerts.outbox.repository import Ended
from alerts.outbox.telemetry import OutboxTelemetry
from alerts.tables import NotificationRow
from foundation.outage import Outage
from foundation.pause import Pause

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class LaneSettings:
    """`owner`: who claims, a name that no other process of this outbox has. `most_rows`: of one message."""

    owner: str
    group_wait_seconds: float = 10.0
    look_seconds: float = 5.0
    lease_seconds: float = 60.0
    most_rows: int = 1000


class ChannelQueue:
    """Sends to one channel.

    `woken` is set when there may be more rows, `is_idle` while nothing is sent; with `is_stopping` no more
    attempts begin. `outage`: whether the channel takes messages; it outlives the lane.
    """

    def __init__(
        self,
        channel: str,
        sender: Delivery,
        settings: LaneSettings,
        *,
        group: asyncio.TaskGroup,
        draw: Draw,
        pause: Pause,
        telemetry: OutboxTelemetry,
        outage: Outage,
    ) -> None:
        self._channel = channel
        self._sender = sender
        self._settings = settings
        self._drawing = Drawing(group, draw)
        self._pause = pause
        self._telemetry = telemetry
        self._outage = outage
        self.woken = asyncio.Event()
        self.is_idle = asyncio.Event()
        self.is_idle.set()
        self.is_stopping = False

    async def run(self) -> None:
        """Send until nothing is queued any more; never raises."""
        try:
            while await self._goes_on():
                pass
        finally:
            self._drawing.stop()

    async def _goes_on(self) -> bool:
        """Wait for what is due, or send it; whether there may be more to do."""
        self.woken.clear()
        sender, settings = self._sender, self._settings
        waiting = await sender.database.call(sender.repository.peek, self._channel, limit=MOST_ALERTS + 1)
        if self.is_stopping or not waiting:
            return self.woken.is_set() and not self.is_stopping
        self._drawing.follow(readable(waiting)[0])
        seconds = seconds_until_due(
            waiting[0],
            now=sender.clock(),
            group_wait_seconds=settings.group_wait_seconds,
            lease_seconds=settings.lease_seconds,
        )
        if seconds > 0 or not await self._sent():
            await self._pause(self.woken, min(seconds or settings.look_seconds, settings.look_seconds))
        return True

    async def _sent(self) -> bool:
        """Send what can be claimed; False where another has the channel."""
        sender, settings = self._sender, self._settings
        self.is_idle.clear()
        try:
            rows = await sender.database.call(
                sender.repository.claim,
                self._channel,
                settings.owner,
                now=sender.clock(),
                lease_seconds=settings.lease_seconds,
                limit=settings.most_rows,
            )
            if rows:
                await self._deliver(rows)
        finally:
            self.is_idle.set()
        return bool(rows)

    async def _deliver(self, rows: list[NotificationRow]) -> None:
        sender = self._sender
        try:
            ended = await sender.attempt(self._channel, rows, self._drawing)
        except Exception:  # the edge of a delivery: it is tried again, and the other channels go on
            log.exception("channel %s: sending failed", self._channel)
            self._telemetry.errors += 1
            ended = sender.failed(self._channel, rows, Sent(False, OWN_FAULT, 0.0))
        await sender.database.call(sender.repository.finish, self._settings.owner, ended)
        self._telemetry.count(self._channel, ended)
        self._tell(ended)

    def _tell(self, ended: Ended) -> None:
        """Log when the channel begins to fail, when it is back, and what is given up."""
        if ended.given_up:
            count = len(ended.given_up)
            log.error("channel %s: %d notifications are given up: %s", self._channel, count, ended.error)
        if ended.delivery is None:
            return
        if ended.delivery.is_sent:
            self._outage.worked()
        else:
            self._outage.failed(ended.error)
