"""Silences as they are written: in the body of `POST /silences`, and by the command line."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from math import floor
from typing import Any, TypeVar

from alerts.errors import AlertsInvalid
from alerts.silences.matchers import Matchers
from alerts.silences.schedule_document import parse_schedule
from alerts.silences.silence import Silence
from foundation.documents.durations import parse_duration
from foundation.documents.errors import ValueInvalid
from foundation.documents.keys import refuse_unknown_keys
from foundation.documents.report import Report, shown
from foundation.documents.values import Place, attempt, flag

KEYS = (
    "hosts", "rules", "labels", "everything", "comment", "starts_at", "ends_at", "duration", "schedule",
)  # fmt: skip

MAX_PATTERNS = 100
"""Host selectors, rule patterns and labels, of each so many."""
MAX_PATTERN_CHARACTERS = 300
MAX_COMMENT_CHARACTERS = 1000
LATEST = datetime(2100, 1, 1, tzinfo=UTC).timestamp()
"""No silence is written for a time later than this."""

_BREAKS = str.maketrans("", "", "\n\t")
_Value = TypeVar("_Value")


def parse_silence(document: Mapping[str, Any], *, now: float, created_by: str = "") -> Silence:
    """The silence that a document describes, not stored yet; raises AlertsInvalid with all that is wrong.

    `hosts`, `rules`: lists; `labels`: a mapping; `everything: true` in place of all three. `starts_at`: now
    without. One of `ends_at` and `duration`, without which only a `schedule` can do.
    """
    reader = _Reader(document, now)
    silence = reader.silence(created_by)
    if reader.report.problems or silence is None:
        raise AlertsInvalid(reader.report.problems)
    return silence


def parse_matchers(document: Mapping[str, Any], *, now: float) -> Matchers:
    """What a document of a silence is about, whatever else it says; raises AlertsInvalid."""
    reader = _Reader(document, now)
    matchers = reader.matchers()
    if reader.report.problems:
        raise AlertsInvalid(reader.report.problems)
    return matchers


class _Reader:
    """One document being read; what is wrong goes into `report`."""

    def __init__(self, document: Mapping[str, Any], now: float) -> None:
        self.report = Report(None)
        self._place = Place(self.report, "", None, None)
        self._document = {str(key): value for key, value in document.items() if value is not None}
        self._now = floor(now * 1000) / 1000  # what is stored comes back as it was, and is not later than now

    def silence(self, created_by: str) -> Silence | None:
        """None when something is wrong that leaves no silence."""
        matchers = self.matchers()
        comment = self._read("comment", _comment) or ""
        schedule = self._read("schedule", parse_schedule)
        times = self._times(has_schedule=schedule is not None or "schedule" in self._document)
        if times is None:
            return None
        return Silence(
            matchers=matchers,
            starts_at=times[0],
            ends_at=times[1],
            schedule=schedule,
            comment=comment,
            created_by=created_by,
            created_at=self._now,
        )

    def matchers(self) -> Matchers:
        """The alerts that it is about; problems are noted."""
        refuse_unknown_keys(self._document, KEYS, self._place)
        hosts = self._read("hosts", _selectors) or ()
        rules = self._read("rules", _patterns) or ()
        labels = self._read("labels", _labels) or {}
        everything = self._read("everything", flag) or False
        matchers = Matchers(hosts=hosts, rules=rules, labels=labels)
        if self.report.problems:
            return matchers
        if matchers.is_everything and not everything:
            self.report.add(
                None,
                "",
                message="name hosts, rules or labels; to silence all that there is, say `everything: true`",
            )
        if everything and not matchers.is_everything:
            self.report.add(
                None, "everything", message="takes no hosts, rules or labels beside it: leave out one of both"
            )
        return matchers

    def _times(self, *, has_schedule: bool) -> tuple[float, float | None] | None:
        """Start and end, unix seconds."""
        starts_at = self._read("starts_at", _time)
        ends_at = self._read("ends_at", _time)
        duration = self._read("duration", _duration)
        start = self._now if starts_at is None else starts_at
        if "ends_at" in self._document and "duration" in self._document:
            self.report.add(None, "duration", message="is there beside ends_at: leave out one of them")
            return None
        if not ({"ends_at", "duration"} & self._document.keys() or has_schedule):
            self.report.add(None, "ends_at", message="must be there, or `duration`: a silence has an end")
            return None
        end = start + duration if duration is not None else ends_at
        if end is not None:
            self._check_end(start, end)
        return start, end

    def _check_end(self, start: float, end: float) -> None:
        name = "ends_at" if "ends_at" in self._document else "duration"
        if end > LATEST:
            self.report.add(None, name, message="ends after the year 2099")
        elif end <= start:
            self.report.add(None, name, message="must be after starts_at")
        elif end <= self._now:
            self.report.add(None, name, message="is over already")

    def _read(self, key: str, parse: Callable[[Any, Place], _Value]) -> _Value | None:
        """What stands at a key, None where nothing does or what does is wrong."""
        if key not in self._document:
            return None
        value: _Value | None = attempt(parse, self._document[key], self._place.inside(self._document, key))
        return value


def _selectors(value: object, place: Place) -> tuple[str, ...]:
    for one in (selectors := _patterns(value, place)):
        if one.startswith("tag:") and not one.removeprefix("tag:").partition("=")[0]:
            raise ValueInvalid(f"write a tag as `tag:env=prod` or `tag:env`, not {shown(one)}")
    return selectors


def _patterns(value: object, place: Place) -> tuple[str, ...]:
    """Each once, in the order written."""
    items = [value] if isinstance(value, str) else value
    if not isinstance(items, list | tuple):
        raise ValueInvalid(f"must be a list of names or patterns, not {shown(value)}")
    if len(items) > MAX_PATTERNS:
        raise ValueInvalid(f"has at most {MAX_PATTERNS} entries")
    return tuple(dict.fromkeys(_pattern(one) for one in items))


def _labels(value: object, place: Place) -> dict[str, str]:
    if not isinstance(value, Mapping):
        raise ValueInvalid(f"must be a mapping of label to pattern, not {shown(value)}")
    if len(value) > MAX_PATTERNS:
        raise ValueInvalid(f"has at most {MAX_PATTERNS} entries")
    return {_pattern(name): _pattern(pattern) for name, pattern in value.items()}


def _pattern(value: object) -> str:
    if not isinstance(value, str) or not value or not value.isprintable():
        raise ValueInvalid(f"must have text on one line in it, not {shown(value)}")
    if len(value) > MAX_PATTERN_CHARACTERS:
        raise ValueInvalid(f"has names and patterns of at most {MAX_PATTERN_CHARACTERS} characters")
    return value


def _comment(value: object, place: Place) -> str:
    if not isinstance(value, str) or not value.translate(_BREAKS).isprintable():
        raise ValueInvalid(f"must be text without control characters, not {shown(value)}")
    if len(value) > MAX_COMMENT_CHARACTERS:
        raise ValueInvalid(f"has at most {MAX_COMMENT_CHARACTERS} characters")
    return value.strip()


def _time(value: object, place: Place) -> float:
    """Unix seconds of RFC 3339; a time without a zone is UTC."""
    if not isinstance(value, str):
        raise ValueInvalid(f"must be a time such as 2026-01-31T08:00:00Z, not {shown(value)}")
    try:
        moment = datetime.fromisoformat(value.strip())
        seconds = (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
    except (ValueError, OverflowError) as error:
        raise ValueInvalid(f"must be a time such as 2026-01-31T08:00:00Z, not {shown(value)}") from error
    if not 0 <= seconds <= LATEST:
        raise ValueInvalid("must be between the years 1970 and 2100")
    return seconds


def _duration(value: object, place: Place) -> float:
    seconds = parse_duration(value)
    if seconds <= 0:
        raise ValueInvalid("must be longer than nothing")
    return seconds
