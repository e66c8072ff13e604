"""Turns one value of a rule into what a Rule holds.

Each parser takes the value as it was written and its place, and raises ValueInvalid, or notes problems at the
places inside. `${…}` is text like any other here: in monctl.yaml variables have been put in before.
"""

from collections.abc import Callable
from typing import Any

from alerts.errors import ExpressionInvalid, TemplateInvalid
from alerts.expression.compiled import compile_expression
from alerts.messages.templates import check_template
from alerts.rules.label_filter import NOT
from alerts.rules.rule import NEVER, Escalation
from alerts.severity import Severity
from foundation.documents.durations import format_duration, parse_duration
from foundation.documents.errors import ValueInvalid
from foundation.documents.keys import refuse_unknown_keys
from foundation.documents.report import nearest, shown
from foundation.documents.values import Parser, Place, attempt, quote_hint

MAX_TEXT_CHARACTERS = 4000
MAX_LINE_CHARACTERS = 300
MAX_ITEMS = 100
MONTH_SECONDS = 30 * 86400.0
LEAST_REPEAT_SECONDS = 60.0
LEAST_ESCALATION_SECONDS = 1.0

ESCALATION_KEYS = ("after", "channels")
_LINE_BREAKS = str.maketrans("", "", "\n\t")
_ON_ONE_LINE = str.maketrans("\r\n\t", "   ")


def expression(value: object, place: Place) -> str:
    """A condition that can be compiled."""
    if not isinstance(value, str):
        raise ValueInvalid(f"must be a condition such as `cpu.usage_active > 90`, not {shown(value)}")
    text = value.translate(_ON_ONE_LINE).strip()
    try:
        compile_expression(text)
    except ExpressionInvalid as error:
        column = "" if error.column is None else f" (column {error.column})"
        raise ValueInvalid(f"{error.message}{column}", error.suggestion) from error
    return text


def clearing(value: object, place: Place) -> str:
    """A condition, or `never`."""
    if isinstance(value, str) and value.strip().lower() == NEVER:
        return NEVER
    return expression(value, place)


def duration(least: float, *, or_nothing: bool = False) -> Callable[[object, Place], float]:
    """A parser for seconds from `least` to 30 days; `or_nothing`: 0 too."""

    def parse(value: object, place: Place) -> float:
        seconds = parse_duration(value)
        if or_nothing and seconds == 0:
            return seconds
        if not least <= seconds <= MONTH_SECONDS:
            low = "0s" if or_nothing else format_duration(least)
            raise ValueInvalid(f"must be from {low} to 30d, not {shown(value)}")
        return seconds

    return parse


def severity(value: object, place: Place) -> Severity:
    """How bad it is."""
    if not isinstance(value, str) or value not in set(Severity):
        names = ", ".join(Severity)
        raise ValueInvalid(f"must be one of {names}, not {shown(value)}", nearest(str(value), Severity))
    return Severity(value)


def line(value: object, place: Place) -> str:
    """Text on one line, without blanks at its ends."""
    if not isinstance(value, str):
        raise ValueInvalid(f"must be text, not {shown(value)}{quote_hint(value)}")
    if not value:
        raise ValueInvalid("must not be empty")
    if len(value) > MAX_LINE_CHARACTERS:
        raise ValueInvalid(f"must have at most {MAX_LINE_CHARACTERS} characters")
    if not value.isprintable() or value != value.strip():
        raise ValueInvalid(f"must be text on one line without blanks around it, not {shown(value)}")
    return value


def prose(value: object, place: Place) -> str:
    """Text of any number of lines, without the blanks at its ends; may be empty."""
    if not isinstance(value, str):
        raise ValueInvalid(f"must be text, not {shown(value)}")
    if len(value) > MAX_TEXT_CHARACTERS:
        raise ValueInvalid(f"must have at most {MAX_TEXT_CHARACTERS} characters")
    if not value.translate(_LINE_BREAKS).isprintable():
        raise ValueInvalid("must not have control characters")
    return value.strip()


def template(value: object, place: Place) -> str:
    """A message template; may have lines."""
    text = prose(value, place)
    if not text:
        raise ValueInvalid("must not be empty")
    _check_template(text)
    return text


def line_template(value: object, place: Place) -> str:
    """A message template of one line."""
    text = line(value, place)
    _check_template(text)
    return text


def _check_template(text: str) -> None:
    try:
        check_template(text)
    except TemplateInvalid as error:
        raise ValueInvalid(str(error)) from error


def selectors(value: object, place: Place) -> tuple[str, ...]:
    """One selector of hosts or several: names, patterns, tags."""
    hosts = _texts(value, place, what="hosts")
    if not hosts:
        raise ValueInvalid("must choose at least one host: leave it out for all")
    for text in hosts:
        if text.startswith("tag:") and text.removeprefix("tag:").partition("=")[0] == "":
            raise ValueInvalid(f"must name a tag, such as tag:env=prod, not {shown(text)}")
    return hosts


def channels(value: object, place: Place) -> tuple[str, ...]:
    """Names of channels, each once; none at all means that nobody is told."""
    return _texts(value, place, what="channels")


def labels(value: object, place: Place) -> dict[str, tuple[str, ...]]:
    """Label name -> patterns."""
    if not isinstance(value, dict):
        raise ValueInvalid(f'must be a mapping such as {{path: "/var*"}}, not {shown(value)}')
    if len(value) > MAX_ITEMS:
        raise ValueInvalid(f"must have at most {MAX_ITEMS} labels")
    result: dict[str, tuple[str, ...]] = {}
    for name, patterns_of_label in value.items():
        patterns = attempt(_patterns, patterns_of_label, place.inside(value, name))
        if patterns is not None:
            result[name] = patterns
    return result


def _patterns(value: object, place: Place) -> tuple[str, ...]:
    patterns = _texts(value, place, what="patterns")
    if not patterns or NOT in patterns:
        raise ValueInvalid('must be a pattern such as "/var*" or "!/mnt*", or a list of them')
    return patterns


def escalation(value: object, place: Place) -> Escalation | None:
    """Who else is told after a while; None after noting problems."""
    if not isinstance(value, dict):
        raise ValueInvalid(f"must be a mapping such as {{after: 30m, channels: [boss]}}, not {shown(value)}")
    refuse_unknown_keys(value, ESCALATION_KEYS, place)
    after = _required(duration(LEAST_ESCALATION_SECONDS), value, "after", place)
    whom = _required(channels, value, "channels", place)
    if whom == ():
        place.inside(value, "channels").wrong("must name at least one channel")
    return Escalation(after_seconds=after, channels=whom) if after and whom else None


def _required(parser: Parser, holder: dict[str, Any], key: str, place: Place) -> Any:
    here = place.inside(holder, key)
    if holder.get(key) is None:
        here.wrong("must be there")
        return None
    return attempt(parser, holder[key], here)


def _texts(value: object, place: Place, *, what: str) -> tuple[str, ...]:
    items = [value] if isinstance(value, str) else value
    if not isinstance(items, list | tuple):
        raise ValueInvalid(f"must be one of the {what} or a list of them, not {shown(value)}")
    if len(items) > MAX_ITEMS:
        raise ValueInvalid(f"must have at most {MAX_ITEMS} {what}")
    return tuple(dict.fromkeys(line(item, place) for item in items))
