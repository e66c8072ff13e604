"""Values put into the buckets of a step here, where that is quicker than having the server do it."""

from collections.abc import Callable, Iterable

from metrics.results import Number
from metrics.store import Aggregate

Values = dict[int, Number | None]
"""Bucket's start in ms -> value."""

FINEST_STEP = 5_000
"""ms: up to this step most buckets have one value, and a server takes five times as long to fill them as to
give the values."""


def put_in_buckets(rows: Iterable[tuple[int, Number | None]], step: int, aggregate: Aggregate) -> Values:
    """Rows of (ms, value), ascending, in buckets of `step` ms; those without a value are left out."""
    pairs = [(at - at % step, value) for at, value in rows if value is not None]
    single: Values = dict(pairs)
    if len(single) == len(pairs):
        return single
    groups: dict[int, list[Number]] = {}
    for at, value in pairs:
        groups.setdefault(at, []).append(value)
    function = _FUNCTIONS[aggregate]
    return {at: function(values) for at, values in groups.items()}


def _mean(values: list[Number]) -> Number:
    return sum(map(float, values)) / len(values)


def _last(values: list[Number]) -> Number:
    return values[-1]


_FUNCTIONS: dict[Aggregate, Callable[[list[Number]], Number]] = {
    Aggregate.MEAN: _mean,
    Aggregate.MIN: min,
    Aggregate.MAX: max,
    Aggregate.LAST: _last,
}
