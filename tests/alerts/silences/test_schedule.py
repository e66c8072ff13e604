"""Weekly windows: across midnight, on weekdays, and where clocks change."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alerts.silences.schedule import WeeklySchedule
from alerts.silences.schedule_document import parse_schedule
from foundation.documents.report import Report
from foundation.documents.values import Place

_MINUTE = timedelta(minutes=1)


def schedule(weekdays: str, start: str, end: str, zone: str = "UTC") -> WeeklySchedule:
    report = Report(None)
    document = {"weekdays": weekdays, "start": start, "end": end, "time_zone": zone}
    found = parse_schedule(document, Place(report, "schedule", None, None))
    assert found is not None, report.problems
    return found


def utc(text: str) -> float:
    return datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()


@pytest.mark.parametrize(
    ("moment", "is_active"),
    [
        ("2026-03-02T09:59:59", False),  # a Monday
        ("2026-03-02T10:00", True),
        ("2026-03-02T11:59:59", True),
        ("2026-03-02T12:00", False),
        ("2026-03-06T11:00", True),  # Friday
        ("2026-03-07T11:00", False),  # Saturday
        ("2026-03-08T11:00", False),
        ("2026-03-09T11:00", True),
    ],
)
def test_a_window_is_open_on_its_weekdays_only(moment: str, is_active: bool) -> None:
    assert schedule("mon-fri", "10:00", "12:00").is_active(utc(moment)) is is_active


@pytest.mark.parametrize(
    ("moment", "is_active"),
    [
        ("2026-03-06T21:59:59", False),  # Friday
        ("2026-03-06T22:00", True),
        ("2026-03-07T00:00", True),
        ("2026-03-07T05:59:59", True),  # Saturday, of Friday's window
        ("2026-03-07T06:00", False),
        ("2026-03-07T23:00", False),
        ("2026-03-06T05:00", False),  # Thursday has none
    ],
)
def test_a_window_across_midnight_belongs_to_the_day_that_it_begins_on(moment: str, is_active: bool) -> None:
    assert schedule("fri", "22:00", "06:00").is_active(utc(moment)) is is_active


def test_equal_times_make_twenty_four_hours() -> None:
    weekly = schedule("sun", "08:00", "08:00")
    assert not weekly.is_active(utc("2026-03-08T07:59:59"))
    assert weekly.is_active(utc("2026-03-08T08:00"))
    assert weekly.is_active(utc("2026-03-09T07:59:59"))
    assert not weekly.is_active(utc("2026-03-09T08:00"))


def test_midnight_can_be_written_as_an_end() -> None:
    assert schedule("mon", "18:00", "24:00") == schedule("mon", "18:00", "00:00")


_BERLIN, _NEW_YORK, _LORD_HOWE = "Europe/Berlin", "America/New_York", "Australia/Lord_Howe"


@pytest.mark.parametrize(
    ("zone", "day", "start", "end", "begins", "ends"),
    [
        # spring, Berlin: 02:00 becomes 03:00 on 29 March 2026
        (_BERLIN, "2026-03-28", "22:00", "06:00", "2026-03-28T21:00", "2026-03-29T04:00"),
        (_BERLIN, "2026-03-29", "02:30", "04:00", "2026-03-29T01:30", "2026-03-29T02:00"),
        (_BERLIN, "2026-03-29", "01:00", "02:30", "2026-03-29T00:00", "2026-03-29T01:30"),
        (_BERLIN, "2026-03-29", "02:10", "02:50", "2026-03-29T01:10", "2026-03-29T01:50"),
        (_BERLIN, "2026-03-29", "02:30", "03:15", "2026-03-29T01:30", "2026-03-29T02:15"),
        (_BERLIN, "2026-03-28", "02:30", "02:30", "2026-03-28T01:30", "2026-03-29T01:30"),
        # autumn, Berlin: 03:00 becomes 02:00 on 25 October 2026
        (_BERLIN, "2026-10-24", "22:00", "06:00", "2026-10-24T20:00", "2026-10-25T05:00"),
        (_BERLIN, "2026-10-25", "02:30", "02:45", "2026-10-25T00:30", "2026-10-25T01:45"),
        (_BERLIN, "2026-10-25", "01:00", "02:30", "2026-10-24T23:00", "2026-10-25T01:30"),
        (_BERLIN, "2026-10-25", "02:30", "04:00", "2026-10-25T00:30", "2026-10-25T03:00"),
        (_BERLIN, "2026-10-24", "02:30", "02:30", "2026-10-24T00:30", "2026-10-25T01:30"),
        # New York: 8 March and 1 November 2026, at 02:00
        (_NEW_YORK, "2026-03-08", "02:30", "05:00", "2026-03-08T07:30", "2026-03-08T09:00"),
        (_NEW_YORK, "2026-03-07", "23:00", "03:00", "2026-03-08T04:00", "2026-03-08T07:00"),
        (_NEW_YORK, "2026-11-01", "01:30", "01:45", "2026-11-01T05:30", "2026-11-01T06:45"),
        (_NEW_YORK, "2026-10-31", "23:00", "03:00", "2026-11-01T03:00", "2026-11-01T08:00"),
        # Lord Howe: by half an hour, forward on 4 October 2026, back on 5 April 2026, at 02:00
        (_LORD_HOWE, "2026-10-04", "02:15", "03:00", "2026-10-03T15:45", "2026-10-03T16:00"),
        (_LORD_HOWE, "2026-10-03", "23:00", "02:10", "2026-10-03T12:30", "2026-10-03T15:40"),
        (_LORD_HOWE, "2026-04-05", "01:40", "01:50", "2026-04-04T14:40", "2026-04-04T15:20"),
    ],
)
def test_a_window_lies_where_clocks_on_the_wall_say(
    zone: str, day: str, start: str, end: str, begins: str, ends: str
) -> None:
    span = schedule("daily", start, end, zone).span_of(date.fromisoformat(day))
    assert (span.start, span.end) == (utc(begins), utc(ends))


@pytest.mark.parametrize("zone", [_BERLIN, _NEW_YORK, _LORD_HOWE, "Pacific/Apia", "Asia/Kathmandu"])
@pytest.mark.parametrize("start", ["00:00", "01:45", "02:15", "02:30", "23:59"])
def test_a_schedule_of_every_whole_day_never_leaves_a_gap(zone: str, start: str) -> None:
    weekly = schedule("daily", start, start, zone)
    for day in range(0, 400 * 24, 3):
        assert weekly.is_active(utc("2026-01-01T00:00") + day * 3600)
    assert weekly.next_change(utc("2026-03-28T12:00")) is None


@pytest.mark.parametrize(
    ("weekdays", "start", "end", "at", "change"),
    [
        ("mon-fri", "22:00", "06:00", "2026-03-06T12:00", "2026-03-06T22:00"),
        ("mon-fri", "22:00", "06:00", "2026-03-06T22:00", "2026-03-07T06:00"),
        ("mon-fri", "22:00", "06:00", "2026-03-07T06:00", "2026-03-09T22:00"),  # over the weekend
        ("sat,sun", "00:00", "24:00", "2026-03-07T03:00", "2026-03-09T00:00"),  # two days are one
        ("mon", "00:00", "24:00", "2026-03-09T00:00", "2026-03-10T00:00"),
        ("mon", "00:00", "24:00", "2026-03-10T00:00", "2026-03-16T00:00"),
        ("mon-sat", "00:00", "24:00", "2026-03-09T00:00", "2026-03-15T00:00"),
    ],
)
def test_the_next_change_is_the_next_begin_or_end(
    weekdays: str, start: str, end: str, at: str, change: str
) -> None:
    assert schedule(weekdays, start, end).next_change(utc(at)) == utc(change)


_ZONES = st.sampled_from([_BERLIN, _NEW_YORK, _LORD_HOWE, "UTC", "Africa/Casablanca", "America/St_Johns"])
_TIMES = st.builds(time, st.integers(0, 23), st.sampled_from([0, 10, 15, 30, 45, 59]))
_TURNS = st.sampled_from(
    ["2026-03-08", "2026-03-29", "2026-04-05", "2026-10-04", "2026-10-25", "2026-11-01", "2026-06-17"]
)
_SCHEDULES = st.builds(
    WeeklySchedule,
    weekdays=st.frozensets(st.integers(0, 6), min_size=1),
    start=_TIMES,
    end=_TIMES,
    zone=_ZONES.map(ZoneInfo),
)


def _moment(local: datetime, zone: ZoneInfo, *, is_end: bool) -> datetime:
    """When clocks show a time, found by looking at a clock every minute."""
    about = local.replace(tzinfo=zone).astimezone(UTC)
    minutes = [about + number * _MINUTE for number in range(-150, 151)]
    shown = {minute: minute.astimezone(zone).replace(tzinfo=None) for minute in minutes}
    equal = [minute for minute in minutes if shown[minute] == local]
    if equal:
        return equal[-1] if is_end else equal[0]
    before = max(minute for minute in minutes if shown[minute] < local)
    return before + (local - shown[before])


def _is_active(weekly: WeeklySchedule, at: datetime) -> bool:
    today = at.astimezone(weekly.zone).date()
    for number in range(-3, 3):
        day = today + timedelta(days=number)
        if day.weekday() not in weekly.weekdays:
            continue
        start, end = datetime.combine(day, weekly.start), datetime.combine(day, weekly.end)
        end += timedelta(days=1 if end <= start else 0)
        begins = _moment(start, weekly.zone, is_end=False)
        ends = _moment(end, weekly.zone, is_end=True)
        if begins <= at < (ends if ends > begins else begins + (end - start)):
            return True
    return False


@settings(deadline=None)
@given(_SCHEDULES, _TURNS, st.integers(-36 * 60, 36 * 60))
def test_a_schedule_agrees_with_one_who_looks_at_the_clock(
    weekly: WeeklySchedule, turn: str, minutes: int
) -> None:
    at = datetime.fromisoformat(turn).replace(tzinfo=UTC) + minutes * _MINUTE
    assert weekly.is_active(at.timestamp()) is _is_active(weekly, at)


@settings(deadline=None)
@given(_SCHEDULES, _TURNS, st.integers(-5 * 24 * 60, 5 * 24 * 60))
def test_nothing_changes_before_the_next_change_and_something_does_then(
    weekly: WeeklySchedule, turn: str, minutes: int
) -> None:
    at = utc(turn) + minutes * 60
    change = weekly.next_change(at)
    before = weekly.is_active(at)
    if change is None:
        assert before
        assert all(weekly.is_active(at + hours * 3600) for hours in range(24 * 14))
        return
    assert change > at
    assert weekly.is_active(change) is not before
    steps = int(min(change - at, 86400 * 3) // 900)
    assert all(weekly.is_active(at + step * 900) is before for step in range(steps))
    assert weekly.is_active(change - 1) is before or change - at < 1


@settings(deadline=None)
@given(_SCHEDULES, st.dates(date(2024, 1, 1), date(2030, 1, 1)))
def test_a_window_is_never_empty_and_never_longer_than_a_day_and_a_shift(
    weekly: WeeklySchedule, day: date
) -> None:
    span = weekly.span_of(day)
    assert 0 < span.end - span.start <= 25 * 3600
