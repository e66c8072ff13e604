"""The outbox at work: one queue for each channel that something is to be sent to."""

import asyncio
import contextlib
import logging
import time
from collections.abc import Callable, Iterable
from random import uniform

import msgspec

from alerts.channels.notifier import Notifier
from alerts.channels.repository import ChannelRepository
from alerts.outbox.backoff import Jitter
from alerts.outbox.channel_queue import ChannelQueue
from alerts.outbox.database_retry import PatientDatabase
from alerts.outbox.delivery import Delivery
from alerts.outbox.drawing import Draw
from alerts.outbox.fitting import Compose
from alerts.outbox.grouping import SilencedBy
from alerts.outbox.notification import number_of, read_notice
from alerts.outbox.repository import OutboxRepository
from alerts.outbox.settings import OutboxSettings
from alerts.outbox.telemetry import OutboxTelemetry
from foundation.outage import Outage
from foundation.pause import Pause, pause

_TIDY_EVERY_SECONDS = 3600.0

log = logging.getLogger(__name__)


class Outbox:
    """Sends what is queued, at least once.

    `owner`: the name under which rows are claimed. No other process on this database may have it; rows that
    a former process of that name had claimed are free again when this one starts. `clock`: unix seconds.
    `unavailable`: the errors which say that the database is away. `telemetry`: its counts.
    """

    def __init__(
        self,
        repository: OutboxRepository,
        channels: ChannelRepository,
        notifier: Notifier,
        *,
        owner: str,
        compose: Compose,
        draw: Draw,
        silenced_by: SilencedBy,
        settings: OutboxSettings | None = None,
        clock: Callable[[], float] = time.time,
        pause: Pause = pause,
        jitter: Jitter = uniform,
        unavailable: tuple[type[Exception], ...] = (),
    ) -> None:
        self._settings = settings or OutboxSettings()
        self._repository = repository
        self._channels = channels
        self._owner = owner
        self._draw = draw
        self._silenced_by = silenced_by
        self._clock = clock
        self._pause = pause
        self._database = PatientDatabase(pause, unavailable=unavailable)
        self._sender = Delivery(
            database=self._database,
            repository=repository,
            channels=channels,
            notifier=notifier,
            compose=compose,
            silenced_by=silenced_by,
            clock=clock,
            jitter=jitter,
            give_up_seconds=self._settings.give_up_seconds,
        )
        self._queues: dict[str, ChannelQueue] = {}
        # Apart from the queues, which end whenever nothing waits: a channel that fails is to be logged once.
        self._outages: dict[str, Outage] = {}
        self._retried_channels: set[str] = set()
        self._is_wanted = asyncio.Event()
        self._tended_at = float("-inf")
        self._tidied_at = float("-inf")
        self.telemetry = OutboxTelemetry()

    @property
    def active_channels(self) -> frozenset[str]:
        """The channels that something waits for, or is being sent to."""
        return frozenset(self._queues)

    @property
    def failing_channels(self) -> frozenset[str]:
        """The channels that did not take their last message."""
        return frozenset(channel for channel, outage in self._outages.items() if outage.is_on)

    def wake(self) -> None:
        """Look at the table now; for whoever has added rows, in the loop's thread."""
        self._is_wanted.set()

    def retry(self, channels: Iterable[str]) -> None:
        """Try at once what waits for these channels after a failure, since they were edited."""
        self._retried_channels.update(channels)
        self.wake()

    async def run(self) -> None:
        """Send until cancelled; attempts in progress then have a moment to end and be written down."""
        # Who had claimed them under this name is dead, and cannot finish them: no need to wait for the lease.
        await self._database.call(self._repository.release_claims, self._owner)
        async with asyncio.TaskGroup() as group:
            # Within the group: leaving it cancels the queues, and with them the attempts that are under way.
            try:
                await self._look_on(group)
            finally:
                await self._settle()

    async def _look_on(self, group: asyncio.TaskGroup) -> None:
        while True:
            # Before the look at the table: rows that are added while it lasts set it again.
            self._is_wanted.clear()
            while self._retried_channels:
                await self._database.call(self._channels.retry, self._retried_channels.pop())
            for channel in await self._database.call(self._repository.queued_channels):
                self._attend(group, channel)
            if self._is_time_since(self._tended_at, self._settings.look_seconds):
                self._tended_at = self._clock()
                await self._tend()
            await self._pause(self._is_wanted, self._settings.look_seconds)

    async def _tend(self) -> None:
        """The work that is due every look, however often the outbox is woken."""
        await self._requeue()
        await self._measure()
        if self._is_time_since(self._tidied_at, _TIDY_EVERY_SECONDS):
            self._tidied_at = self._clock()
            before = self._tidied_at - self._settings.retention_seconds
            await self._database.call(self._repository.delete_before, before)

    def _is_time_since(self, time: float, seconds: float) -> bool:
        """Whether so much time has passed; also true when the clock has been set back."""
        return abs(self._clock() - time) >= seconds

    def _attend(self, group: asyncio.TaskGroup, channel: str) -> None:
        queue = self._queues.get(channel)
        if queue is not None:
            queue.is_wanted.set()
            return
        queue = ChannelQueue(
            channel,
            self._sender,
            self._settings,
            owner=self._owner,
            group=group,
            draw=self._draw,
            pause=self._pause,
            telemetry=self.telemetry,
            outage=self._outage(channel),
        )
        self._queues[channel] = queue
        group.create_task(self._run_queue(channel, queue), name=f"outbox {channel}")

    def _outage(self, channel: str) -> Outage:
        if channel not in self._outages:
            self._outages[channel] = Outage(
                log,
                begins=f"channel {channel} does not take messages",
                ends=f"channel {channel} takes messages again",
            )
        return self._outages[channel]

    async def _run_queue(self, channel: str, queue: ChannelQueue) -> None:
        try:
            await queue.run()
        finally:
            # Without an await in between, so that `_attend` finds either a queue that looks again, or none.
            self._queues.pop(channel, None)

    async def _requeue(self) -> None:
        """Queue alerts that still fire, once the silence that covered them is over."""
        now = self._clock()
        due_ids: list[int] = []
        for row in await self._database.call(self._repository.silenced_and_untold):
            # A row that cannot be read must not keep the others from being queued.
            with contextlib.suppress(msgspec.ValidationError):
                if self._silenced_by(read_notice(row), now) is None:
                    due_ids.append(number_of(row))
        if due_ids:
            await self._database.call(self._repository.requeue, due_ids, now=now)
            self.wake()

    async def _measure(self) -> None:
        backlog = await self._database.call(self._repository.backlog)
        self.telemetry.queued = backlog.queued
        age = 0.0 if backlog.oldest is None else self._clock() - backlog.oldest
        # Below 0 where the clock was set back.
        self.telemetry.oldest_age_seconds = max(0.0, age)

    async def _settle(self) -> None:
        """Wait, for a bounded time, until nothing is being sent."""
        queues = list(self._queues.values())
        # All are told before any is waited for, so that none begins another attempt meanwhile.
        for queue in queues:
            queue.is_stopping = True
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(self._settings.stop_seconds):
                for queue in queues:
                    await queue.is_idle.wait()
