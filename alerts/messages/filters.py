"""The filters of message templates: few, each with a bounded result.

Text from a template author can be hostile: each filter takes plain values alone, and returns at most
MAX_RESULT_CHARACTERS, which is checked before they are made. What is no number passes a
filter for numbers unchanged, so that a template does not fail on the day on which a value is missing.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from jinja2 import Undefined

from alerts.errors import TemplateInvalid
from alerts.messages.phrases import moment_text, number_text, quantity_text, span_text

MAX_RESULT_CHARACTERS = 4000
MAX_DIGITS = 15

Filter = Callable[..., Any]


def as_text(value: object) -> str:
    """A plain value as it is shown; raises TemplateInvalid for lists and mappings."""
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case str():
            return value
        case float() | int():
            return number_text(value)
        case Undefined():
            return str(value)
    raise TemplateInvalid("a list cannot be shown as a whole: go over it with `for`, or use the filter join")


def upper(value: object) -> str:
    """In capitals."""
    return _bounded(as_text(value).upper())


def lower(value: object) -> str:
    """In small letters."""
    return _bounded(as_text(value).lower())


def title(value: object) -> str:
    """With capitals at the beginnings of words."""
    return _bounded(as_text(value).title())


def trim(value: object) -> str:
    """Without blanks at its ends."""
    return as_text(value).strip()


def replace(value: object, old: object, new: object) -> str:
    """With every `old` as `new`."""
    text, before, after = as_text(value), as_text(old), as_text(new)
    if not before:
        raise TemplateInvalid("the filter replace needs some text to look for")
    _check_size(len(text) + text.count(before) * (len(after) - len(before)))
    return text.replace(before, after)


def truncate(value: object, length: object = 80) -> str:
    """At most `length` characters (1–4,000); what is cut ends in an ellipsis."""
    text, most = as_text(value), _whole(length, "length", 1, MAX_RESULT_CHARACTERS)
    return text if len(text) <= most else f"{text[: most - 1]}…"


def join(value: object, separator: object = ", ") -> str:
    """A list's members as one text, cut with an ellipsis where it gets too long."""
    between = as_text(separator)
    text = ""
    for number, member in enumerate(_sequence(value)):
        text += f"{between if number else ''}{as_text(member)}"
        if len(text) > MAX_RESULT_CHARACTERS:
            return f"{text[: MAX_RESULT_CHARACTERS - 1]}…"
    return text


def length(value: object) -> int:
    """How many members a list has, or characters a text."""
    return len(value) if isinstance(value, list | tuple | Mapping) else len(as_text(value))


def first(value: object) -> object:
    """The first member; nothing where there is none."""
    members = _sequence(value)
    return members[0] if members else None


def last(value: object) -> object:
    """The last member; nothing where there is none."""
    members = _sequence(value)
    return members[-1] if members else None


def items(value: object) -> list[tuple[object, object]]:
    """Names and texts of `labels` or `tags`, by name."""
    if not isinstance(value, Mapping):
        raise TemplateInvalid("the filter items is for labels and tags")
    return sorted(value.items())


def default(value: object, other: object = "", is_for_empty: object = False) -> object:
    """`other` in place of what is missing (also of what is empty, with a second argument `true`)."""
    is_missing = value is None or isinstance(value, Undefined) or value == ""
    return other if is_missing or (is_for_empty and not value) else value


def round_number(value: object, precision: object = 0) -> object:
    """Rounded to 0–15 digits."""
    digits = _whole(precision, "precision", 0, MAX_DIGITS)
    return _with_number(value, lambda number: round(number, digits))


def percent(value: object) -> object:
    """`93.2 %`."""
    return _with_number(value, lambda number: quantity_text(number, "percent"))


def bytes_(value: object) -> object:
    """`1.50 GiB`."""
    return _with_number(value, lambda number: quantity_text(number, "bytes"))


def number(value: object, unit: object = "") -> object:
    """With four digits, or as `unit` is shown (`value|number(unit)`)."""
    return _with_number(value, lambda number: quantity_text(number, as_text(unit)))


def duration(value: object) -> object:
    """Seconds as `1 h 23 min`."""
    return _with_number(value, span_text)


def time(value: object) -> object:
    """Unix seconds as `2026-11-25 03:12 UTC`."""
    return _with_number(value, moment_text)


FILTERS: Mapping[str, Filter] = MappingProxyType(
    {
        "upper": upper,
        "lower": lower,
        "title": title,
        "trim": trim,
        "replace": replace,
        "truncate": truncate,
        "join": join,
        "length": length,
        "first": first,
        "last": last,
        "items": items,
        "default": default,
        "round": round_number,
        "percent": percent,
        "bytes": bytes_,
        "number": number,
        "duration": duration,
        "time": time,
    }
)
"""Every filter by the name that templates call it."""


def _bounded(text: str) -> str:
    _check_size(len(text))
    return text


def _check_size(characters: int) -> None:
    if characters > MAX_RESULT_CHARACTERS:
        raise TemplateInvalid(f"a filter would make more than {MAX_RESULT_CHARACTERS:,} characters")


def _sequence(value: object) -> Sequence[object]:
    if isinstance(value, list | tuple):
        return value
    if isinstance(value, Mapping):
        return list(value)
    raise TemplateInvalid("the filters join, first and last are for lists")


def _whole(value: object, name: str, least: int, most: int) -> int:
    if isinstance(value, int) and least <= value <= most:
        return value
    raise TemplateInvalid(f"the {name} must be a whole number from {least} to {most:,}")


def _with_number(value: object, make: Callable[[float], object]) -> object:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return as_text(value)
    size = float(value)
    return make(size) if math.isfinite(size) else number_text(size)
