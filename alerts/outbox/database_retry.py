"""Asking a database that may be away: again and again, until it answers."""

import asyncio
import logging
from collections.abc import Callable
from typing import ParamSpec, TypeVar

from alerts.outbox.pause import Pause

P = ParamSpec("P")
T = TypeVar("T")

log = logging.getLogger(__name__)


class PatientDatabase:
    """Runs database work in threads; `unavailable`: the errors which say that the database is away.

    `is_away`: whether the last attempt of anybody failed; the log is told when that changes.
    """

    def __init__(
        self, pause: Pause, *, unavailable: tuple[type[Exception], ...], retry_seconds: float = 5.0
    ) -> None:
        self._pause = pause
        self._unavailable = unavailable
        self._retry_seconds = retry_seconds
        self._never = asyncio.Event()
        self.is_away = False

    async def call(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """What the work gives; tried until the database answers, so that `work` must bear repetition."""
        while True:
            try:
                result = await asyncio.to_thread(work, *args, **kwargs)
            except self._unavailable as error:
                self._failed(error)
                await self._pause(self._never, self._retry_seconds)
            else:
                self._answered()
                return result

    def _failed(self, error: Exception) -> None:
        if not self.is_away:
            log.error("alerts wait: the outbox cannot be reached: %s", error)
        self.is_away = True

    def _answered(self) -> None:
        if self.is_away:
            log.info("the outbox can be reached again")
        self.is_away = False
