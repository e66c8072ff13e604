"""How many polls came when they were due, by what the embedded store's log says."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from metrics.stores.sqlite.schema import open_reader
from metrics.stores.sqlite.writing.log import LogIndex
from poller.schedule import offset_fraction

_EARLY_SECONDS = 0.05


def share_on_time(
    path: Path, hosts: Sequence[str], *, interval: float, begin: float, end: float, patience: float
) -> float:
    """The share of the polls due from `begin` to `end` (unix seconds) that were made within `patience`.

    Of the last two intervals nothing is asked: the store may not have them yet. The log has the last 20
    minutes.
    """
    polls = _poll_times(path)
    on_time = due = 0
    for host in hosts:
        offset = offset_fraction(host) * interval
        first, last = (int((at - offset) // interval) for at in (begin, end - 2 * interval))
        late = (polls.get(host, np.empty(0)) - offset + _EARLY_SECONDS) / interval
        turns = np.floor(late)
        in_time = (late - turns) * interval <= patience + _EARLY_SECONDS
        due += last - first
        on_time += len(np.unique(turns[in_time & (turns > first) & (turns <= last)]))
    return on_time / due


def _poll_times(path: Path) -> dict[str, np.ndarray[tuple[int], np.dtype[np.float64]]]:
    """Host -> unix seconds of its polls that the store's log still has."""
    opened = open_reader(path)
    assert opened is not None
    index = LogIndex()
    index.refresh(opened.db)
    names = opened.db.execute("SELECT name, id FROM host").fetchall()
    times = {name: index.of(number, 0)["time"] / 1000 for name, number in names}
    opened.db.close()
    return times
