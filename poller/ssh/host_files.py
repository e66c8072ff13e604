"""Reading the files that hosts name: keys and known_hosts.

Whoever names one may be mistaken or mean harm: a device may never end, a FIFO never begin, a file server may
hang. So a file is regular, bounded, and read in a thread that nobody has to wait for longer than a deadline.
"""

import asyncio
import errno
import os
import stat
import threading
from collections.abc import Callable, Hashable
from pathlib import Path
from typing import Any, TypeVar

KEY_BYTES = 1024 * 1024
KNOWN_HOSTS_BYTES = 16 * 1024 * 1024
FILE_SECONDS = 10.0
"""How long the files of one host may take to be read."""

_READS_AT_ONCE = 64
_PATIENCE_SECONDS = 0.25
_MOST_THREADS = 1024
_PSEUDO_FOLDERS = ("/proc", "/sys")
_OUTSIDE = "lies outside of the folders that web.host_files of monctl.yaml names"

T = TypeVar("T")


def locate(path: Path, places: tuple[str, ...]) -> Path:
    """The path itself, or a relative one in the first of the places that has it (else in the first)."""
    if not places or path.is_absolute():
        return path
    paths = [Path(place) / path for place in places]
    return next((each for each in paths if each.exists()), paths[0])


def check_place(path: Path, places: tuple[str, ...]) -> None:
    """Raise OSError unless the file lies in one of the places, links followed; without any it lies anywhere.

    The error is the same whether there is such a file or not.
    """
    real = Path(os.path.realpath(path))
    if places and not any(real.is_relative_to(os.path.realpath(place)) for place in places):
        raise OSError(errno.EACCES, _OUTSIDE)


def read_host_file(path: Path, *, most_bytes: int, places: tuple[str, ...] = ()) -> bytes:
    """The content of a regular file; raises OSError for anything else, and for one that is too large."""
    check_place(path, places)
    _refuse_irregular(path.stat())  # looked at first: only to open a device may do something
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC)
    with os.fdopen(descriptor, "rb") as file:
        _refuse_irregular(os.fstat(descriptor))
        content = file.read(most_bytes + 1)
    if len(content) > most_bytes:
        raise OSError(errno.EFBIG, f"is larger than {most_bytes // 1024 // 1024} MiB")
    return content


def _refuse_irregular(status: os.stat_result) -> None:
    if not stat.S_ISREG(status.st_mode):
        raise OSError(errno.EINVAL, "is no regular file")
    for folder in _PSEUDO_FOLDERS:
        if os.path.ismount(folder) and status.st_dev == os.stat(folder).st_dev:  # noqa: PTH116
            raise OSError(errno.EINVAL, f"is no regular file, but one of {folder}")


class FileReaders:
    """Runs what reads files in threads of their own, so many at once; the same work is done once at a time.

    A read of a file server that hangs cannot be interrupted. In a thread of the executor that others share it
    would hold them up; here it costs those who want the same files, each until its deadline. A thread that
    takes longer than `patience_seconds` makes room for another, so that also many that hang hold up nobody.
    """

    def __init__(self, *, reads: int = _READS_AT_ONCE, patience_seconds: float = _PATIENCE_SECONDS) -> None:
        self._turns = asyncio.Semaphore(reads)
        self._threads = asyncio.Semaphore(_MOST_THREADS)
        self._patience_seconds = patience_seconds
        self._under_way: dict[Hashable, asyncio.Future[Any]] = {}
        self.hanging = 0
        """How many threads have gone beyond that and not come back."""

    async def run(self, key: Hashable, work: Callable[[], T], *, seconds: float) -> T:
        """What the work returns or raises; OSError when it has not ended in time. `key`: what it is."""
        try:
            async with asyncio.timeout(seconds):
                if key not in self._under_way:
                    await self._take_turn()
                    self._start(key, work)
                result: T = await asyncio.shield(self._under_way[key])
                return result
        except TimeoutError:
            raise OSError(errno.ETIMEDOUT, f"could not be read within {seconds:g} s") from None

    async def _take_turn(self) -> None:
        await self._threads.acquire()
        try:
            await self._turns.acquire()
        except BaseException:
            self._threads.release()
            raise

    def _start(self, key: Hashable, work: Callable[[], T]) -> None:
        """Begin, with a turn in hand; another caller may have begun meanwhile."""
        if key in self._under_way:
            self._turns.release()
            self._threads.release()
            return
        loop = asyncio.get_running_loop()
        turn = _Turn(self)
        making_room = loop.call_later(self._patience_seconds, turn.hang)
        answer = self._under_way[key] = loop.create_future()
        answer.add_done_callback(_note_exception)

        def finish(result: T | None, error: Exception | None) -> None:
            del self._under_way[key]
            making_room.cancel()
            turn.end()
            if error is not None:
                answer.set_exception(error)
            else:
                answer.set_result(result)

        def read() -> None:
            result, error = None, None
            try:
                result = work()
            except Exception as caught:  # noqa: BLE001 -- raised where it is waited for
                error = caught
            if not loop.is_closed():
                loop.call_soon_threadsafe(finish, result, error)

        try:
            threading.Thread(target=read, name="read host files", daemon=True).start()
        except RuntimeError as error:  # the system has no threads left
            finish(None, OSError(errno.EAGAIN, str(error)))


class _Turn:
    """A thread's turn, which ends with it or when it hangs."""

    def __init__(self, readers: FileReaders) -> None:
        self._readers = readers
        self._is_hanging = False

    def hang(self) -> None:
        self._is_hanging = True
        self._readers.hanging += 1
        self._readers._turns.release()

    def end(self) -> None:
        self._readers._threads.release()
        if self._is_hanging:
            self._readers.hanging -= 1
        else:
            self._readers._turns.release()


def _note_exception(answer: "asyncio.Future[Any]") -> None:
    if not answer.cancelled():
        answer.exception()  # whoever has given up waiting will not ask for it
