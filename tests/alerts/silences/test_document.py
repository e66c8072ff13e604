"""Silences as they are written."""

import contextlib
import zoneinfo
from collections.abc import Mapping
from datetime import UTC, datetime, time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alerts.errors import AlertsInvalid
from alerts.silences import schedule_document
from alerts.silences.document import KEYS, parse_silence
from alerts.silences.matchers import Matchers
from alerts.silences.schedule_document import weekly_document
from alerts.silences.silence import Silence
from alerts.silences.view import matchers_text, schedule_text, silence_view
from foundation.documents.errors import ValueInvalid
from tests.support.examples import examples

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC).timestamp()
HOUR = 3600.0
NIGHTLY = {"weekdays": "mon-fri", "start": "22:00", "end": "06:00", "time_zone": "Europe/Berlin"}


def read(**document: Any) -> Silence:
    return parse_silence({"hosts": ["web-*"], **document}, now=NOW, created_by="user:alice")


def problems(document: Mapping[str, Any]) -> list[str]:
    with pytest.raises(AlertsInvalid) as caught:
        parse_silence(document, now=NOW)
    return [str(problem) for problem in caught.value.problems]


def test_a_silence_begins_now_and_lasts_as_long_as_it_says() -> None:
    silence = read(duration="2h", rules=["disk-*"], labels={"path": "/var*"}, comment=" new disks ")
    assert silence == Silence(
        matchers=Matchers(hosts=("web-*",), rules=("disk-*",), labels={"path": "/var*"}),
        starts_at=NOW,
        ends_at=NOW + 2 * HOUR,
        comment="new disks",
        created_by="user:alice",
        created_at=NOW,
    )


def test_a_duration_counts_from_the_start() -> None:
    silence = read(starts_at="2026-03-02T15:00:00+01:00", duration="30m")
    assert (silence.starts_at, silence.ends_at) == (NOW + 2 * HOUR, NOW + 2.5 * HOUR)
    assert read(ends_at="2026-03-02T13:00").ends_at == NOW + HOUR  # without a zone it is UTC


def test_a_schedule_needs_no_end() -> None:
    silence = read(schedule=NIGHTLY)
    assert silence.ends_at is None
    assert silence.schedule is not None
    assert (silence.schedule.start, silence.schedule.end) == (time(22), time(6))
    assert silence.schedule.weekdays == {0, 1, 2, 3, 4}
    assert read(schedule=NIGHTLY, duration="7d").ends_at == NOW + 7 * 24 * HOUR


@pytest.mark.parametrize(
    ("written", "weekdays"),
    [
        ("mon", {0}),
        ("Mon-Wed", {0, 1, 2}),
        ("fri-mon", {4, 5, 6, 0}),
        ("sat, sunday", {5, 6}),
        ("daily", set(range(7))),
        (["mon", "thu-fri"], {0, 3, 4}),
        ("sun-sat", set(range(7))),
        (None, set(range(7))),
    ],
)
def test_weekdays_are_written_as_days_and_ranges(written: object, weekdays: set[int]) -> None:
    schedule = read(schedule=NIGHTLY | {"weekdays": written}).schedule
    assert schedule is not None
    assert schedule.weekdays == weekdays


def test_what_matches_everything_has_to_say_so() -> None:
    assert problems({"duration": "1h"}) == [
        "name hosts, rules or labels; to silence all that there is, say `everything: true`"
    ]
    assert problems({"duration": "1h", "hosts": [], "everything": False})[0].startswith("name hosts")
    assert parse_silence({"duration": "1h", "everything": True}, now=NOW).matchers.is_everything
    assert problems({"duration": "1h", "hosts": ["a"], "everything": True}) == [
        "everything: takes no hosts, rules or labels beside it: leave out one of both"
    ]


def test_a_mistyped_key_does_not_widen_a_silence() -> None:
    found = problems({"host": ["web-1"], "everything": True, "duration": "1h"})
    assert found == ["host: unknown key `host`, did you mean `hosts`?"]


@pytest.mark.parametrize(
    ("document", "said"),
    [
        ({}, "ends_at: must be there, or `duration`: a silence has an end"),
        ({"duration": "1h", "ends_at": "2026-03-03T00:00Z"}, "duration: is there beside ends_at"),
        ({"duration": "soon"}, "duration: must be a duration such as"),
        ({"duration": 0}, "duration: must be longer than nothing"),
        ({"duration": "100y"}, "duration: ends after the year 2099"),
        ({"ends_at": "2026-03-01T00:00Z"}, "ends_at: must be after starts_at"),
        (
            {"starts_at": "2026-03-01T00:00Z", "ends_at": "2026-03-02T11:59Z"},
            "ends_at: is over already",
        ),
        ({"ends_at": "tomorrow"}, "ends_at: must be a time such as 2026-01-31T08:00:00Z, not `tomorrow`"),
        ({"ends_at": 1772455200}, "ends_at: must be a time such as"),
        ({"ends_at": "9999-12-31T23:59:59-12:00"}, "ends_at: must be"),
        ({"ends_at": "2100-06-01T00:00Z"}, "ends_at: must be between the years 1970 and 2100"),
        ({"duration": "1h", "hosts": "a\x00"}, "hosts: must have text on one line in it"),
        ({"duration": "1h", "hosts": [1]}, "hosts: must have text on one line in it, not `1`"),
        ({"duration": "1h", "hosts": {"a": 1}}, "hosts: must be a list of names or patterns"),
        ({"duration": "1h", "hosts": ["tag:"]}, "hosts: write a tag as `tag:env=prod`"),
        ({"duration": "1h", "hosts": ["tag:=x"]}, "hosts: write a tag as `tag:env=prod`"),
        ({"duration": "1h", "hosts": ["a"] * 101}, "hosts: has at most 100 entries"),
        ({"duration": "1h", "rules": ["a" * 301]}, "rules: has names and patterns of at most 300"),
        ({"duration": "1h", "labels": ["path"]}, "labels: must be a mapping of label to pattern"),
        ({"duration": "1h", "labels": {"path": 1}}, "labels: must have text on one line in it"),
        ({"duration": "1h", "everything": "yes"}, "everything: must be true or false, not `yes`"),
        ({"duration": "1h", "comment": "\x1b[2J"}, "comment: must be text without control characters"),
        ({"duration": "1h", "comment": "a" * 1001}, "comment: has at most 1000 characters"),
        ({"schedule": "nightly"}, "schedule: must be a mapping of weekdays, start, end, time_zone"),
        ({"schedule": {"end": "06:00"}}, "schedule.start: must be there"),
        ({"schedule": NIGHTLY | {"start": "24:00"}}, "schedule.start: must be a time of the day"),
        ({"schedule": NIGHTLY | {"end": "6"}}, "schedule.end: must be a time of the day such as 22:00, not"),
        ({"schedule": NIGHTLY | {"weekdays": "mo-fr"}}, "schedule.weekdays: must be weekdays (mon, tue"),
        ({"schedule": NIGHTLY | {"weekdays": "tues-thu-fri"}}, "schedule.weekdays: must be weekdays"),
        ({"schedule": NIGHTLY | {"weekdays": []}}, "schedule.weekdays: must be weekdays"),
        ({"schedule": NIGHTLY | {"day": "mon"}}, "schedule.day: unknown key `day`"),
        ({"schedule": NIGHTLY | {"time_zone": "../../etc/passwd"}}, "schedule.time_zone: there is no time"),
        ({"schedule": NIGHTLY | {"time_zone": "Europe"}}, "schedule.time_zone: there is no time zone"),
        ({"schedule": NIGHTLY | {"time_zone": 1}}, "schedule.time_zone: must be a time zone such as"),
    ],
)
def test_what_cannot_be_is_refused_and_named(document: dict[str, Any], said: str) -> None:
    found = problems({"hosts": ["web-1"]} | document)
    assert len(found) == 1
    assert found[0].startswith(said)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("Europe/Berln", "Europe/Berlin"),
        ("berlin", "Europe/Berlin"),
        ("New York", "America/New_York"),
        ("Utc", "UTC"),
    ],
)
def test_a_mistyped_time_zone_gets_a_suggestion(written: str, meant: str) -> None:
    found = problems({"hosts": ["a"], "schedule": NIGHTLY | {"time_zone": written}})
    assert found == [f"schedule.time_zone: there is no time zone `{written}`, did you mean `{meant}`?"]


def test_a_system_without_time_zones_is_told_what_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(zoneinfo, "available_timezones", set)
    found = problems({"hosts": ["a"], "schedule": NIGHTLY | {"time_zone": "Nowhere/Land"}})
    assert found == ["schedule.time_zone: this system has no time zones: install its tzdata package"]


def test_all_that_is_wrong_is_said_at_once() -> None:
    found = problems({"hosts": [1], "lable": {}, "duration": "x", "schedule": {"start": "1", "end": "2"}})
    assert [problem.partition(":")[0] for problem in found] == [
        "lable",
        "hosts",
        "schedule.start",
        "schedule.end",
        "duration",
    ]


@pytest.mark.parametrize(
    ("text", "document"),
    [
        (
            "mon-fri 22:00-06:00",
            {"weekdays": "mon-fri", "start": "22:00", "end": "06:00"},
        ),
        ("sat,sun 00:00 - 24:00", {"weekdays": "sat,sun", "start": "00:00", "end": "24:00"}),
        ("02:00-03:00", {"start": "02:00", "end": "03:00"}),
    ],
)
def test_a_week_is_written_on_one_line(text: str, document: dict[str, str]) -> None:
    assert weekly_document(text) == document


@pytest.mark.parametrize("text", ["", "mon", "mon 22:00", "22:00-06:00 mon"])
def test_what_is_no_week_says_how_one_is_written(text: str) -> None:
    with pytest.raises(ValueInvalid, match="write it as `mon-fri 22:00-06:00`"):
        weekly_document(text)


def test_a_silence_is_shown_as_it_stands() -> None:
    silence = read(schedule=NIGHTLY, rules=["disk-*"], labels={"path": "/var*"})
    view = silence_view(silence, now=NOW)
    assert view["state"] == "pending"
    assert view["next_change_at"] == "2026-03-02T21:00:00.000Z"
    assert view["schedule"] == NIGHTLY | {"weekdays": ["mon", "tue", "wed", "thu", "fri"]}
    assert (view["hosts"], view["everything"], view["ends_at"]) == (["web-*"], False, None)
    assert matchers_text(silence) == "hosts web-*; rules disk-*; path=/var*"
    assert schedule_text(silence) == "mon-fri 22:00-06:00 Europe/Berlin"
    weekends = read(schedule={"weekdays": "sat,sun,wed", "start": "00:00", "end": "24:00"})
    assert schedule_text(weekends) == "wed,sat-sun 00:00-24:00 UTC"


@settings(deadline=None)
@given(
    st.fixed_dictionaries(
        {
            "weekdays": st.lists(st.sampled_from(schedule_document.WEEKDAYS), min_size=1),
            "start": st.times().map(lambda at: at.strftime("%H:%M")),
            "end": st.times().map(lambda at: at.strftime("%H:%M")),
            "time_zone": st.sampled_from(["UTC", "Europe/Berlin", "America/New_York"]),
        }
    )
)
def test_what_is_shown_can_be_written_again_and_stored(document: dict[str, Any]) -> None:
    first = read(schedule=document).schedule
    assert first is not None
    shown = schedule_document.schedule_view(first)
    assert read(schedule=shown).schedule == first
    assert schedule_document.schedule_of(schedule_document.stored_schedule(first)) == first


_LEAVES = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | st.just("24:00")
_VALUES = _LEAVES | st.lists(_LEAVES, max_size=3) | st.dictionaries(st.text(max_size=8), _LEAVES, max_size=3)
_PARTS = st.fixed_dictionaries({}, optional=dict.fromkeys(("weekdays", "start", "end", "time_zone"), _LEAVES))


@settings(deadline=None, max_examples=examples(60))
@given(st.fixed_dictionaries({}, optional=dict.fromkeys(KEYS, _VALUES) | {"schedule": _VALUES | _PARTS}))
def test_whatever_is_written_is_a_silence_or_a_list_of_problems(document: dict[str, Any]) -> None:
    with contextlib.suppress(AlertsInvalid):
        assert parse_silence(document, now=NOW).starts_at == NOW


@settings(deadline=None)
@given(st.floats(0, 4e9))
def test_a_silence_that_begins_now_is_active_at_once_and_comes_back_as_it_was(now: float) -> None:
    silence = parse_silence({"everything": True, "duration": "1h"}, now=now)
    assert silence.is_active(now)
    assert datetime.fromtimestamp(silence.starts_at, UTC).timestamp() == silence.starts_at
