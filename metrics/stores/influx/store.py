"""Metrics in an InfluxDB, as the rest of the program sees it: a MetricStore over one bucket."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from metrics.errors import StoreError, StoreUnavailable
from metrics.results import Labels, PollResult
from metrics.store import History, HistoryQuery, Latest
from metrics.stores.influx.checks import Checks, StoreCheckStep
from metrics.stores.influx.connection import InfluxConnection
from metrics.stores.influx.reading.asker import Asker, BucketMissing, NotSupported
from metrics.stores.influx.reading.forgotten import Forgotten, tombstone
from metrics.stores.influx.reading.history import HistoryReader
from metrics.stores.influx.reading.influxql import is_tag
from metrics.stores.influx.reading.label_sets import read_label_sets
from metrics.stores.influx.reading.labelled import asked_names
from metrics.stores.influx.reading.latest import LatestReader
from metrics.stores.influx.setup import SetUp
from metrics.stores.influx.target import InfluxTarget
from metrics.stores.influx.writing.bodies import Body, bodies
from metrics.stores.influx.writing.lines import LineEncoder, TaggedPoint, tagged_line
from metrics.stores.influx.writing.refusals import Refusals
from metrics.stores.influx.writing.sender import LineSender
from metrics.stores.influx.writing.state_keeper import StateKeeper, WrittenStates
from metrics.stores.retention import Retention

T = TypeVar("T")

_log = logging.getLogger(__name__)

_PENDING_MS = 60_000
_CLOSE_SECONDS = 3.0


class InfluxStore:
    """Metrics in one bucket; one process writes, any number reads.

    `clock` gives unix seconds; it decides what is still within the retention, which the server applies in
    its own time. Lines are made and packed on a thread of the store's own.
    """

    def __init__(
        self,
        connection: InfluxConnection,
        *,
        retention: Retention,
        clock: Callable[[], float],
        read_only: bool,
    ) -> None:
        self._connection = connection
        self._retention = retention
        self._clock = clock
        self._is_read_only = read_only
        self._asker = Asker(connection)
        self._setup = SetUp(connection, self._asker)
        self._forgotten = Forgotten(self._asker)
        self._latest = LatestReader(self._asker, self._forgotten, clock)
        self._refusals = Refusals(clock)
        self._sender = LineSender(connection, self._refusals)
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="influx-writer")
        self._encoder = LineEncoder()
        self._keeper = StateKeeper()
        self._preparing = asyncio.Lock()
        self._is_ready = False
        self._is_restored = False

    @classmethod
    async def open(
        cls,
        target: InfluxTarget,
        *,
        retention: Retention | None = None,
        clock: Callable[[], float] = time.time,
        read_only: bool = False,
    ) -> "InfluxStore":
        """The store of a bucket. It does not fail because the server is away: the bucket is looked at, and
        made where it is missing, before the first use and again after a failure.
        """
        connection = InfluxConnection(target)
        return cls(connection, retention=retention or Retention(), clock=clock, read_only=read_only)

    @property
    def refused_points(self) -> int:
        """Points that the server refused permanently, since the store was opened."""
        return self._refusals.count

    @property
    def problem(self) -> str | None:
        """See MetricStore.problem: what the server refused lately."""
        return self._refusals.problem

    async def write(self, results: Sequence[PollResult]) -> None:
        """See MetricStore.write. Points that the server refuses permanently are counted and logged."""
        if results:
            await self._do_when_ready(lambda: self._write(results))

    async def write_tagged(self, points: Sequence[TaggedPoint]) -> None:
        """Write points that are no host's samples; raises StoreError's kinds."""
        if points:
            await self._do_when_ready(lambda: self._write_tagged(points))

    async def history(self, query: HistoryQuery) -> History:
        """See MetricStore.history; raises TooManyPoints."""
        reader = HistoryReader(self._asker, query, forgotten=self._forgotten, since=self._since)
        return await self._answer(reader.answer)

    async def latest(self, hosts: Iterable[str] | None = None) -> list[Latest]:
        """See MetricStore.latest."""
        names = None if hosts is None else sorted(set(hosts))
        names_by_key = asked_names(names or ())
        states = await self._answer(lambda: self._latest.states(names))
        answers = [
            host_state.state.latest(names_by_key.get(host, host), host_state.tags)
            for host, host_state in states.items()
        ]
        return sorted(answers, key=lambda latest: latest.host)

    async def label_sets(self, host: str, measurement: str) -> list[Labels]:
        """See MetricStore.label_sets."""

        async def ask() -> list[Labels]:
            since = max(self._since, (self._forgotten.until(host) or self._since - 1) + 1)
            return await read_label_sets(self._asker, host, measurement, since=since)

        return await self._answer(ask)

    async def maintain(self, now: float) -> None:
        """See MetricStore.maintain: retention is the server's; what waits of hosts' states is written."""
        if not self._is_read_only:
            await self._flush(now * 1000 - _PENDING_MS)

    async def forget(self, host: str) -> None:
        """See MetricStore.forget. Where the server cannot delete, a line says up to when it is forgotten."""
        await self._do_when_ready(lambda: self._forget(host))

    async def check(self) -> tuple[StoreCheckStep, ...]:
        """Look at server, token, organization, bucket and field types; raises StoreError's kinds."""
        return await Checks(self._connection, self._asker, self._setup).run()

    async def close(self) -> None:
        """See MetricStore.close: states that wait are written if that can be done at once."""
        try:
            if not self._is_read_only:
                async with asyncio.timeout(_CLOSE_SECONDS):
                    await self._flush(float("inf"))
        except (StoreError, TimeoutError) as error:
            _log.warning("hosts' states were not written: %s", error)
        finally:
            await self._asker.close()
            await self._connection.close()
            await asyncio.to_thread(self._thread.shutdown)

    @property
    def _since(self) -> int:
        """The first moment, in ms, that is within the retention."""
        retention = self._retention
        return round((self._clock() - max(retention.raw, retention.minute, retention.quarter)) * 1000)

    async def _write(self, results: Sequence[PollResult]) -> None:
        bodies_to_send, written_states = await self._on_thread(lambda: self._encode(results))
        await self._sender.send(bodies_to_send)
        if written_states:
            await self._on_thread(lambda: self._keeper.settle(written_states))

    def _encode(self, results: Sequence[PollResult]) -> tuple[list[Body], WrittenStates]:
        lines = self._encoder.encode(results)
        self._keeper.take(results)
        states, written_states = self._keeper.due_lines()
        return bodies(lines + states), written_states

    async def _write_tagged(self, points: Sequence[TaggedPoint]) -> None:
        lines = [line for line in map(tagged_line, points) if line is not None]
        await self._sender.send(bodies(lines))

    async def _flush(self, before: float) -> None:
        """Write the states that wait and are older than `before` (ms)."""
        lines, written_states = await self._on_thread(lambda: self._keeper.pending_lines(before))
        if lines:
            await self._do_when_ready(lambda: self._send_states(lines, written_states))

    async def _send_states(self, lines: list[str], written_states: WrittenStates) -> None:
        await self._sender.send(await self._on_thread(lambda: bodies(lines)))
        await self._on_thread(lambda: self._keeper.settle(written_states))

    async def _forget(self, host: str) -> None:
        try:
            await self._asker.tell(f"DELETE WHERE {is_tag('host', host)}")
        except NotSupported:
            await self._write_tombstone(host)
        await self._on_thread(lambda: self._drop(host))

    async def _write_tombstone(self, host: str) -> None:
        """Write the line that says that a host is forgotten up to its newest point."""
        await self._forgotten.refresh()
        states = await self._latest.states([host])
        until = max((host_state.state.time for host_state in states.values()), default=None)
        if until is not None:
            await self._sender.send(bodies([tombstone(host, until)]))
            self._forgotten.add(host, until)

    def _drop(self, host: str) -> None:
        self._encoder.forget(host)
        self._keeper.forget(host)

    async def _do_when_ready(self, job: Callable[[], Awaitable[None]]) -> None:
        """Run a job that writes, once bucket and states are ready; after a failure they are checked again."""
        if self._is_read_only:
            raise StoreError(f"{self._connection.target.place} is open for reading only")
        try:
            await self._prepare()
            await job()
        except StoreUnavailable:
            self._is_ready = False
            raise

    async def _prepare(self) -> None:
        if self._is_ready and self._is_restored:
            return
        # Checked again within the lock: who waited for it finds the work done.
        async with self._preparing:
            if not self._is_ready:
                await self._set_up()
                self._is_ready = True
            if not self._is_restored:
                await self._restore()
                self._is_restored = True

    async def _set_up(self) -> None:
        try:
            await self._setup.run()
        except StoreUnavailable:
            raise
        except StoreError as error:
            # Whatever it is, results must wait for it: only what the server says of a write refuses them.
            raise StoreUnavailable(str(error)) from error

    async def _restore(self) -> None:
        """Read the hosts' last states: the next one written would lack what only older results had."""
        try:
            await self._forgotten.refresh()
            states = await self._latest.states()
        except BucketMissing:
            return  # it is made by the first write
        except StoreUnavailable:
            raise
        except StoreError as error:
            _log.error("what was known of the hosts cannot be read back: %s", error)
            return
        await self._on_thread(lambda: self._keeper.restore(states))

    async def _answer(self, ask: Callable[[], Awaitable[T]]) -> T:
        """Run a question; a store that may write makes the bucket first."""
        try:
            if not self._is_read_only:
                await self._prepare()
            await self._forgotten.refresh()
            return await ask()
        except StoreUnavailable:
            self._is_ready = False
            raise

    async def _on_thread(self, job: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._thread, job)
