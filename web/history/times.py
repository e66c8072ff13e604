"""Times and steps in questions."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime

from foundation.documents.durations import parse_duration
from foundation.documents.errors import ValueInvalid
from foundation.documents.report import shown
from web.http.problems import HttpProblem

LATEST = datetime(2100, 1, 1, tzinfo=UTC).timestamp()
"""Times lie between 1970 and this."""

LEAST_STEP_SECONDS = 1.0
MOST_STEP_SECONDS = 366 * 86400.0

_SECONDS = re.compile(r"[0-9]{1,12}(?:\.[0-9]{1,9})?")
_BLANK_FOR_PLUS = re.compile(r"(.*:.*) ([0-9]{2}:?[0-9]{2})")
_ACCEPTED = "RFC 3339 (2026-01-31T08:00:00Z), unix seconds, a span back from now (-24h) or `now`"


@dataclass(frozen=True, slots=True)
class Range:
    """From `start` (inclusive) to `end` (exclusive), unix seconds."""

    start: float
    end: float


def parse_range(start: str, end: str, *, now: float) -> Range:
    """The range between two texts; raises HttpProblem (422), also for nothing in between."""
    span = Range(parse_time(start, "start", now=now), parse_time(end or "now", "end", now=now))
    if span.start >= span.end:
        raise HttpProblem(422, "range-invalid", "start: must be before end")
    return span


def parse_time(text: str, name: str, *, now: float) -> float:
    """Unix seconds; a time without a zone is UTC; raises HttpProblem (422), which calls the time `name`."""
    seconds = _seconds(text.strip(), now)
    if seconds is None:
        raise HttpProblem(422, "time-invalid", f"{name}: must be {_ACCEPTED}, not {shown(text)}")
    if not 0 <= seconds <= LATEST:
        raise HttpProblem(422, "time-invalid", f"{name}: must be between the years 1970 and 2100")
    return seconds


def parse_step(text: str) -> float | None:
    """Seconds, None for `auto`; raises HttpProblem (422)."""
    if text == "auto":
        return None
    try:
        seconds = parse_duration(text)
    except ValueInvalid as error:
        raise HttpProblem(422, "step-invalid", f"step: {error.message}, or `auto`") from error
    if not LEAST_STEP_SECONDS <= seconds <= MOST_STEP_SECONDS:
        raise HttpProblem(422, "step-invalid", "step: must be at least 1s and at most 366d")
    return seconds


def _seconds(text: str, now: float) -> float | None:
    if text == "now":
        return now
    if _SECONDS.fullmatch(text):
        return float(text)
    try:
        if text.startswith("-"):
            return now - parse_duration(text[1:])
        return _date_seconds(text)
    except (ValueInvalid, ValueError, OverflowError):
        return None


def _date_seconds(text: str) -> float:
    # A `+` that is not escaped in a URL arrives as a blank.
    moment = datetime.fromisoformat(_BLANK_FOR_PLUS.sub(r"\1+\2", text))
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
