"""Questions for history that wait for the same thread are answered in one go: those alike are read once."""

import asyncio
from collections import deque
from collections.abc import Callable, Sequence

from metrics.errors import StoreError
from metrics.store import History, HistoryQuery
from metrics.stores.sqlite.reading.reader_thread import ReaderThread
from metrics.stores.steps import choose_step

_Question = tuple[HistoryQuery, "asyncio.Future[History]"]
"""A question and the future on which whoever asked it waits."""


class HistoryBatcher:
    """Collects the questions that come while a reader thread is busy; `clock` gives unix seconds.

    `most`: so many are answered in one go, and their answers held until it ends; the rest wait. A go is a
    job of the thread and no task of the event loop: whoever asks may be cancelled, and nobody else notices.
    """

    def __init__(self, thread: ReaderThread, clock: Callable[[], float], *, most: int) -> None:
        self._thread = thread
        self._clock = clock
        self._most = most
        self._queue: deque[_Question] = deque()
        self._failed_together: deque[_Question] = deque()
        self._is_reading = False

    async def ask(self, query: HistoryQuery) -> History:
        """One answer; raises StoreError's kinds."""
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[History] = loop.create_future()
        self._queue.append((query, answer))
        if not self._is_reading:
            self._is_reading = True
            # Not at once: a page asks for a dozen metrics in the same turn of the loop; they go together.
            loop.call_soon(self._read_next)
        return await answer

    def _read_next(self) -> None:
        """Have the thread answer the next batch, if there is any."""
        batch = self._next_batch()
        self._is_reading = bool(batch)
        if not batch:
            return
        queries, now = [query for query, _ in batch], self._clock()
        try:
            reading = self._thread.run(lambda reader: reader.histories(queries, now), _nothing(queries))
        except RuntimeError as error:  # the thread was shut down with the store
            _fail(batch, error)
            self._read_next()
        else:
            reading.add_done_callback(lambda reading: self._hand_out(batch, reading))

    def _next_batch(self) -> list[_Question]:
        """One that failed with others, else as many as go together; without those that were cancelled."""
        while self._failed_together or self._queue:
            is_retry = bool(self._failed_together)
            source, most = (self._failed_together, 1) if is_retry else (self._queue, self._most)
            questions = [source.popleft() for _ in range(min(most, len(source)))]
            batch = [question for question in questions if not question[1].done()]
            if batch:
                return batch
        return []

    def _hand_out(self, batch: Sequence[_Question], reading: "asyncio.Future[list[History]]") -> None:
        error = reading.exception()
        if error is None:
            for (_, answer), history in zip(batch, reading.result(), strict=True):
                if not answer.done():
                    answer.set_result(history)
        elif isinstance(error, StoreError) and len(batch) > 1:
            # One question may be at fault (too many points, a damaged block): each is asked again by itself,
            # so that the others get their answers.
            self._failed_together.extend(batch)
        else:
            _fail(batch, error)
        self._read_next()


def _nothing(queries: Sequence[HistoryQuery]) -> list[History]:
    return [History(step=one.step or choose_step(one.end - one.start), series=()) for one in queries]


def _fail(batch: Sequence[_Question], error: BaseException) -> None:
    for _, answer in batch:
        if not answer.done():
            answer.set_exception(error)
