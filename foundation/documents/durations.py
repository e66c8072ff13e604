"""Durations as people write them: 500ms, 5s, 5m, 1h, 2d, 1y (365 days); a bare number is seconds."""

import re
import sys

from foundation.documents.errors import ValueInvalid
from foundation.documents.report import shown

_UNIT_SECONDS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0, "y": 31_536_000.0}
_SECONDS_UNITS = (("d", 86400), ("h", 3600), ("m", 60), ("s", 1))

DURATION_PATTERN = r"^([0-9]{1,12}(?:\.[0-9]{1,9})?)(ms|s|m|h|d|y)?$"
"""A regular expression that every duration in text matches."""

_DURATION = re.compile(DURATION_PATTERN)


def parse_duration(value: object) -> float:
    """Seconds. Takes text or a number; raises ValueInvalid for anything else, also for negative ones."""
    if isinstance(value, str):
        return _parse_text(value)
    if isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= sys.float_info.max:
        return float(value)
    raise _invalid(value)


def _parse_text(text: str) -> float:
    match = _DURATION.fullmatch(text)
    if match is None:
        raise _invalid(text)
    number, unit = match.groups()
    return round(float(number) * _UNIT_SECONDS[unit or "s"], 9)


def _invalid(value: object) -> ValueInvalid:
    return ValueInvalid(f"must be a duration such as 500ms, 5s, 5m, 1h or 2d, not {shown(value)}")


def format_duration(seconds: float) -> str:
    """The shortest way to write it: 90 is `90s`, 300 is `5m`, 0.5 is `500ms`."""
    if seconds == 0:
        return "0s"
    for unit, size in _SECONDS_UNITS:
        if seconds % size == 0:
            return f"{int(seconds // size)}{unit}"
    return f"{seconds * 1000:g}ms" if seconds < 1 else f"{seconds:g}s"
