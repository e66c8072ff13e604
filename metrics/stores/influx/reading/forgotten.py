"""Hosts that were forgotten on a server that cannot delete: nothing from before that is given back."""

import time
from collections.abc import Callable

from metrics.stores.influx.names import stored_text
from metrics.stores.influx.reading.asker import Asker, Table
from metrics.stores.influx.reading.influxql import select
from metrics.stores.influx.writing.lines import line_prefix
from metrics.stores.influx.writing.state_line import MEASUREMENT

REFRESH_SECONDS = 10.0
"""How old what another process has forgotten may be."""

_STATEMENT = select('last("forgotten_until") AS "until"', MEASUREMENT, then='GROUP BY "host"')


class Forgotten:
    """Host -> ms: everything of the host up to then is forgotten."""

    def __init__(self, asker: Asker, *, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._asker = asker
        self._monotonic = monotonic
        self._until: dict[str, int] = {}
        self._read_at: float | None = None

    def until(self, host: str) -> int | None:
        """The last moment (ms) of a host that is forgotten, or None."""
        return self._until.get(stored_text(host))

    def add(self, host: str, until: int) -> None:
        """Note what this process has written."""
        self._until[stored_text(host)] = until

    async def refresh(self) -> None:
        """Read what is not known yet, every REFRESH_SECONDS; raises StoreError's kinds."""
        now = self._monotonic()
        if self._read_at is None or now - self._read_at >= REFRESH_SECONDS:
            moments = await self._asker.ask(_STATEMENT, _read_moments)
            for host, until in moments.items():
                self._until[host] = max(until, self._until.get(host, until))
            self._read_at = now


def tombstone(host: str, until: int) -> str:
    """The line that says that a host is forgotten up to `until` (ms)."""
    return f"{line_prefix(MEASUREMENT, {'host': host})} forgotten_until={until}i {until * 1_000_000}"


def _read_moments(tables: list[Table]) -> dict[str, int]:
    moments: dict[str, int] = {}
    for record in (record for table in tables for record in table.records()):
        host, until = str(record.get("host")), record.get("until")
        if isinstance(until, int | float):
            moments[host] = max(int(until), moments.get(host, int(until)))
    return moments
