"""States of alerts as points in the metric store, for dashboards that read from there.

Measurement `alerts`: tags host, rule, severity, labels (`path=/var`, left out where there are none) and the
host's own tags; fields `state` (0 resolved, 1 pending, 2 firing), `since` (unix seconds, when the rule became
true) and `began` (1, in the point with which the alert began to fire).
"""

import asyncio
import itertools
import logging
import math
import time
from collections import deque
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from typing import Protocol, runtime_checkable

from alerts.history.filter import OPEN, AlertFilter
from alerts.history.repository import AlertRepository
from alerts.states import AlertState
from alerts.tables import AlertRow
from foundation.database.errors import DatabaseUnusable
from foundation.mishaps import Mishaps
from foundation.outage import Outage
from foundation.pause import pause
from foundation.stopping import run_until_stopped
from metrics.errors import StoreError, StoreRefused
from metrics.stores.influx.writing.lines import TaggedPoint

MEASUREMENT = "alerts"
POLLER = "(poller)"
"""The host of the poller's own alerts: a tag that is missing cannot be asked for everywhere."""

STATES: Mapping[str, int] = {AlertState.RESOLVED: 0, AlertState.PENDING: 1, AlertState.FIRING: 2}

MAX_WAITING = 10_000
"""Points of changes that wait while the store is away; the oldest are dropped."""

_MARK_SECONDS = 60
_MOST_MARKS = 60
_LOOK_SECONDS = 1.0
_PART = "alert states"
_RETRY_SECONDS = 5.0
_STOP_SECONDS = 3.0
_PAST_SECONDS = 86_400.0
_MOST_OPEN = 100_000
_MOST_ENDED = 1_000
_BATCH = 2_000

log = logging.getLogger(__name__)


@runtime_checkable
class TakesTaggedPoints(Protocol):
    """A store that takes more than samples; whoever asks so need not import InfluxDB's client."""

    async def write_tagged(self, points: Sequence[TaggedPoint]) -> None:
        """Write points; raises StoreError's kinds."""


class AlertSeries:
    """Follows the alerts of one database and writes each change, and every minute how the open ones stand.

    What is written depends on the alerts alone, not on when it was looked at them: writing it again, as after
    a restart, changes nothing. `write` raises StoreError; then changes wait, up to a bound.
    """

    def __init__(
        self,
        book: AlertRepository,
        write: Callable[[Sequence[TaggedPoint]], Awaitable[None]],
        *,
        clock: Callable[[], float] = time.time,
        max_waiting: int = MAX_WAITING,
        mishaps: Mishaps | None = None,
    ) -> None:
        self._mishaps = mishaps or Mishaps(log)
        self._mishaps.expect(_PART)
        self._book = book
        self._write = write
        self._max_unwritten = max_waiting
        self._clock = clock
        self._revision: int | None = None
        self._open_alerts: dict[int, AlertRow] = {}
        self._unwritten: deque[TaggedPoint] = deque()
        self._looking = Outage(
            log, begins="states of alerts are not known for now", ends="states of alerts are known again"
        )
        self._writing = Outage(
            log,
            begins="states of alerts cannot be written to the metric store for now",
            ends="states of alerts can be written to the metric store again",
        )
        self._keeping = Outage(
            log, begins="states of alerts are lost", ends="states of alerts are kept again"
        )
        self._marked_at = -math.inf
        self._stop = asyncio.Event()

    async def run(self) -> None:
        """Follow and write until cancelled; then what waits is written, within a bounded time."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._look_forever(), name="alert states: look")
            await run_until_stopped(self._run_writes(), stop=self._stop.set, seconds=_STOP_SECONDS)

    async def look(self) -> None:
        """Take up what changed; the first time, what is open and what ended within a day.

        What ended has to be taken up too: the process before this one may not have come to write it.
        Raises DatabaseUnusable.
        """
        now = self._clock()
        if self._revision is None:
            self._revision = await asyncio.to_thread(self._book.revision)
            ended_alerts, still_open = await asyncio.to_thread(self._find_first, now)
            self._take([*reversed(ended_alerts), *still_open], now=now)
        elif await asyncio.to_thread(self._book.revision) != self._revision:
            changes = await asyncio.to_thread(self._book.changed_since, self._revision)
            self._end_cancelled(changes.open_ids, changes.rows, now=now)
            self._take(sorted(changes.rows, key=_is_open), now=now)
            self._revision = changes.revision

    async def flush(self) -> bool:
        """Write what waits, then the open alerts if a minute began; False when the store does not take it."""
        try:
            while self._unwritten:
                batch = list(itertools.islice(self._unwritten, _BATCH))
                await self._write_batch(batch)
                self._settle(batch)
            await self._mark()
        except StoreError as error:
            self._writing.failed(error)
            return False
        self._writing.worked()
        self._keeping.worked()
        return True

    async def _look_forever(self) -> None:
        while True:
            with self._mishaps.survived(_PART):
                try:
                    await self.look()
                except DatabaseUnusable as error:
                    self._looking.failed(error)
                else:
                    self._looking.worked()
            await asyncio.sleep(_LOOK_SECONDS)

    async def _run_writes(self) -> None:
        while not self._stop.is_set():
            is_written = False
            with self._mishaps.survived(_PART):
                is_written = await self.flush()
            await pause(self._stop, _LOOK_SECONDS if is_written else _RETRY_SECONDS)
        await self.flush()

    def _find_first(self, now: float) -> tuple[list[AlertRow], list[AlertRow]]:
        resolved_filter = AlertFilter(states=frozenset({AlertState.RESOLVED}))
        ended_alerts, _ = self._book.history(
            resolved_filter, start=now - _PAST_SECONDS, end=now, limit=_MOST_ENDED
        )
        still_open, _ = self._book.page(AlertFilter(states=OPEN), limit=_MOST_OPEN)
        return ended_alerts, still_open

    def _take(self, rows: Sequence[AlertRow], *, now: float) -> None:
        """Queue the points of alerts' steps; ended alerts come first, so that they do not end newer ones."""
        for row in rows:
            assert row.id is not None
            row_before = self._open_alerts.pop(row.id, None)
            if _is_open(row):
                self._open_alerts[row.id] = row
            if row_before is None or _state_and_tags(row_before) != _state_and_tags(row):
                if row_before is not None and _tags(row_before) != _tags(row):
                    # other tags make another series: the old one would show the alert as open for ever
                    self._put([_point(row_before, AlertState.RESOLVED, _changed_at(row) - 0.001)])
                self._put([*_past(row), *_marks(row, until=0.0 if row_before is None else now)])

    def _end_cancelled(self, open_ids: frozenset[int], rows: Sequence[AlertRow], *, now: float) -> None:
        """End the pending alerts that are in no table any more; nothing says when they ended."""
        for number in self._open_alerts.keys() - open_ids - {row.id for row in rows}:
            self._put([_point(self._open_alerts.pop(number), AlertState.RESOLVED, now)])

    def _put(self, points: Sequence[TaggedPoint]) -> None:
        self._unwritten.extend(points)
        if len(self._unwritten) <= self._max_unwritten:
            return
        self._keeping.failed("the metric store does not take them, and no more can wait")
        while len(self._unwritten) > self._max_unwritten:
            self._unwritten.popleft()

    def _settle(self, batch: Sequence[TaggedPoint]) -> None:
        """Take away what was written; meanwhile the oldest may have been dropped."""
        for point in batch:
            # compared by identity: those that were dropped meanwhile are not at the front any more
            if self._unwritten and self._unwritten[0] is point:
                self._unwritten.popleft()

    async def _mark(self) -> None:
        """Write how the open alerts stand, once in each minute, while that is known."""
        mark = self._clock() // _MARK_SECONDS * _MARK_SECONDS
        if mark == self._marked_at or self._revision is None or self._looking.is_on:
            return
        points = [
            _point(row, AlertState(row.state), mark)
            for row in self._open_alerts.values()
            if _changed_at(row) <= mark
        ]
        for start in range(0, len(points), _BATCH):
            await self._write_batch(points[start : start + _BATCH])
        self._marked_at = mark

    async def _write_batch(self, batch: Sequence[TaggedPoint]) -> None:
        try:
            await self._write(batch)
        except StoreRefused as error:
            log.error("the metric store refused %d states of alerts: %s", len(batch), error)


def _past(row: AlertRow) -> Iterator[TaggedPoint]:
    """A point for each step that an alert took."""
    since = row.since.timestamp()
    fired_at = None if row.fired_at is None else row.fired_at.timestamp()
    if fired_at is None or since < fired_at:
        yield _point(row, AlertState.PENDING, since)
    if fired_at is not None:
        yield _point(row, AlertState.FIRING, fired_at, began=1)
    if row.resolved_at is not None:
        yield _point(row, AlertState.RESOLVED, row.resolved_at.timestamp())


def _marks(row: AlertRow, *, until: float) -> Iterator[TaggedPoint]:
    """How an alert stood at whole minutes, from its last step to a time; one that is over has one at least.

    They replace what `_mark` wrote of it between the step and the moment at which it was seen.
    """
    first = math.ceil(_changed_at(row) / _MARK_SECONDS)
    last = math.floor(until / _MARK_SECONDS)
    if not _is_open(row):
        last = max(first, last)
    for number in range(max(first, last - _MOST_MARKS), last + 1):
        yield _point(row, AlertState(row.state), float(number * _MARK_SECONDS))


def _point(row: AlertRow, state: AlertState, at: float, **more: int) -> TaggedPoint:
    fields = {"state": STATES[state], "since": int(row.since.timestamp()), **more}
    return TaggedPoint(measurement=MEASUREMENT, tags=_tags(row), fields=fields, time=at)


def _tags(row: AlertRow) -> Mapping[str, str]:
    labels = " ".join(f"{name}={value}" for name, value in sorted(row.labels.items()))
    own = {"host": row.host or POLLER, "rule": row.rule, "severity": row.severity}
    others = {name: value for name, value in row.tags.items() if value and name != "labels"}
    return {**others, **own, **({"labels": labels} if labels else {})}


def _state_and_tags(row: AlertRow) -> tuple[str, Mapping[str, str]]:
    return row.state, _tags(row)


def _is_open(row: AlertRow) -> bool:
    return row.state in OPEN


def _changed_at(row: AlertRow) -> float:
    """When an alert took its last step (unix seconds)."""
    return (row.resolved_at or row.fired_at or row.since).timestamp()
