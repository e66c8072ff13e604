"""One thread that answers questions, with its connection."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

from metrics.stores.retention import Retention
from metrics.stores.sqlite.boundary import translated
from metrics.stores.sqlite.file_identity import file_identity
from metrics.stores.sqlite.reading.reader import Reader, open_if_there

T = TypeVar("T")


class ReaderThread:
    """Answers one question after the other, in the order of asking.

    More threads would not answer faster: they would only take Python's lock from each other, and from the
    event loop. A long question keeps those behind it waiting, which is why a store has two such threads.
    """

    def __init__(self, path: Path, retention: Retention, *, name: str) -> None:
        self._path = path
        self._retention = retention
        self._thread = ThreadPoolExecutor(1, thread_name_prefix=f"metrics-{name}")
        self._reader: Reader | None = None

    def run(self, job: Callable[[Reader], T], empty: T) -> "asyncio.Future[T]":
        """The job's answer to wait for, or `empty` where there is no database yet; raises StoreError's kinds.

        Raises RuntimeError at once when the thread is closed.
        """
        return asyncio.get_running_loop().run_in_executor(self._thread, self._run, job, empty)

    async def close(self) -> None:
        """End the thread and close its connection, once the questions asked before are answered."""
        await asyncio.get_running_loop().run_in_executor(self._thread, self._close_reader)
        await asyncio.to_thread(self._thread.shutdown)

    def _run(self, job: Callable[[Reader], T], empty: T) -> T:
        with translated(self._path):
            reader = self._current_reader()
            if reader is None:
                return empty
            try:
                return job(reader)
            except BaseException:
                # Its connection, or what it remembers, may be damaged: the next question opens the file anew.
                self._close_reader()
                raise
            finally:
                if reader.is_snapshot:
                    self._close_reader()

    def _current_reader(self) -> Reader | None:
        if self._reader is not None and self._reader.identity != file_identity(self._path):
            self._close_reader()  # it still reads a file that was deleted or replaced
        if self._reader is None:
            self._reader = open_if_there(self._path, self._retention)
        return self._reader

    def _close_reader(self) -> None:
        reader, self._reader = self._reader, None
        if reader is not None:
            reader.close()
