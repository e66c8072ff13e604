"""Tells the live stream of every change of an alert, whichever process made it."""

import asyncio
import logging
import time
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from alerts.history.filter import OPEN, AlertFilter
from alerts.history.repository import AlertRepository
from alerts.history.view import alert_view
from alerts.silences.book import SilenceBook
from alerts.tables import AlertRow
from foundation.database.errors import DatabaseUnusable
from foundation.mishaps import Mishaps
from foundation.outage import Outage

CANCELLED = "cancelled"
"""The state of a pending alert whose condition ended before it fired."""

_LOOK_SECONDS = 1.0
_PART = "alert news"
_MOST_OPEN = 100_000

log = logging.getLogger(__name__)


class AlertNews:
    """Looks once a second for alerts that changed.

    `publish` is given the alert's host and the alert as the API shows it. `open_alerts`: those that are
    pending or firing, by id.
    """

    def __init__(
        self,
        book: AlertRepository,
        silences: SilenceBook,
        publish: Callable[[str, Mapping[str, Any]], None],
        *,
        clock: Callable[[], float] = time.time,
        mishaps: Mishaps | None = None,
    ) -> None:
        self._mishaps = mishaps or Mishaps(log)
        self._mishaps.expect(_PART)
        self._book = book
        self._silences = silences
        self._publish = publish
        self._clock = clock
        self._revision: int | None = None
        self.open_alerts: dict[int, AlertRow] = {}

    async def run(self) -> None:
        """Look until cancelled."""
        outage = Outage(log, begins="news of alerts wait", ends="news of alerts come again")
        while True:
            with self._mishaps.survived(_PART):
                try:
                    await self.look()
                except DatabaseUnusable as error:
                    outage.failed(error)
                else:
                    outage.worked()
            await asyncio.sleep(_LOOK_SECONDS)

    async def look(self) -> None:
        """Tell what is new since the last look; the first one only learns what there is."""
        revision = await asyncio.to_thread(self._book.revision)
        if self._revision is None:
            open_filter = AlertFilter(states=OPEN)
            rows, _ = await asyncio.to_thread(self._book.page, open_filter, limit=_MOST_OPEN)
            self._take(rows)
        elif revision != self._revision:
            changes = await asyncio.to_thread(self._book.changed_since, self._revision)
            self._take(changes.rows)
            self._drop_cancelled(changes.open_ids)
            for row in changes.rows:
                self._publish(row.host, alert_view(row, silences=self._silences, now=self._clock()))
            revision = changes.revision
        self._revision = revision

    def _take(self, rows: Iterable[AlertRow]) -> None:
        for row in rows:
            if row.id is None:
                continue
            if row.state in OPEN:
                self.open_alerts[row.id] = row
            else:
                self.open_alerts.pop(row.id, None)

    def _drop_cancelled(self, open_ids: frozenset[int]) -> None:
        for number in self.open_alerts.keys() - open_ids:
            row = self.open_alerts.pop(number)
            view = alert_view(row, silences=self._silences, now=self._clock())
            self._publish(row.host, view | {"state": CANCELLED})
