"""Observations of one series, put into the buckets of a step."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from metrics.results import Number
from metrics.store import Aggregate
from metrics.stores.sqlite.formats.arrays import F64, I64, Values
from metrics.stores.sqlite.formats.frames import EXCESS, LAST, LOW, SPAN

STATS = {Aggregate.MEAN: EXCESS, Aggregate.MIN: LOW, Aggregate.MAX: SPAN, Aggregate.LAST: LAST}
"""The column of a rollup that an aggregate needs, see frames.py."""


@dataclass(frozen=True, slots=True, eq=False)
class Observations:
    """Values (of one aggregate) at times in ms, ascending, and how many measurements each stands for."""

    times: I64
    values: Values
    counts: I64


def join_observations(parts: Sequence[Observations]) -> Observations:
    """Observations in order of time; of raw ones with the same time the first part's is kept."""
    times = np.concatenate([part.times for part in parts])
    values = np.concatenate([part.values for part in parts])
    counts = np.concatenate([part.counts for part in parts])
    if (np.diff(times) > 0).all():
        return Observations(times, values, counts)
    order = np.argsort(times, kind="stable")
    times, values, counts = times[order], values[order], counts[order]
    # A rollup has its bucket's start as its time, which a raw value may have too: then both count.
    keep = np.append(True, (np.diff(times) > 0) | (counts[1:] > 1) | (counts[:-1] > 1))
    return Observations(times[keep], values[keep], counts[keep])


def spacing_seconds(observations: Observations) -> float:
    """The usual time between two observations, 0 where there are fewer than two."""
    return float(np.median(np.diff(observations.times))) / 1000 if len(observations.times) > 1 else 0.0


@dataclass(frozen=True, slots=True, eq=False)
class Buckets:
    """The values of those buckets (counted from 0) that have one, ascending."""

    at: I64
    values: Values

    def spread(self, count: int) -> list[Number | None]:
        """One value for each of `count` buckets, None where there is none."""
        if len(self.at) == count:
            return self.values.tolist()  # type: ignore[no-any-return]
        out: list[Number | None] = [None] * count
        for bucket, value in zip(self.at.tolist(), self.values.tolist(), strict=True):
            out[bucket] = value
        return out


def put_in_buckets(observations: Observations, aggregate: Aggregate, *, start: int, step: int) -> Buckets:
    """The observations (all from `start` on) in buckets of `step` ms from `start` on."""
    at = (observations.times - start) // step
    edges = np.flatnonzero(np.diff(at, prepend=-1))
    return Buckets(at[edges], _aggregate(observations, aggregate, edges))


def _aggregate(observations: Observations, aggregate: Aggregate, edges: I64) -> Values:
    values = observations.values
    match aggregate:
        case Aggregate.MIN:
            return np.minimum.reduceat(values, edges)
        case Aggregate.MAX:
            return np.maximum.reduceat(values, edges)
        case Aggregate.LAST:
            last: Values = values[np.append(edges[1:], len(values)) - 1]
            return last
    return _mean(values.astype(np.float64), observations.counts, edges)


def _mean(values: F64, counts: I64, edges: I64) -> F64:
    if len(edges) == len(values):
        return values
    totals = np.add.reduceat(counts, edges)
    if np.abs(values).max() < 1e290:
        sums: F64 = np.add.reduceat(values * counts, edges)
        return sums / totals
    # The sum could be larger than any double; the mean is not.
    sizes = np.diff(edges, append=len(values))
    means: F64 = np.add.reduceat(values * (counts / np.repeat(totals, sizes)), edges)
    return means
