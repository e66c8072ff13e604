"""Points of cpu, net and diskio: what has to be compared with the answer before."""

import math
from collections.abc import Callable, Sequence
from typing import ClassVar, Protocol

from metrics.catalog import METRICS
from metrics.results import Number, Point
from metrics.sampling.clock import Clock
from metrics.sampling.cpu_usage import CpuColumns
from metrics.sampling.labels import Labeller
from metrics.sampling.rates import (
    MOST_BYTES_PER_SECOND,
    MOST_PER_SECOND,
    await_ms,
    increases,
    row_rates,
    util_percent,
)
from metrics.sampling.totals import TotalRows
from metrics.sampling.wire import CounterTable, CpuTable

_ALL_CPUS = "cpu-total"


class CpuPoints:
    """Makes points of CPU times; none at a CPU's first sight, for then nothing is known of its use.

    `is_bounded`: whether the last answer said what cannot be, which was replaced or left out.
    """

    def __init__(self) -> None:
        self.labeller: Labeller[str] = Labeller("cpu")
        self.is_bounded = False
        self._columns = CpuColumns(())
        self._earlier: tuple[CpuTable, Clock] | None = None

    def points(
        self, table: CpuTable, clock: Clock, *, max_gap_seconds: float, n_cpus: int = 0
    ) -> list[Point]:
        """A point for each CPU that the answer before had too; remembers `table` for the next.

        `n_cpus`: how many the host says it has; at least those of which it has a row.
        """
        earlier, self._earlier = self._earlier, (table, clock)
        self.is_bounded = False
        # Other columns than before, as after an update of psutil: there is nothing to subtract.
        if earlier is None or earlier[0].names != table.names:
            return []
        elapsed = clock.seconds_since(earlier[1], at_most=max_gap_seconds)
        if elapsed is None:
            return []
        if self._columns.names != table.names:
            self._columns = CpuColumns(table.names)
        columns, before = self._columns, earlier[0].rows
        columns.is_bounded = False
        n_cpus = max(n_cpus, len(table.rows) - (_ALL_CPUS in table.rows))
        labels = self.labeller.labels(table.rows.keys())
        points = []
        for raw, row in table.rows.items():
            own, previous = labels[raw], before.get(raw)
            if own is not None and previous is not None:
                most = elapsed if raw != _ALL_CPUS else elapsed * n_cpus if n_cpus else math.inf
                usage = columns.usage(previous, row, most=most)
                if usage is not None:
                    points.append(Point("cpu", own, dict(zip(columns.fields, usage, strict=True))))
        self.is_bounded = columns.is_bounded
        return points

    def forget(self) -> None:
        """Take no figures from what was said before."""
        self._earlier = None


class Columns(Protocol):
    """What can be derived from rows with certain columns, in `derived_fields`.

    `total_field`: the name of the figure that says whether a row is one of those that make the total.
    """

    total_field: ClassVar[str]
    names: tuple[str, ...]
    derived_fields: tuple[str, ...]
    idle: list[float]  # what is derived of a row that did not change

    def derived(self, previous: Sequence[int], row: Sequence[int], elapsed: float) -> list[float] | None:
        """The derived figures between two rows `elapsed` seconds apart; None after a reset."""


class NetColumns:
    """A rate for each counter of an interface."""

    total_field: ClassVar[str] = "external"

    def __init__(self, names: tuple[str, ...]) -> None:
        self.names = names
        self.derived_fields = tuple(f"{name}_per_second" for name in names)
        self.idle = [0.0] * len(self.derived_fields)
        self._most = _most("net", self.derived_fields)

    def derived(self, previous: Sequence[int], row: Sequence[int], elapsed: float) -> list[float] | None:
        """The counters' rates."""
        grown = increases(previous, row)
        return None if grown is None else row_rates(grown, elapsed, self._most)


class DiskioColumns:
    """Rates of requests and bytes, the busy share and the mean wait of a disk, as far as it has them."""

    total_field: ClassVar[str] = "whole"

    def __init__(self, names: tuple[str, ...]) -> None:
        self.names = names
        rates = tuple(f"{name}_per_second" for name in names if f"diskio.{name}_per_second" in METRICS)
        self._most = _most("diskio", rates)
        # Rates come first among the columns, the one gauge comes last.
        self._n_rates = len(rates)
        self._n_counters = len(names) - ("iops_in_progress" in names)
        self._io_time = names.index("io_time") if "io_time" in names else None
        waits = ("read_time", "write_time", "reads", "writes")
        self._waits = [names.index(name) for name in waits] if set(waits) <= set(names) else None
        util = () if self._io_time is None else ("util_percent",)
        self.derived_fields = (*rates, *util, *(() if self._waits is None else ("await_ms",)))
        self.idle = [0.0] * len(self.derived_fields)

    def derived(self, previous: Sequence[int], row: Sequence[int], elapsed: float) -> list[float] | None:
        """The rates, then util_percent and await_ms if known."""
        grown = increases(previous[: self._n_counters], row[: self._n_counters])
        if grown is None:
            return None
        figures = row_rates(grown[: self._n_rates], elapsed, self._most)
        if figures is None:
            return None
        if self._io_time is not None:
            figures.append(util_percent(grown[self._io_time], elapsed))
        if self._waits is not None:
            read_time, write_time, reads, writes = self._waits
            wait = await_ms(grown[read_time] + grown[write_time], grown[reads] + grown[writes])
            if wait is None:
                return None
            figures.append(wait)
        return figures


def _most(measurement: str, fields: Sequence[str]) -> tuple[float, ...]:
    units = (METRICS[f"{measurement}.{field}"].unit for field in fields)
    return tuple(MOST_BYTES_PER_SECOND if unit == "bytes_per_second" else MOST_PER_SECOND for unit in units)


class CounterPoints:
    """Makes points of counters: the counters as they are, and what is derived where a row is known."""

    def __init__(
        self,
        measurement: str,
        columns: type[NetColumns] | type[DiskioColumns],
        is_likely_total: Callable[[str], bool],
    ) -> None:
        self.labeller: Labeller[str] = Labeller(measurement)
        self._measurement = measurement
        self._make_columns = columns
        self._columns: Columns = columns(())
        self._totals = TotalRows(is_likely_total)
        self._earlier: tuple[CounterTable, Clock] | None = None

    def points(self, table: CounterTable, clock: Clock, *, max_gap_seconds: float) -> list[Point]:
        """A point for each row; remembers `table` for the next time."""
        before, elapsed = self._before(table, clock, max_gap_seconds)
        names, columns = table.names, self._columns
        labels = self.labeller.labels(table.rows.keys())
        total_rows, total_field = self._totals.among(table.rows.keys(), table.total_of), columns.total_field
        points = []
        for raw, row in table.rows.items():
            own = labels[raw]
            if own is None:
                continue
            fields: dict[str, Number] = dict(zip(names, row, strict=True))
            fields[total_field] = 1 if raw in total_rows else 0
            previous = before.get(raw)
            if previous is not None:
                # Most disks and interfaces of a host stand still, and comparing is cheaper than computing.
                derived = columns.idle if row == previous else columns.derived(previous, row, elapsed)
                if derived is not None:
                    fields.update(zip(columns.derived_fields, derived, strict=True))
            points.append(Point(self._measurement, own, fields))
        return points

    def forget(self) -> None:
        """Take no figures from what was said before."""
        self._earlier = None

    def _before(
        self, table: CounterTable, clock: Clock, max_gap_seconds: float
    ) -> tuple[dict[str, list[int]], float]:
        """The rows to compare with (none if the answer before is of no use) and the seconds since."""
        earlier, self._earlier = self._earlier, (table, clock)
        if self._columns.names != table.names:
            self._columns = self._make_columns(table.names)
        if earlier is None or earlier[0].names != table.names:
            return {}, 0.0
        elapsed = clock.seconds_since(earlier[1], at_most=max_gap_seconds)
        return ({}, 0.0) if elapsed is None else (earlier[0].rows, elapsed)
