"""Questions for history that wait for the same lane are answered in one go: those alike are read once."""

import asyncio
from collections import deque
from collections.abc import Callable, Sequence

from metrics.errors import StoreError
from metrics.store import History, HistoryQuery
from metrics.stores.sqlite.reading.reader_thread import ReaderThread
from metrics.stores.steps import choose_step

_Waiting = tuple[HistoryQuery, "asyncio.Future[History]"]


class Together:
    """Collects what is asked while a lane is busy; `clock` gives unix seconds.

    `most`: so many are answered in one go, and their answers held until it ends; the rest wait. A go is a
    job of the lane and no task of the event loop: whoever asks may be cancelled, and nobody else notices.
    """

    def __init__(self, lane: ReaderThread, clock: Callable[[], float], *, most: int) -> None:
        self._lane = lane
        self._clock = clock
        self._most = most
        self._waiting: deque[_Waiting] = deque()
        self._alone: deque[_Waiting] = deque()
        self._is_going = False

    async def ask(self, query: HistoryQuery) -> History:
        """One answer; raises StoreError's kinds."""
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[History] = loop.create_future()
        self._waiting.append((query, answer))
        if not self._is_going:
            self._is_going = True
            loop.call_soon(self._go)  # not at once: others may ask in the same turn of the loop
        return await answer

    def _go(self) -> None:
        """Have the lane answer the next ones, if there are any."""
        some = self._next()
        self._is_going = bool(some)
        if not some:
            return
        queries, now = [query for query, _ in some], self._clock()
        try:
            going = self._lane.begin(lambda reader: reader.histories(queries, now), _nothing(queries))
        except RuntimeError as error:  # the lane is closed
            _refuse(some, error)
            self._go()
        else:
            going.add_done_callback(lambda done: self._end(some, done))

    def _next(self) -> list[_Waiting]:
        """One that has to be answered alone, else as many as go together, without those given up."""
        while self._alone or self._waiting:
            source, most = (self._alone, 1) if self._alone else (self._waiting, self._most)
            taken = [source.popleft() for _ in range(min(most, len(source)))]
            some = [one for one in taken if not one[1].done()]
            if some:
                return some
        return []

    def _end(self, some: Sequence[_Waiting], done: "asyncio.Future[list[History]]") -> None:
        error = done.exception()
        if error is None:
            for (_, waiting), answer in zip(some, done.result(), strict=True):
                if not waiting.done():
                    waiting.set_result(answer)
        elif isinstance(error, StoreError) and len(some) > 1:
            self._alone.extend(some)  # what spoils one answer is no reason to refuse the others
        else:
            _refuse(some, error)
        self._go()


def _nothing(queries: Sequence[HistoryQuery]) -> list[History]:
    return [History(step=one.step or choose_step(one.end - one.start), series=()) for one in queries]


def _refuse(some: Sequence[_Waiting], error: BaseException) -> None:
    for _, waiting in some:
        if not waiting.done():
            waiting.set_exception(error)
