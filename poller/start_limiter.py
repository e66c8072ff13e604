"""A bound on how many log-ins, or starts of probes, are under way at once, which follows how they go."""

import asyncio
import math
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from enum import Enum, auto

from metrics.results import Outcome
from poller.errors import PollFailed

_FIRST_LIMIT = 8
_LEAST_LIMIT = 2
_OUTLIER_FACTOR = 3
_SMOOTHING = 1 / 8
_LONGEST_TURN_SHARE = 0.5
_IN_VAIN = 24
_TOO_SLOW = {Outcome.TIMEOUT, Outcome.LATE}


class TurnEnd(Enum):
    """How a turn ended, as far as it says how busy the far end is."""

    SUCCESS = auto()
    TIME_OUT = auto()
    NO_SIGN = auto()


class StartLimiter:
    """At most `limit` at once; one that takes longer than `patience_seconds` keeps back nobody any longer.

    One that adapts admits more as they succeed and fewer as they time out, as TCP's congestion window does.
    Hosts may share a machine (containers, a jump host, the poller itself). Beyond what it can take, each
    start only makes the others slower, until all exceed their deadlines and begin again. So the limit doubles
    with each round of successes until the first time-out, and then grows by one with each round; a round of
    time-outs halves it. Only a limit that is made use of moves.

    Its patience is then several times what others took lately: beyond that a turn is over, which counts as
    a time-out, and what it was for goes on without one. Who failed before waits behind who did not.
    """

    def __init__(self, most: int, *, patience_seconds: float, adapts: bool = False) -> None:
        self._adapts = adapts
        self._most = float(most)
        self._least = float(min(most, _LEAST_LIMIT))
        self._limit = float(min(most, _FIRST_LIMIT) if adapts else most)
        self._doubles_below = self._most
        self._patience_seconds = patience_seconds
        self._usual_seconds = 0.0
        self._time_outs_in_a_row = 0
        self._turns = 0
        self._queues: tuple[deque[asyncio.Future[None]], ...] = (deque(), deque())

    @property
    def limit(self) -> int:
        """How many may have a turn at the moment."""
        return int(self._limit)

    @property
    def under_way(self) -> int:
        """How many have a turn."""
        return self._turns

    @property
    def waiting(self) -> int:
        """How many wait for a turn."""
        return sum(not place.done() for queue in self._queues for place in queue)

    @asynccontextmanager
    async def turn(self, *, seconds: float = math.inf, is_retry: bool = False) -> AsyncIterator["Turn"]:
        """Wait for a turn, for a block that has a deadline of so many seconds from its beginning.

        A block that ends without an error is a success; by a TimeoutError, or a PollFailed that is one, a
        time-out; by any other error, no sign of anything.
        """
        await self._wait(is_retry=is_retry)
        turn = Turn(self, patience_seconds=self._patience(seconds, is_retry=is_retry))
        try:
            yield turn
        except BaseException as error:
            turn.end(TurnEnd.TIME_OUT if _is_time_out(error) else TurnEnd.NO_SIGN)
            raise
        turn.end(TurnEnd.SUCCESS)

    def take_back(self, how: TurnEnd, *, seconds: float) -> None:
        """End a turn that took so many seconds; called by the turn."""
        if how is not TurnEnd.NO_SIGN:
            self.note(how, seconds=seconds)
            if self._adapts and self._turns * 2 >= self.limit:
                self._move(how)
        self._turns -= 1
        self._admit()

    def note(self, how: TurnEnd, *, seconds: float) -> None:
        """Learn how long something took, whether or not it still has a turn."""
        if not self._adapts:
            return
        self._usual_seconds += (seconds - self._usual_seconds) * _SMOOTHING
        self._time_outs_in_a_row = self._time_outs_in_a_row + 1 if how is TurnEnd.TIME_OUT else 0

    def _move(self, how: TurnEnd) -> None:
        if how is TurnEnd.TIME_OUT:
            # half a turn for each: where all of a round time out, half is left
            self._limit = max(self._limit - 0.5, self._least)
            self._doubles_below = self._limit
        else:
            step = 1.0 if self._limit < self._doubles_below else 1.0 / self._limit
            self._limit = min(self._limit + step, self._most)

    def _patience(self, seconds: float, *, is_retry: bool) -> float:
        if self._time_outs_in_a_row >= _IN_VAIN and not is_retry:
            # Fewer did not help: they hang, each for itself, and the sound ones behind them need not wait.
            return self._patience_seconds
        usual = max(self._patience_seconds, self._usual_seconds * _OUTLIER_FACTOR)
        return min(usual, seconds * _LONGEST_TURN_SHARE)

    async def _wait(self, *, is_retry: bool) -> None:
        if self._turns < self.limit:  # nobody waits then
            self._turns += 1
            return
        place: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._queues[is_retry].append(place)
        try:
            await place
        except asyncio.CancelledError:
            if not place.cancelled():  # its turn came in the same moment
                self.take_back(TurnEnd.NO_SIGN, seconds=0.0)
            raise

    def _admit(self) -> None:
        for queue in self._queues:
            while queue and self._turns < self.limit:
                place = queue.popleft()
                if not place.done():
                    place.set_result(None)
                    self._turns += 1


class Turn:
    """One turn; it ends with its block, or before when it takes too long."""

    def __init__(self, limiter: StartLimiter, *, patience_seconds: float) -> None:
        loop = asyncio.get_running_loop()
        self._limiter = limiter
        self._clock = loop.time
        self._began = loop.time()
        self._is_over = False
        # A timer ends the turn, nothing is cancelled: a slow host goes on, but no longer keeps others back.
        self._ending = loop.call_later(patience_seconds, self.end, TurnEnd.TIME_OUT)

    def end(self, how: TurnEnd) -> None:
        """Give the turn back, once; a success after that is still told."""
        seconds = self._clock() - self._began
        if not self._is_over:
            self._is_over = True
            self._ending.cancel()
            self._limiter.take_back(how, seconds=seconds)
        elif how is TurnEnd.SUCCESS:
            self._limiter.note(how, seconds=seconds)


def _is_time_out(error: BaseException) -> bool:
    if isinstance(error, PollFailed):
        return error.outcome in _TOO_SLOW
    return isinstance(error, TimeoutError)
