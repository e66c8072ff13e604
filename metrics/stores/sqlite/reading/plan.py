"""Which level of detail answers which part of a question's time."""

from dataclasses import dataclass
from itertools import pairwise

from metrics.stores.retention import Retention
from metrics.stores.sqlite.levels import BY_MINUTE, BY_QUARTER, LEVELS, RAW, SECOND, Level


@dataclass(frozen=True, slots=True)
class Part:
    """A part of the time, in ms, and the level to read there."""

    level: Level
    start: int
    end: int


def first_times(retention: Retention, now: float) -> dict[Level, int]:
    """The time in ms from which on each level is read, whole quarters of an hour."""
    quarter = BY_QUARTER.period
    keep_seconds = {RAW: retention.raw, BY_MINUTE: retention.minute, BY_QUARTER: retention.quarter}
    return {level: -int(-(now - keep) * SECOND // quarter) * quarter for level, keep in keep_seconds.items()}


def plan(start: int, end: int, step: int, since: dict[Level, int]) -> list[Part]:
    """The parts of the time, ascending: each from the coarsest level that divides the step.

    Where only levels are left that do not divide it, the finest of these; where none is left, no part.
    """
    cuts = sorted({start, end, *(cut for cut in since.values() if start < cut < end)})
    parts: list[Part] = []
    for begin, until in pairwise(cuts):
        level = _level(step, [level for level in LEVELS if since[level] <= begin])
        if level is None:
            continue
        if parts and parts[-1].level is level:
            begin = parts.pop().start
        parts.append(Part(level, begin, until))
    return parts


def _level(step: int, levels: list[Level]) -> Level | None:
    dividing = [level for level in levels if step % level.period == 0]
    if dividing:
        return dividing[-1]
    return levels[0] if levels else None
