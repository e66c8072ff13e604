"""Moments and spans of time as messages say them."""

from datetime import UTC, datetime

_LAST_SECOND = 253_402_300_799.0
"""The end of the year 9999, beyond which there is no calendar."""

_SPANS = ((86400, "d", 3600, "h"), (3600, "h", 60, "min"))


def moment_text(seconds: float) -> str:
    """Unix seconds as `2026-11-25 03:12 UTC`; `an unknown time` for what is no time."""
    if not 0.0 <= seconds <= _LAST_SECOND:
        return "an unknown time"
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M UTC")


def span_text(seconds: float) -> str:
    """A span in its two largest units, rounded down: `45 s`, `6 min`, `1 h 23 min`, `2 d 5 h`."""
    if not abs(seconds) <= _LAST_SECOND:
        return "an unknown time"
    whole = int(max(0.0, seconds))
    for size, unit, part_size, part_unit in _SPANS:
        if whole >= size:
            parts = whole % size // part_size
            return f"{whole // size} {unit}" + (f" {parts} {part_unit}" if parts else "")
    return f"{whole // 60} min" if whole >= 60 else f"{whole} s"


def range_text(start: float, end: float) -> str:
    """From one moment to another, the day said once where it is one: `2026-11-25 03:07 to 06:12 UTC`."""
    first, last = moment_text(start), moment_text(end)
    day = f"{first.partition(' ')[0]} "
    return f"{first.removesuffix(' UTC')} to {last.removeprefix(day)}"
