"""Pictures for a message: drawn while its rows wait; those that are not ready in time are left out."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence

from alerts.notice import Notice
from alerts.outbox.notification import Queued

Draw = Callable[[Sequence[Notice]], Awaitable[tuple[bytes, ...]]]
"""Makes PNG files for what is to be told."""

MOST_ALERTS = 10
"""More than these are told as a summary, which has no pictures."""

log = logging.getLogger(__name__)


class Drawing:
    """Draws for the rows that wait for one channel, in a task of `group`."""

    def __init__(self, group: asyncio.TaskGroup, draw: Draw) -> None:
        self._group = group
        self._draw = draw
        self._rows: tuple[int, ...] = ()
        self._task: asyncio.Task[tuple[bytes, ...]] | None = None

    def follow(self, rows: Sequence[Queued]) -> None:
        """Draw for these rows; a drawing for other rows is cancelled."""
        ids = tuple(row.id for row in rows)
        if ids == self._rows:
            return
        self.stop()
        if 0 < len(ids) <= MOST_ALERTS:
            self._rows = ids
            self._task = self._group.create_task(self._draw_or_nothing([row.notice for row in rows]))

    def pictures(self, rows: Sequence[Queued]) -> tuple[bytes, ...]:
        """The pictures for exactly these rows; none where they are not drawn yet."""
        if self._task is None or tuple(row.id for row in rows) != self._rows:
            return ()
        return self._task.result() if self._task.done() and not self._task.cancelled() else ()

    def stop(self) -> None:
        """Cancel the drawing."""
        if self._task is not None:
            self._task.cancel()
        self._task, self._rows = None, ()

    async def _draw_or_nothing(self, notices: Sequence[Notice]) -> tuple[bytes, ...]:
        try:
            return await self._draw(notices)
        except Exception:  # the edge of a delivery, which does without
            log.exception("no picture could be drawn for an alert")
            return ()
