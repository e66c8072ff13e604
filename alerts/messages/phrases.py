"""How messages say values, times, names and comparisons: `disk 93.2 % full on /var (over 90 %)`."""

import math
import operator
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from types import MappingProxyType

from alerts.messages.authored import cut, is_mark, parts
from alerts.notice import Reading
from foundation.display.numbers import value_text
from foundation.display.text import clean_text
from metrics.catalog import METRICS

POLLER = "monctl"
"""What messages call the poller itself, which has no host name."""

MAX_NAME_CHARACTERS = 253
MAX_SENTENCE_CHARACTERS = 1000
MAX_WORD_CHARACTERS = 200
"""The most that is shown of one piece of text from outside, such as a label's value."""

_HUGE = 1e21
_LONG = 1e15
_MOST = 1e300
_ZEROS = re.compile(r"(?<=\d)\.0+(?!\d)")

_LAST_SECOND = 253_402_300_799.0
"""The end of the year 9999, beyond which there is no calendar."""

_SPANS = ((86400, "d", 3600, "h"), (3600, "h", 60, "min"))

OPERATORS: Mapping[str, str] = MappingProxyType(
    {">": "over", ">=": "at least", "<": "under", "<=": "at most", "==": "equal to", "!=": "other than"}
)
"""How a comparison is said before its threshold."""

_PLACES = ("path", "interface", "name", "sensor", "cpu")
"""The labels that say where a value was measured, the best first."""

_FUNCTION = re.compile(r"\s*(avg|min|max|predict)\s*\(\s*[a-z_.0-9]+\s*,\s*([0-9.]+\s?[a-z]*)\s*\)")

_FUNCTION_WORDS: Mapping[str, str] = MappingProxyType(
    {
        "avg": "{}, mean of {}",
        "min": "{}, the least in {}",
        "max": "{}, the most in {}",
        "predict": "{} in {} if it goes on like this",
    }
)

_CHECKS: Mapping[str, Callable[[float, float], bool]] = MappingProxyType(
    {">": operator.gt, ">=": operator.ge, "<": operator.lt, "<=": operator.le}
)


def host_name(host: str) -> str:
    """A host's name for people; the poller's own where it is empty."""
    return clean_text(host, limit=MAX_NAME_CHARACTERS) or POLLER


def word(text: str) -> str:
    """A short piece of text, clean."""
    return clean_text(text, limit=MAX_WORD_CHARACTERS)


def sentence(text: str) -> str:
    """A longer piece of text as one clean line."""
    return clean_text(" ".join(text.split()), limit=MAX_SENTENCE_CHARACTERS)


def clean_marked_lines(text: str, *, limit: int) -> str:
    """`text` cut to `limit` characters, its lines clean of control characters and of blanks at their ends.

    Marks of `alerts.messages.authored` stay, and do not count.
    """
    lines = cut(text, limit).replace("\r\n", "\n").replace("\t", "    ").split("\n")
    return "\n".join(_clean_line(line).rstrip() for line in lines).strip("\n")


def _clean_line(line: str) -> str:
    return "".join(part if is_mark(part) else clean_text(part, limit=len(part)) for part in parts(line))


def count_text(count: int, one: str, many: str | None = None) -> str:
    """`1 host`, `200 hosts`."""
    return f"{count} {one if count == 1 else many or f'{one}s'}"


def quantity_text(value: float | str | None, unit: str) -> str:
    """A value in `unit` (of `metrics.catalog.UNITS`, or ""): `93.2 %`, `1.50 GiB`; text as it is."""
    if value is None:
        return "unknown"
    if isinstance(value, str):
        return clean_text(value, limit=MAX_WORD_CHARACTERS)
    if not math.isfinite(value):
        return "unknown"
    # beyond this the words for units run out, and a bare number says more
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
    """From one moment to another; the same day is not repeated: `2026-11-25 03:07 to 06:12 UTC`."""
    first, last = moment_text(start), moment_text(end)
    day = f"{first.partition(' ')[0]} "
    return f"{first.removesuffix(' UTC')} to {last.removeprefix(day)}"


def reading_text(reading: Reading) -> str:
    """The value where it was measured, without its threshold: `disk 93.2 % full on /var`."""
    value = quantity_text(reading.value, reading.unit)
    function = _FUNCTION.match(reading.text)
    if reading.metric is None or (function is None and "(" in _left_side(reading.text)):
        return f"{sentence(_left_side(reading.text))} is {value}{place_text(reading.labels)}"
    metric = METRICS.get(reading.metric)
    text = metric.phrase.format(value) if metric and metric.phrase else f"{word(reading.metric)} {value}"
    if metric and metric.phrase and metric.unit == "bool" and not reading.value:
        text = f"not {text}"
    text += place_text(reading.labels)
    return text if function is None else _FUNCTION_WORDS[function[1]].format(text, function[2])


def reading_with_threshold(reading: Reading) -> str:
    """The whole comparison: `disk 93.2 % full on /var (over 90 %)`."""
    compared = threshold_phrase(reading)
    return f"{reading_text(reading)} ({compared})" if compared else reading_text(reading)


def threshold_phrase(reading: Reading) -> str:
    """`over 90 %`, `not over 90 %`; empty where it would only repeat the value."""
    if reading.threshold is None or reading.value == reading.threshold:
        return ""
    words = OPERATORS.get(reading.operator, word(reading.operator))
    return f"{_negation(reading)}{words} {threshold_text(reading.threshold, reading.unit)}"


def place_text(labels: Mapping[str, str]) -> str:
    """` on /var`, ` (memory, full)`; empty for a whole host."""
    if "resource" in labels:
        return f" ({', '.join(word(labels[name]) for name in ('resource', 'type') if name in labels)})"
    place = next((labels[name] for name in _PLACES if labels.get(name)), "")
    return "" if place in ("", "cpu-total") else f" on {word(place)}"


def _left_side(text: str) -> str:
    return re.split(r"[<>=!]=?", text, maxsplit=1)[0].strip() or text


def _negation(reading: Reading) -> str:
    """`not ` for a comparison that does not hold: one side of an `or`, or one that has cleared."""
    check = _CHECKS.get(reading.operator)
    if check is None or isinstance(reading.value, str) or isinstance(reading.threshold, str):
        return ""
    if reading.value is None or reading.threshold is None:
        return ""
    return "" if check(reading.value, reading.threshold) else "not "
