"""Work in a database that may be away: tried again until the database answers."""

import asyncio
import logging
from collections.abc import Callable
from typing import ParamSpec, TypeVar

from foundation.outage import Outage
from foundation.pause import Pause

P = ParamSpec("P")
T = TypeVar("T")

log = logging.getLogger(__name__)


class PatientDatabase:
    """Runs database work in threads; `unavailable`: the errors which say that the database is away.

    It is logged once when the database is away, and once when it answers again, whoever asks.
    """

    def __init__(
        self, pause: Pause, *, unavailable: tuple[type[Exception], ...], retry_seconds: float = 5.0
    ) -> None:
        self._pause = pause
        self._unavailable = unavailable
        self._retry_seconds = retry_seconds
        self._never = asyncio.Event()
        self._outage = Outage(
            log, begins="alerts wait: the outbox cannot be reached", ends="the outbox can be reached again"
        )

    async def call(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """What `work` returns. It is repeated until the database answers, so that it must bear repetition."""
        while True:
            try:
                result = await asyncio.to_thread(work, *args, **kwargs)
            except self._unavailable as error:
                self._outage.failed(error)
                await self._pause(self._never, self._retry_seconds)
            else:
                self._outage.worked()
                return result
