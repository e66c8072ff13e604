"""The embedded store as the rest of the program sees it: a MetricStore over one SQLite file."""

import asyncio
import logging
import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from metrics.errors import StoreError, StoreUnavailable
from metrics.results import Labels, PollResult
from metrics.store import History, HistoryQuery, Latest
from metrics.stores.retention import Retention
from metrics.stores.sqlite.boundary import is_passing
from metrics.stores.sqlite.reading.history_batcher import HistoryBatcher
from metrics.stores.sqlite.reading.reader_thread import ReaderThread
from metrics.stores.sqlite.writer import Writer

_log = logging.getLogger(__name__)

_QUICK_HOSTS = 8
_QUICK_BUCKETS = 2000
_BATCH = 64
"""So many quick questions for history are read together: as many as a page asks at once."""


class SqliteStore:
    """Metrics in one SQLite file; one process writes, any number reads.

    Writing and reading run on threads of the store's own. `clock` gives unix seconds; it decides what is
    still within the retention.
    """

    def __init__(
        self, path: Path, *, retention: Retention, clock: Callable[[], float], writer: "_WriterThread | None"
    ) -> None:
        self._path = path
        self._clock = clock
        self._writer = writer
        self._quick = ReaderThread(path, retention, name="quick")
        self._long = ReaderThread(path, retention, name="long")
        self._quick_histories = HistoryBatcher(self._quick, clock, most=_BATCH)
        self._long_histories = HistoryBatcher(self._long, clock, most=1)

    @classmethod
    async def open(
        cls,
        path: Path,
        *,
        retention: Retention | None = None,
        clock: Callable[[], float] = time.time,
        read_only: bool = False,
    ) -> "SqliteStore":
        """The store at `path`; made if it is not there, unless it is opened only to be read (then empty)."""
        retention = retention or Retention()
        writer = None if read_only else await _WriterThread.start(path, retention)
        return cls(path, retention=retention, clock=clock, writer=writer)

    @property
    def problem(self) -> str | None:
        """See MetricStore.problem: it keeps all that it takes."""
        return None

    async def write(self, results: Sequence[PollResult]) -> None:
        """See MetricStore.write."""
        if results:
            await self._run_on_writer(lambda writer: writer.write(results))

    async def history(self, query: HistoryQuery) -> History:
        """See MetricStore.history; raises TooManyPoints."""
        return await (self._long_histories if _is_long(query) else self._quick_histories).ask(query)

    async def latest(self, hosts: Iterable[str] | None = None) -> list[Latest]:
        """See MetricStore.latest."""
        names = None if hosts is None else list(hosts)
        thread = self._long if names is None or len(names) > _QUICK_HOSTS else self._quick
        return await thread.run(lambda reader: reader.latest(names), [])

    async def label_sets(self, host: str, measurement: str) -> list[Labels]:
        """See MetricStore.label_sets."""
        now = self._clock()
        return await self._quick.run(lambda reader: reader.label_sets(host, measurement, now), [])

    async def maintain(self, now: float) -> None:
        """See MetricStore.maintain; to be called every second or so."""
        if self._writer is None or self._writer.is_due(now):
            await self._run_on_writer(lambda writer: writer.maintain(now))

    async def forget(self, host: str) -> None:
        """See MetricStore.forget."""
        await self._run_on_writer(lambda writer: writer.forget(host))

    async def close(self) -> None:
        """See MetricStore.close."""
        await self._quick.close()
        await self._long.close()
        if self._writer is not None:
            await self._writer.close()

    async def _run_on_writer(self, job: Callable[[Writer], None]) -> None:
        if self._writer is None:
            raise StoreError(f"{self._path} is open for reading only")
        await self._writer.run(job)


def _is_long(query: HistoryQuery) -> bool:
    """Whether other questions should not have to wait for this one."""
    buckets = (query.end - query.start) / query.step if query.step else 0
    return len(query.hosts) > _QUICK_HOSTS or buckets > _QUICK_BUCKETS


class _WriterThread:
    """The writer and its one thread; if the file is locked or the disk full, the writer comes later."""

    def __init__(self, make: Callable[[], Writer]) -> None:
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="metrics-writer")
        self._make = make
        self._writer: Writer | None = None

    @classmethod
    async def start(cls, path: Path, retention: Retention) -> "_WriterThread":
        thread = cls(lambda: Writer(path, retention))
        try:
            await thread.run(lambda _: None)
        except StoreUnavailable as error:
            if not is_passing(error):
                thread._thread.shutdown(wait=False)
                raise
            _log.error("the metric store cannot be opened for now: %s", error)
        except BaseException:
            thread._thread.shutdown(wait=False)
            raise
        return thread

    def is_due(self, now: float) -> bool:
        return self._writer is not None and self._writer.is_due(now)

    async def run(self, job: Callable[[Writer], None]) -> None:
        await asyncio.get_running_loop().run_in_executor(self._thread, self._run, job)

    async def close(self) -> None:
        if self._writer is not None:
            await self.run(lambda writer: writer.close())
        self._thread.shutdown(wait=False)

    def _run(self, job: Callable[[Writer], None]) -> None:
        if self._writer is None:
            self._writer = self._make()
        job(self._writer)
