"""Weekly schedules as they are written, for people and for the database."""

import re
import zoneinfo
from collections.abc import Mapping
from datetime import time
from typing import Any

from alerts.silences.schedule import WeeklySchedule
from foundation.documents.errors import ValueInvalid
from foundation.documents.keys import refuse_unknown_keys
from foundation.documents.report import nearest, shown
from foundation.documents.values import Parser, Place, attempt

_FULL_NAMES = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
WEEKDAYS = tuple(name[:3] for name in _FULL_NAMES)
"""Monday is 0."""

DEFAULT_TIME_ZONE = "UTC"

_TIME = re.compile(r"([01]?[0-9]|2[0-3]):([0-5][0-9])")
_WEEKLY = re.compile(r"(?:([A-Za-z, -]+?)\s+)?([0-9:]+)\s*-\s*([0-9:]+)")
_LONGEST = 64


def parse_schedule(value: object, place: Place) -> WeeklySchedule | None:
    """The schedule of `{weekdays, start, end, time_zone}`; None after noting what is wrong at the place.

    `weekdays`: a list or a text of days and ranges (`mon-fri`, `sat,sun`), every day without. `start`, `end`:
    `HH:MM`, the end perhaps `24:00`. `time_zone`: a name of the IANA database, UTC without.
    """
    if not isinstance(value, Mapping):
        raise ValueInvalid(f"must be a mapping of {', '.join(_PARSERS)}, not {shown(value)}")
    before = len(place.report.problems)
    parts = {key: attempt(parse, value.get(key), place.inside(value, key)) for key, parse in _PARSERS.items()}
    refuse_unknown_keys(value, _PARSERS, place)
    if len(place.report.problems) > before:
        return None
    return WeeklySchedule(
        weekdays=parts["weekdays"], start=parts["start"], end=parts["end"], zone=parts["time_zone"]
    )


def weekly_document(text: str) -> dict[str, str]:
    """The schedule of `mon-fri 22:00-06:00`, as a document without its zone; raises ValueInvalid."""
    match = _WEEKLY.fullmatch(text.strip())
    if match is None:
        raise ValueInvalid(f"write it as `mon-fri 22:00-06:00`, not {shown(text)}")
    weekdays, start, end = match.groups()
    return {"start": start, "end": end} | ({"weekdays": weekdays} if weekdays else {})


def schedule_view(schedule: WeeklySchedule) -> dict[str, Any]:
    """The document of a schedule, as the API shows it."""
    return {
        "weekdays": [WEEKDAYS[number] for number in sorted(schedule.weekdays)],
        "start": schedule.start.strftime("%H:%M"),
        "end": schedule.end.strftime("%H:%M"),
        "time_zone": schedule.zone.key,
    }


def stored_schedule(schedule: WeeklySchedule) -> dict[str, Any]:
    """A schedule as the database keeps it: weekdays are numbers there."""
    return schedule_view(schedule) | {"weekdays": sorted(schedule.weekdays)}


def schedule_of(document: Mapping[str, Any]) -> WeeklySchedule:
    """The schedule that the database keeps; raises ValueInvalid for a zone that this system does not know."""
    return WeeklySchedule(
        weekdays=frozenset(document["weekdays"]),
        start=_time(document["start"]),
        end=_time(document["end"]),
        zone=find_zone(document["time_zone"]),
    )


def weekdays_text(schedule: WeeklySchedule) -> str:
    """The weekdays in short: `mon-fri`, `mon,wed`, `daily`."""
    if len(schedule.weekdays) == len(WEEKDAYS):
        return "daily"
    runs: list[list[int]] = []
    for number in sorted(schedule.weekdays):
        if runs and runs[-1][-1] == number - 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    return ",".join(_run_text(run) for run in runs)


def _run_text(run: list[int]) -> str:
    return WEEKDAYS[run[0]] if len(run) == 1 else f"{WEEKDAYS[run[0]]}-{WEEKDAYS[run[-1]]}"


def _weekdays(value: object) -> frozenset[int]:
    parts = value.split(",") if isinstance(value, str) else value
    if not isinstance(parts, list | tuple) or not parts or len(parts) > _LONGEST:
        raise ValueInvalid(f"must be weekdays such as `mon-fri` or a list of them, not {shown(value)}")
    return frozenset(number for part in parts for number in _days(part))


def _days(part: object) -> list[int]:
    """The weekdays of `mon` or of `fri-mon`."""
    if not isinstance(part, str):
        raise ValueInvalid(f"must be weekdays such as mon, not {shown(part)}")
    first, dash, last = part.strip().lower().partition("-")
    if first == "daily" and not dash:
        return [*range(7)]
    start = _day(first)
    end = _day(last) if dash else start
    return [(start + step) % 7 for step in range((end - start) % 7 + 1)]


def _day(text: str) -> int:
    word = text.strip()
    for number, name in enumerate(_FULL_NAMES):
        if len(word) >= len(WEEKDAYS[number]) and name.startswith(word):
            return number
    weekdays = ", ".join(WEEKDAYS)
    raise ValueInvalid(f"must be weekdays ({weekdays}), not {shown(text)}", nearest(word, WEEKDAYS))


def _time(value: object) -> time:
    if value is None:
        raise ValueInvalid("must be there, a time of the day such as 22:00")
    match = _TIME.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        raise ValueInvalid(f"must be a time of the day such as 22:00, not {shown(value)}")
    return time(int(match[1]), int(match[2]))


_PARSERS: Mapping[str, Parser] = {
    "weekdays": lambda value, _: frozenset(range(7)) if value is None else _weekdays(value),
    "start": lambda value, _: _time(value),
    "end": lambda value, _: time() if value == "24:00" else _time(value),
    "time_zone": lambda value, _: find_zone(DEFAULT_TIME_ZONE if value is None else value),
}


def find_zone(value: object) -> zoneinfo.ZoneInfo:
    """The time zone of a name; raises ValueInvalid, with a suggestion."""
    if not isinstance(value, str) or not value or len(value) > _LONGEST:
        raise ValueInvalid(f"must be a time zone such as Europe/Berlin, not {shown(value)}")
    try:
        return zoneinfo.ZoneInfo(value)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError) as error:
        zones = zoneinfo.available_timezones()
        if not zones:
            raise ValueInvalid("this system has no time zones: install its tzdata package") from error
        raise ValueInvalid(f"there is no time zone {shown(value)}", _nearest_zone(value, zones)) from error


def _nearest_zone(value: str, zones: set[str]) -> str | None:
    """The most similar name of a zone; `Berlin` alone finds `Europe/Berlin`."""
    by_city = {name.rpartition("/")[2].lower(): name for name in sorted(zones)}
    city = nearest(value.rpartition("/")[2].lower().replace(" ", "_"), by_city)
    return nearest(value, zones) or (by_city[city] if city else None)
