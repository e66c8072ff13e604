"""The choice of a history's step: the width of its buckets."""

from metrics.errors import TooManyPoints
from metrics.store import MAX_POINTS

STEPS = (
    1.0, 2.0, 5.0, 10.0, 15.0, 30.0,
    60.0, 120.0, 300.0, 600.0, 900.0, 1800.0,
    3600.0, 7200.0, 10800.0, 21600.0, 43200.0,
    86400.0, 604800.0,
)  # fmt: skip
"""The steps that people expect, in seconds, ascending."""

MAX_BUCKETS = 720
"""The most buckets that a chosen step gives (one more where the range does not start on a bucket)."""

_TOLERANCE = 0.9
"""Polls come a little early and late: data every 60.2 s still fits a step of 60 s."""


def choose_step(span: float, spacing: float = 0.0) -> float:
    """The smallest usual step for `span` seconds of data that come every `spacing` seconds."""
    least = max(span / MAX_BUCKETS, spacing * _TOLERANCE)
    for step in STEPS:
        if step >= least:
            return step
    weeks = -(-least // STEPS[-1])
    return float(weeks * STEPS[-1])


def bucket_range(start: float, end: float, step: float) -> tuple[int, int, int]:
    """(first bucket's start, last bucket's end, step) in ms: whole buckets around start and end.

    A bucket is always whole, whatever the range's edges, so that a value does not change with them.
    """
    step_ms = max(1, round(step * 1000))
    first = int(start * 1000 // step_ms) * step_ms
    last = -int(-end * 1000 // step_ms) * step_ms
    return first, max(first, last), step_ms


def check_size(buckets: int, series: int, limit: int = MAX_POINTS) -> None:
    """Raise TooManyPoints where the answer would have more than `limit` points."""
    if buckets * series > limit:
        raise TooManyPoints(buckets * series, limit)
