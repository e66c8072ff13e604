"""Questions for history that wait for the same lane are answered in one go: those alike are read once."""

import asyncio
from collections.abc import Callable, Sequence

from metrics.errors import StoreError
from metrics.store import History, HistoryQuery
from metrics.stores.sqlite.reading.reader_thread import ReaderThread
from metrics.stores.steps import choose_step

_Waiting = tuple[HistoryQuery, "asyncio.Future[History]"]


class Together:
    """Collects what is asked while a lane is busy; `clock` gives unix seconds.

    `most`: so many are answered in one go, and their answers held until it ends; the rest wait.
    """

    def __init__(self, lane: ReaderThread, clock: Callable[[], float], *, most: int) -> None:
        self._lane = lane
        self._clock = clock
        self._most = most
        self._waiting: list[_Waiting] = []
        self._answering: asyncio.Task[None] | None = None

    async def ask(self, query: HistoryQuery) -> History:
        """One answer; raises StoreError's kinds."""
        answer: asyncio.Future[History] = asyncio.get_running_loop().create_future()
        self._waiting.append((query, answer))
        if self._answering is None:
            self._answering = asyncio.create_task(self._answer_all())
        return await answer

    async def _answer_all(self) -> None:
        while self._waiting:
            some, self._waiting = self._waiting[: self._most], self._waiting[self._most :]
            await self._answer([one for one in some if not one[1].done()])
        self._answering = None

    async def _answer(self, some: Sequence[_Waiting]) -> None:
        try:
            answers = await self._run([query for query, _ in some])
        except StoreError as error:
            if len(some) == 1:
                _refuse(some, error)
                return
            for one in some:  # what spoils one answer is no reason to refuse the others
                await self._answer([one])
        except Exception as error:  # noqa: BLE001 -- whoever asked is to know
            _refuse(some, error)
        else:
            for (_, waiting), answer in zip(some, answers, strict=True):
                if not waiting.done():
                    waiting.set_result(answer)

    async def _run(self, queries: Sequence[HistoryQuery]) -> list[History]:
        now = self._clock()
        return await self._lane.run(lambda reader: reader.histories(queries, now), _nothing(queries))


def _nothing(queries: Sequence[HistoryQuery]) -> list[History]:
    return [History(step=one.step or choose_step(one.end - one.start), series=()) for one in queries]


def _refuse(some: Sequence[_Waiting], error: Exception) -> None:
    for _, waiting in some:
        if not waiting.done():
            waiting.set_exception(error)
