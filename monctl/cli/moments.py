"""Moments as people write them in options: `1w`, `2026-01-31`, `18:00`, `tomorrow`, `tomorrow 9:30`."""

import re
from datetime import UTC, date, datetime, timedelta, tzinfo
from datetime import time as time_of_day

from foundation.documents.durations import parse_duration
from foundation.documents.errors import ValueInvalid
from foundation.documents.report import shown

LONGEST_SECONDS = 100 * 365.25 * 86400
"""The furthest that an option reaches."""

_WEEKS = re.compile(r"(\d{1,5})w")
_WEEK_SECONDS = 7 * 86400.0
_DAYS = {"today": 0, "tomorrow": 1}
_CLOCK = re.compile(r"(\d{1,2}):(\d{2})(?::(\d{2}))?")


def span_seconds(text: str) -> float:
    """A duration, also in weeks; raises ValueInvalid."""
    weeks = _WEEKS.fullmatch(text.strip())
    return int(weeks[1]) * _WEEK_SECONDS if weeks else parse_duration(text)


def is_span(text: str) -> bool:
    """Whether a text is a duration rather than a time."""
    try:
        span_seconds(text)
    except ValueInvalid:
        return False
    return True


def seconds_since(text: str, *, now: float, zone: tzinfo | None = None) -> float:
    """How long ago a time is that is a duration, a date, or a time of the clock that has been.

    `zone`: of times that have none of their own, by default this machine's. Raises ValueInvalid.
    """
    try:
        seconds = span_seconds(text)
    except ValueInvalid as error:
        moment = _moment(text, now=now, zone=zone, is_future=False)
        if moment is None:
            raise ValueInvalid(
                f"must be a duration such as 15m, 24h or 1w, or a time such as 2026-01-31 or 18:00, "
                f"not {shown(text)}"
            ) from error
        seconds = now - moment.timestamp()
        if seconds <= 0:
            raise ValueInvalid(f"{shown(text)} is yet to come") from error
    if not 0 < seconds <= LONGEST_SECONDS:
        raise ValueInvalid("must be more than nothing and at most 100 years")
    return seconds


def moment_of(text: str, *, now: float, zone: tzinfo | None = None) -> datetime:
    """A moment in UTC; a time of the clock alone is the next one. Raises ValueInvalid."""
    moment = _moment(text, now=now, zone=zone, is_future=True)
    if moment is None:
        raise ValueInvalid(f"must be a time such as 2026-01-31T18:00, 18:00 or tomorrow, not {shown(text)}")
    return moment


def _moment(text: str, *, now: float, zone: tzinfo | None, is_future: bool) -> datetime | None:
    """What a text means at `now` (unix seconds), None for no time."""
    words = text.strip().lower().split()
    today = datetime.fromtimestamp(now, zone).date()
    try:
        match words:
            case [day] if is_future and day in _DAYS:
                return _at(today + timedelta(days=_DAYS[day]), time_of_day(), zone)
            case [day, clock] if is_future and day in _DAYS and _CLOCK.fullmatch(clock):
                return _at(today + timedelta(days=_DAYS[day]), _time_of_day(clock), zone)
            case [clock] if _CLOCK.fullmatch(clock):
                return _nearest(today, _time_of_day(clock), now, zone, is_future=is_future)
        moment = datetime.fromisoformat(text.strip())
        return moment.astimezone(UTC) if moment.tzinfo else _at(moment.date(), moment.time(), zone)
    except (ValueError, OverflowError, OSError):
        return None


def _nearest(
    today: date, clock: time_of_day, now: float, zone: tzinfo | None, *, is_future: bool
) -> datetime:
    moment = _at(today, clock, zone)
    if is_future and moment.timestamp() <= now:
        return _at(today + timedelta(days=1), clock, zone)
    if not is_future and moment.timestamp() >= now:
        return _at(today - timedelta(days=1), clock, zone)
    return moment


def _at(day: date, clock: time_of_day, zone: tzinfo | None) -> datetime:
    moment = datetime.combine(day, clock)
    return (moment.replace(tzinfo=zone) if zone else moment.astimezone()).astimezone(UTC)


def _time_of_day(text: str) -> time_of_day:
    match = _CLOCK.fullmatch(text)
    assert match is not None
    hour, minute, second = (int(part or 0) for part in match.groups())
    return time_of_day(hour, minute, second)
