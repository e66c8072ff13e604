"""What a reading says, in words: `disk 93.2 % full on /var (over 90 %)`."""

import operator
import re
from collections.abc import Callable, Mapping
from types import MappingProxyType

from alerts.messages.context import sentence, word
from alerts.messages.quantities import quantity_text, threshold_text
from alerts.messages.words import OPERATORS
from alerts.notice import Reading
from metrics.catalog import METRICS

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


def reading_text(reading: Reading) -> str:
    """The value where it was measured, without its threshold: `disk 93.2 % full on /var`."""
    value = quantity_text(reading.value, reading.unit)
    function = _FUNCTION.match(reading.text)
    if reading.metric is None or (function is None and "(" in _left_side(reading.text)):
        return f"{sentence(_left_side(reading.text))} is {value}{place_text(reading.labels)}"
    metric = METRICS.get(reading.metric)
    text = metric.phrase.format(value) if metric and metric.phrase else f"{word(reading.metric)} {value}"
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
    """A comparison that does not hold (one side of an `or`, or what has cleared) says so."""
    check = _CHECKS.get(reading.operator)
    if check is None or isinstance(reading.value, str) or isinstance(reading.threshold, str):
        return ""
    if reading.value is None or reading.threshold is None:
        return ""
    return "" if check(reading.value, reading.threshold) else "not "
