"""What is last known of a host, from its state at the last packing and the log's newer rows."""

from collections.abc import Mapping, Sequence

import msgspec
import numpy as np

from metrics.results import Outcome, Point, TopProcesses
from metrics.sqlite.arrays import I64
from metrics.sqlite.layouts import Layouts
from metrics.sqlite.log import FACTS, OK, TOP, Entries, Extra
from metrics.store import Latest


class HostState(msgspec.Struct, omit_defaults=True):
    """What is last known of a host; times in ms, each part with its own."""

    time: int = -1
    outcome: Outcome = Outcome.OK
    detail: str = ""
    ok_time: int = -1
    errors: dict[str, str] = {}
    top_time: int = -1
    top: TopProcesses | None = None
    facts_time: int = -1
    facts: dict[str, object] | None = None
    measurements: dict[str, tuple[int, tuple[Point, ...]]] = {}

    def take(self, time: int, extra: Extra, points: Sequence[Point]) -> None:
        """Take in one answer; what is newer already stays."""
        if time > self.time:
            self.time, self.outcome, self.detail = time, extra.outcome, extra.detail
        if extra.outcome is Outcome.OK and time > self.ok_time:
            self.ok_time, self.errors = time, extra.errors
        if extra.top is not None and time > self.top_time:
            self.top_time, self.top = time, extra.top
        if extra.facts is not None and time > self.facts_time:
            self.facts_time, self.facts = time, extra.facts
        self._take_points(time, points)

    def _take_points(self, time: int, points: Sequence[Point]) -> None:
        new: dict[str, list[Point]] = {}
        for point in points:
            if point.fields:
                new.setdefault(point.measurement, []).append(point)
        for measurement, group in new.items():
            known = self.measurements.get(measurement)
            if known is None or time > known[0]:
                self.measurements[measurement] = (time, tuple(group))

    def latest(self, host: str, tags: dict[str, str]) -> Latest:
        """The state as the store gives it."""
        return Latest(
            host=host,
            time=self.time / 1000,
            ok_time=self.ok_time / 1000 if self.ok_time >= 0 else None,
            outcome=self.outcome,
            detail=self.detail,
            tags=tags,
            points=tuple(point for _, points in self.measurements.values() for point in points),
            errors=self.errors,
            top=self.top,
            facts=self.facts,
        )


class StateCodec:
    """Encodes and decodes states and extras; one for each thread."""

    def __init__(self) -> None:
        self._encoder = msgspec.msgpack.Encoder()
        self._states = msgspec.msgpack.Decoder(HostState)
        self._extras = msgspec.msgpack.Decoder(Extra)

    def encode(self, state: HostState) -> bytes:
        """A state as the database keeps it."""
        return self._encoder.encode(state)

    def decode(self, state: bytes | None) -> HostState:
        """A kept state, or an empty one."""
        return HostState(measurements={}) if state is None else self._states.decode(state)

    def decode_extra(self, extra: bytes | None) -> Extra:
        """The extra of a row; most rows have none."""
        return _NOTHING if extra is None else self._extras.decode(extra)


_NOTHING = Extra()


def telling_rows(entries: Entries, layouts: Layouts) -> list[int]:
    """Positions of the few among a host's entries (by time, not empty) that make its latest state."""
    wanted = {len(entries) - 1}
    for flag in (OK, TOP, FACTS):
        having = np.flatnonzero(entries["flags"] & flag)
        if len(having):
            wanted.add(int(having[-1]))
    return sorted(wanted | _newest_of_each_measurement(entries, layouts))


def _newest_of_each_measurement(entries: Entries, layouts: Layouts) -> set[int]:
    ids, last = np.unique(entries["layout"][::-1], return_index=True)
    order = np.argsort(last, kind="stable")
    found: set[int] = set()
    covered: set[str] = set()
    for layout_id, from_end in zip(ids[order].tolist(), last[order].tolist(), strict=True):
        measurements = layouts.get(layout_id).measurements
        if not measurements <= covered:
            covered |= measurements
            found.add(len(entries) - 1 - from_end)
    return found


def take_rows(
    state: HostState,
    entries: Entries,
    numbers: Mapping[int, bytes],
    extras: Mapping[int, bytes],
    *,
    layouts: Layouts,
    codec: StateCodec,
) -> None:
    """Take the telling rows of a host (entries by time, not empty) into its state."""
    for at in telling_rows(entries, layouts):
        row = int(entries["id"][at])
        points = layouts.get(int(entries["layout"][at])).points(numbers[row])
        state.take(int(entries["time"][at]), codec.decode_extra(extras.get(row)), points)


def telling_ids(entries: Entries, layouts: Layouts) -> I64:
    """The ids of the telling rows, ascending."""
    ids: I64 = np.sort(entries["id"][telling_rows(entries, layouts)])
    return ids
