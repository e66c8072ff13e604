"""How much history may be read at once: points under way, not requests."""

import asyncio
import contextlib
from collections import Counter, deque
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from starlette.responses import Response, StreamingResponse
from starlette.types import Receive, Scope, Send

from web.http.problems import HttpProblem

_RETRY_SECONDS = 5
_PIECE_BYTES = 64 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkLimits:
    """Points that may be under way: of all, of one user or key, of all kiosks, of one address of kiosks.

    `waiting`, `waiting_of_one`: requests in the queue, each for at most `wait_seconds`.
    """

    points: int = 1_500_000
    points_of_one: int = 1_000_000
    points_of_kiosks: int = 400_000
    points_of_one_kiosk: int = 200_000
    waiting: int = 128
    waiting_of_one: int = 32
    wait_seconds: float = 15.0


class Claim:
    """What one request has under way; given back by `release`, which may be called again."""

    def __init__(self, work: "WorkLimit", who: str, *, is_kiosk: bool) -> None:
        self._work = work
        self.who = who
        self.is_kiosk = is_kiosk
        self.points = 0

    async def take(self, points: int) -> None:
        """Wait until so many more points may be read; raises HttpProblem (503) where too many wait."""
        await self._work.wait(self, points)

    def add(self, points: int) -> None:
        """Count points that came beyond what was foreseen; others wait the longer for it."""
        self._work.count(self, points)

    def release(self) -> None:
        """Let others have it."""
        self._work.count(self, -self.points)

    @contextlib.contextmanager
    def until_failure(self) -> Iterator[None]:
        """Give it back where what is done within fails."""
        try:
            yield
        except BaseException:
            self.release()
            raise


class WorkLimit:
    """Lets requests read history in the order in which they came, as long as there is room.

    Whoever has used up a share of their own waits beside the others, not before them. For one thread.
    """

    def __init__(self, limits: WorkLimits | None = None) -> None:
        self._limits = limits or WorkLimits()
        self._under_way: Counter[str] = Counter()
        self._points = 0
        self._kiosk_points = 0
        self._queue: deque[tuple[Claim, int, asyncio.Future[None]]] = deque()
        self.growth = asyncio.Lock()
        """Held while somebody reads more than was foreseen: one at a time."""

    @property
    def points(self) -> int:
        """How many are under way."""
        return self._points

    def claim(self, who: str, *, is_kiosk: bool = False) -> Claim:
        """An empty claim of a user, a key, or an address of kiosks."""
        return Claim(self, who, is_kiosk=is_kiosk)

    async def wait(self, claim: Claim, points: int) -> None:
        """See `Claim.take`. More than a share is counted as a share, so that it is let through at all."""
        limits = self._limits
        share = limits.points_of_one_kiosk if claim.is_kiosk else limits.points_of_one
        points = min(points, share - claim.points)
        if not self._queue and self._fits(claim, points):
            self.count(claim, points)
            return
        waiting_of_one = sum(one.who == claim.who for one, _, _ in self._queue)
        if len(self._queue) >= limits.waiting or waiting_of_one >= limits.waiting_of_one:
            raise _busy()
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        entry = claim, points, turn
        self._queue.append(entry)
        self._admit()
        try:
            async with asyncio.timeout(limits.wait_seconds):
                await turn
        except BaseException as error:
            if entry in self._queue:
                self._queue.remove(entry)
                self._admit()
            else:  # its turn came in the same moment
                self.count(claim, -points)
            if isinstance(error, TimeoutError):
                raise _busy() from error
            raise

    def count(self, claim: Claim, points: int) -> None:
        """Count points of a claim; those that are given back let others go on."""
        claim.points += points
        self._points += points
        self._under_way[claim.who] += points
        if not self._under_way[claim.who]:
            del self._under_way[claim.who]
        if claim.is_kiosk:
            self._kiosk_points += points
        if points < 0:
            self._admit()

    def _admit(self) -> None:
        for entry in list(self._queue):
            claim, points, turn = entry
            if self._points + points > self._limits.points:
                return  # those behind would else always be before it
            if self._fits(claim, points):
                self._queue.remove(entry)
                self.count(claim, points)
                if not turn.done():
                    turn.set_result(None)

    def _fits(self, claim: Claim, points: int) -> bool:
        limits = self._limits
        share = limits.points_of_one_kiosk if claim.is_kiosk else limits.points_of_one
        return (
            self._points + points <= limits.points
            and self._under_way[claim.who] + points <= share
            and (not claim.is_kiosk or self._kiosk_points + points <= limits.points_of_kiosks)
        )


class HeldResponse(Response):
    """JSON in pieces, sent as they are taken; the claim is held until the last one is."""

    media_type = "application/json"

    def __init__(self, pieces: Sequence[bytes], claim: Claim) -> None:
        super().__init__()
        self._pieces = list(pieces)
        self._claim = claim
        self._size = sum(map(len, self._pieces))
        self.headers["Content-Length"] = str(self._size)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send it."""
        start = {"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers}
        try:
            await send(start)
            if self._size <= _PIECE_BYTES:
                await send({"type": "http.response.body", "body": b"".join(self._pieces)})
                return
            for part in _parts(self._pieces):
                await send({"type": "http.response.body", "body": part, "more_body": True})
            await send({"type": "http.response.body", "body": b"", "more_body": False})
        finally:
            self._claim.release()


class HeldStream(StreamingResponse):
    """A stream that holds a claim for as long as it is sent."""

    def __init__(self, pieces: AsyncIterator[bytes], claim: Claim, **options: Any) -> None:
        super().__init__(pieces, **options)
        self._claim = claim

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send it."""
        try:
            await super().__call__(scope, receive, send)
        finally:
            self._claim.release()


def _parts(pieces: Sequence[bytes]) -> Iterator[bytes]:
    """The pieces, none of them long: the next is sent when the client has taken the last."""
    for piece in pieces:
        for at in range(0, len(piece), _PIECE_BYTES):
            yield piece[at : at + _PIECE_BYTES]


def _busy() -> HttpProblem:
    detail = "more history is being read already than can be at once: ask again in a moment, or for less"
    return HttpProblem(503, "busy", detail, headers={"Retry-After": str(_RETRY_SECONDS)})
