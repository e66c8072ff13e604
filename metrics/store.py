"""The seam between those who write and read metrics and the databases that keep them.

Every store passes the one contract suite in tests/metrics/store_contract.py.
"""

from collections.abc import Iterable, Sequence
from enum import StrEnum
from typing import Protocol

import msgspec

from metrics.results import Labels, Number, Outcome, Point, PollResult, TopProcesses

MAX_POINTS = 5_000_000
"""The most points that one answer may hold, unless the question says fewer."""


class Aggregate(StrEnum):
    """How the values within one step become one."""

    MEAN = "mean"
    MIN = "min"
    MAX = "max"
    LAST = "last"


class HistoryQuery(msgspec.Struct, frozen=True, kw_only=True):
    """A question for history.

    `metric`: `measurement.field`. `start` (inclusive) and `end` (exclusive): unix seconds.
    `step`: seconds, a bucket's width, or None for the store's choice (at most about 720 buckets, never
    finer than the data). `labels`: only series that have all of these. `max_points`: an answer with more
    raises TooManyPoints, before it is made.
    """

    hosts: tuple[str, ...]
    metric: str
    start: float
    end: float
    step: float | None = None
    aggregate: Aggregate = Aggregate.MEAN
    labels: Labels = ()
    max_points: int = MAX_POINTS


class Series(msgspec.Struct, frozen=True, kw_only=True):
    """One line of history: `points` is (bucket start in unix seconds, value or None), ascending.

    Buckets start at multiples of the step. A bucket without data is None, so that a gap is drawn as a
    gap; leading and trailing buckets outside the data are there too, as None.
    """

    host: str
    labels: Labels
    points: tuple[tuple[float, Number | None], ...]


class History(msgspec.Struct, frozen=True, kw_only=True):
    """The answer to a `HistoryQuery`: the step in seconds that was used, series by host and labels."""

    step: float
    series: tuple[Series, ...]


class Latest(msgspec.Struct, frozen=True, kw_only=True):
    """What is last known of a host.

    `outcome`, `detail` and `time` (unix seconds) are of the last poll, failed or not; `points`, `errors`,
    `top` and `facts` are of the last that gave them (each measurement at its own last time). `ok_time`
    is of the last good poll. `tags` are those of the last poll.
    """

    host: str
    time: float
    ok_time: float | None
    outcome: Outcome
    detail: str
    tags: dict[str, str]
    points: tuple[Point, ...]
    errors: dict[str, str]
    top: TopProcesses | None
    facts: dict[str, object] | None


class MetricStore(Protocol):
    """Keeps poll results and gives them back. Not one of its methods blocks the event loop.

    Errors: `metrics.errors.StoreError` and its kinds.
    """

    @property
    def problem(self) -> str | None:
        """What it cannot keep of the results it takes, for people; None where all is well."""

    async def write(self, results: Sequence[PollResult]) -> None:
        """Keep a batch; when this returns it survives the process being killed."""

    async def history(self, query: HistoryQuery) -> History:
        """The values of one metric over time, of several hosts."""

    async def latest(self, hosts: Iterable[str] | None = None) -> list[Latest]:
        """What is last known of these hosts (all that ever gave a result if None), by name."""

    async def label_sets(self, host: str, measurement: str) -> list[Labels]:
        """The label sets that a host has had within the retention, sorted."""

    async def maintain(self, now: float) -> None:
        """Do background work due at `now` (unix seconds): packing, rollups, retention. Bounded in time."""

    async def forget(self, host: str) -> None:
        """Delete everything of a host."""

    async def close(self) -> None:
        """Close connections and threads; what was written stays."""
