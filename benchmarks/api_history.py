"""The history that the API's benchmark asks for: simulated polls up to now, in the store of an installation.

Not all of 1,000 hosts have 24 h, which would take an hour to write: a question reads one host's blocks by an
index, so that what the other hosts have matters by the log that they share, and all are in that one.
"""

import time
from collections.abc import Sequence
from pathlib import Path

from benchmarks.store_traffic import Polled, by_second, replayed_hosts
from metrics.stores.retention import DAY
from metrics.stores.sqlite.store import SqliteStore

HOSTS = 1000
DAY_HOSTS = 12
"""So many have every answer of 24 h."""

MONTH_HOSTS = 2
"""So many of these have an answer a minute of the 29 days before: as many rollups as with one every 5 s."""

_LOG_HOURS = 0.35
"""So long all hosts have every answer: a little more than the log ever holds."""

_WINDOW = 600.0
_HOUR = 3600.0


class _Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


async def fill(path: Path) -> list[str]:
    """Write the history at `path`, up to now; the names of all hosts, those with most history first."""
    hosts = replayed_hosts(HOSTS)
    clock = _Clock()
    store = await SqliteStore.open(path, clock=clock)
    end = time.time() // _WINDOW * _WINDOW
    await _month(store, clock, hosts[:MONTH_HOSTS], end)
    day_hours = 24 - _LOG_HOURS
    for some, hours, start in (
        (hosts[:DAY_HOSTS], day_hours, end - DAY),
        (hosts, _LOG_HOURS, end - _LOG_HOURS * _HOUR),
    ):
        for clock.now, batch in by_second(some, hours, start=start):
            await store.write(batch)
            await store.maintain(clock.now)
    await store.close()
    return [host.name for host in hosts]


async def _month(store: SqliteStore, clock: _Clock, hosts: Sequence[Polled], end: float) -> None:
    for begin in range(int(end - 30 * DAY), int(end - DAY), int(_WINDOW)):
        times = [begin + minute * 60.0 for minute in range(int(_WINDOW / 60))]
        await store.write([host.poll(at) for at in times for host in hosts])
        clock.now = begin + _WINDOW
        await store.maintain(clock.now)
