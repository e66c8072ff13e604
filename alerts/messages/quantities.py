"""Values and thresholds as messages say them."""

import math
import re

from foundation.display.numbers import value_text
from foundation.display.text import clean_text

MAX_WORD_CHARACTERS = 200
"""The most that is shown of one piece of text from outside, such as a label's value."""

_HUGE = 1e21
_LONG = 1e15
_MOST = 1e300
_ZEROS = re.compile(r"(?<=\d)\.0+(?!\d)")


def quantity_text(value: float | str | None, unit: str) -> str:
    """A value in `unit` (of `metrics.catalog.UNITS`, or ""): `93.2 %`, `1.50 GiB`; text as it is."""
    if value is None:
        return "unknown"
    if isinstance(value, str):
        return clean_text(value, limit=MAX_WORD_CHARACTERS)
    if not math.isfinite(value):
        return "unknown"
    if unit in ("", "bool") or abs(value) >= _HUGE:
        return number_text(value)
    return value_text(value, unit)


def threshold_text(threshold: float | str | None, unit: str) -> str:
    """As `quantity_text`, without the zeros that nobody wrote: `90 %`."""
    return _ZEROS.sub("", quantity_text(threshold, unit))


def number_text(value: float) -> str:
    """A bare number: whole ones up to 15 digits in full, others with four digits or one after the point."""
    size = min(max(value, -_MOST), _MOST)
    if size != size:  # not a number
        return "unknown"
    if abs(size) >= _LONG:
        return f"{float(size):.4g}"
    if size == int(size):
        return str(int(size))
    return f"{size:.1f}" if abs(size) >= 1000 else f"{size:.4g}"
