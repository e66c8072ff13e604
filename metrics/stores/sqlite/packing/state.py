"""What is last known of a host, from its state at the last packing and the log's newer rows."""

from collections.abc import Mapping

import numpy as np

from metrics.stores.latest_state import LatestHostState
from metrics.stores.sqlite.formats.arrays import I64
from metrics.stores.sqlite.formats.rows import StateCodec
from metrics.stores.sqlite.schema import FACTS, OK, TOP
from metrics.stores.sqlite.writing.layouts import Layouts
from metrics.stores.sqlite.writing.log import Entries


def telling_rows(entries: Entries, layouts: Layouts) -> list[int]:
    """Positions of the few among a host's entries (by time, not empty) that make its latest state.

    The newest of all, of each flag and of each measurement: disks that are measured once a minute are in the
    latest state between two measurements too.
    """
    positions = {len(entries) - 1}
    for flag in (OK, TOP, FACTS):
        flagged = np.flatnonzero(entries["flags"] & flag)
        if len(flagged):
            positions.add(int(flagged[-1]))
    return sorted(positions | _newest_of_each_measurement(entries, layouts))


def _newest_of_each_measurement(entries: Entries, layouts: Layouts) -> set[int]:
    # Backwards, since np.unique tells of each layout where it occurs first.
    ids, last = np.unique(entries["layout"][::-1], return_index=True)
    order = np.argsort(last, kind="stable")
    positions: set[int] = set()
    covered: set[str] = set()
    for layout_id, from_end in zip(ids[order].tolist(), last[order].tolist(), strict=True):
        measurements = layouts.get(layout_id).measurements
        if not measurements <= covered:
            covered |= measurements
            positions.add(len(entries) - 1 - from_end)
    return positions


def take_rows(
    state: LatestHostState,
    entries: Entries,
    numbers: Mapping[int, bytes],
    extras: Mapping[int, bytes],
    *,
    layouts: Layouts,
    codec: StateCodec,
) -> None:
    """Bring the telling rows of a host (entries by time, not empty) into its state."""
    for at in telling_rows(entries, layouts):
        row = int(entries["id"][at])
        points = layouts.get(int(entries["layout"][at])).points(numbers[row])
        state.take(int(entries["time"][at]), codec.decode_extra(extras.get(row)), points)


def telling_ids(entries: Entries, layouts: Layouts) -> I64:
    """The ids of the telling rows, ascending."""
    ids: I64 = np.sort(entries["id"][telling_rows(entries, layouts)])
    return ids
