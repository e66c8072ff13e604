"""One listener: its queue, and how its stream ends."""

import asyncio
from collections import deque
from enum import StrEnum

from web.live.streams import Stream

MAX_CHUNKS = 16
MAX_QUEUED_BYTES = 8 * 1024 * 1024


class Ending(StrEnum):
    """Why a stream ended."""

    GONE = "the client went away"
    SLOW = "the client read too slowly"
    INVALID = "its credentials are not valid any more"
    CLOSED = "monctl stops"


class LiveClient:
    """Chunks of events wait here until they are sent; one who lets too many wait is dropped.

    `position`: the number of the last event that its first answer contained. `who`: whose it is.
    """

    def __init__(self, stream: Stream, *, who: str = "") -> None:
        self.stream = stream
        self.who = who
        self.position = -1
        self.end_reached = asyncio.Event()
        self.ending: Ending | None = None
        self._chunks: deque[tuple[int, bytes]] = deque()
        self._bytes = 0
        self._filled = asyncio.Event()

    def put(self, number: int, chunk: bytes) -> None:
        """Queue events up to `number`; ends the stream where there is no room."""
        is_full = len(self._chunks) >= MAX_CHUNKS or self._bytes + len(chunk) > MAX_QUEUED_BYTES
        # the first chunk is taken whatever its size: else the events of a large fleet could never be sent
        if self._chunks and is_full:
            self.end(Ending.SLOW)
            return
        self._chunks.append((number, chunk))
        self._bytes += len(chunk)
        self._filled.set()

    def end(self, ending: Ending) -> None:
        """End the stream; the first reason counts."""
        if self.ending is None:
            self.ending = ending
            self._chunks.clear()
            self._bytes = 0
            self.end_reached.set()

    async def next(self) -> bytes:
        """The oldest chunk that the first answer did not contain already; waits until there is one."""
        while True:
            while self._chunks:
                number, chunk = self._chunks.popleft()
                self._bytes -= len(chunk)
                if number > self.position:
                    return chunk
            self._filled.clear()
            await self._filled.wait()
