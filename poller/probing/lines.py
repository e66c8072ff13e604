"""Bounded lines out of a stream that cannot be trusted."""

import asyncio
from collections import deque

from metrics.results import Outcome
from poller.errors import PollFailed

LINE_LIMIT_BYTES = 1 << 20
"""The longest answer that is taken."""


class LineReader:
    """Puts chunks together into lines; one reader at a time waits for the next line.

    When more than the limit comes without a line's end, the reader fails and takes no more. Lines that
    nobody waits for are kept, up to the limit in all.
    """

    def __init__(self, limit: int = LINE_LIMIT_BYTES) -> None:
        self._limit = limit
        self._partial: list[bytes] = []
        self._size = 0
        self._lines: deque[bytes] = deque()
        self._waiter: asyncio.Future[bytes] | None = None
        self._failure: PollFailed | None = None

    @property
    def is_failed(self) -> bool:
        """Whether no further line will come."""
        return self._failure is not None

    def feed(self, data: bytes) -> bool:
        """Take a chunk; False once the reader has failed and the stream should be cut."""
        if self._failure is not None:
            return False
        self._size += len(data)
        if self._size > self._limit:
            self._drop()  # a host that floods us must not hold a megabyte until its loop comes round
            self.fail(
                PollFailed(Outcome.BAD_OUTPUT, f"more than {self._limit} bytes came without an answer's end")
            )
            return False
        if b"\n" not in data:
            self._partial.append(data)
            return True
        first, *rest = data.split(b"\n")
        self._lines.append(b"".join([*self._partial, first]) if self._partial else first)
        self._lines.extend(rest[:-1])
        self._partial = [rest[-1]] if rest[-1] else []
        self._wake()
        return True

    def fail(self, error: PollFailed) -> None:
        """End the stream: whoever waits, now or later, gets `error` once the lines that came are used up."""
        if self._failure is None:
            self._failure = error
            self._wake()

    async def next_line(self) -> bytes:
        """The next line without its end; raises PollFailed when the stream has ended or overflowed."""
        while not self._lines:
            if self._failure is not None:
                raise self._failure
            self._waiter = asyncio.get_running_loop().create_future()
            try:
                await self._waiter
            finally:
                self._waiter = None
        line = self._lines.popleft()
        self._size -= len(line) + 1
        return line

    def _wake(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(b"")

    def _drop(self) -> None:
        self._partial.clear()
        self._lines.clear()
