"""The levels of detail, how large their blocks are and when a host's turn comes."""

import zlib
from dataclasses import dataclass

SECOND = 1000
"""In ms, as all times within this package."""

MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR

WINDOW = 10 * MINUTE
"""What is packed at once from the log; windows start at multiples of it."""


@dataclass(frozen=True, slots=True)
class Level:
    """A level of detail: a value every `period` ms (1: as measured); blocks of `small`, later `large` ms."""

    number: int
    period: int
    small: int
    large: int


RAW = Level(0, 1, WINDOW, 2 * HOUR)
BY_MINUTE = Level(1, MINUTE, 2 * HOUR, DAY)
BY_QUARTER = Level(2, 15 * MINUTE, 2 * HOUR, 2 * DAY)
LEVELS = (RAW, BY_MINUTE, BY_QUARTER)


def stagger(host: str) -> float:
    """A host's place in a period, from 0 to 1, so that not all hosts' work is due at once."""
    return zlib.crc32(host.encode()) / 2**32


def packable_until(now: int, place: float) -> int:
    """The time before which a host's log rows are due to be packed."""
    return int(now - place * WINDOW) // WINDOW * WINDOW


def compactable_until(now: int, place: float, level: Level) -> int:
    """The time before which a host's small blocks are due to become large ones."""
    # Small blocks are complete a window later for raw, a large raw block and its stagger later for rollups.
    complete = 2 * WINDOW if level is RAW else 2 * RAW.large + 2 * WINDOW
    return int(now - complete - place * (level.large - level.small)) // level.large * level.large


def next_turn(now: int, place: float) -> int:
    """When a host's turn comes after `now`."""
    # Each host at its own place in the window: a thousand turns at once would hold up what is written.
    shift = int(place * WINDOW)
    return ((now - shift) // WINDOW + 1) * WINDOW + shift
