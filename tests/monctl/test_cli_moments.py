"""Moments in options, at a fixed now: Wednesday, 2026-03-11 10:30 in Berlin."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foundation.documents.errors import ValueInvalid
from monctl.cli.moments import is_span, moment_of, seconds_since, span_seconds

BERLIN = ZoneInfo("Europe/Berlin")
NOW = datetime(2026, 3, 11, 10, 30, tzinfo=BERLIN).timestamp()
HOUR, DAY = 3600.0, 86400.0


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("15m", 900.0),
        ("1w", 7 * DAY),
        ("2w", 14 * DAY),
        ("90", 90.0),
        ("2026-03-11", 10.5 * HOUR),
        ("2026-03-10", 34.5 * HOUR),
        ("2026-03-11T10:00", 0.5 * HOUR),
        ("2026-03-11 10:00", 0.5 * HOUR),
        ("2026-03-11T09:00Z", 0.5 * HOUR),
        ("10:00", 0.5 * HOUR),
        ("18:00", 16.5 * HOUR),
        (" 9:30:30 ", HOUR - 30),
    ],
)
def test_how_long_ago(text: str, seconds: float) -> None:
    assert seconds_since(text, now=NOW, zone=BERLIN) == seconds


@pytest.mark.parametrize(
    "text",
    [
        "",
        "soon",
        "0s",
        "0w",
        "-1w",
        "1.5w",
        "25:00",
        "2026-02-30",
        "yesterday",
        "tomorrow",
        "2027-01-01",
        "101y",
        "9999w",
    ],
)
def test_what_is_no_time_that_has_been_is_refused(text: str) -> None:
    with pytest.raises(ValueInvalid):
        seconds_since(text, now=NOW, zone=BERLIN)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("18:00", "2026-03-11T17:00:00+00:00"),
        ("10:30", "2026-03-12T09:30:00+00:00"),
        ("8:00", "2026-03-12T07:00:00+00:00"),
        ("tomorrow", "2026-03-11T23:00:00+00:00"),
        ("Tomorrow 08:00", "2026-03-12T07:00:00+00:00"),
        ("today 18:00", "2026-03-11T17:00:00+00:00"),
        ("2026-03-29T03:30", "2026-03-29T01:30:00+00:00"),
        ("2026-01-31T18:00", "2026-01-31T17:00:00+00:00"),
        ("2026-01-31T18:00Z", "2026-01-31T18:00:00+00:00"),
    ],
)
def test_when(text: str, moment: str) -> None:
    assert moment_of(text, now=NOW, zone=BERLIN).isoformat() == moment


@pytest.mark.parametrize("text", ["", "2h", "soon", "25:00", "18:60", "tomorrow 25:00", "tomorrow soon"])
def test_what_is_no_time_is_refused(text: str) -> None:
    with pytest.raises(ValueInvalid, match="must be a time such as"):
        moment_of(text, now=NOW, zone=BERLIN)


def test_durations_are_told_from_times() -> None:
    assert [is_span(text) for text in ("1w", "24h", "18:00", "2026-01-31")] == [True, True, False, False]
    assert span_seconds("3w") == 21 * DAY


@given(st.integers(0, 23), st.integers(0, 59), st.floats(0, 2e9))
def test_a_time_of_the_clock_is_within_a_day_on_either_side(hour: int, minute: int, now: float) -> None:
    text = f"{hour}:{minute:02}"
    ahead = moment_of(text, now=now, zone=UTC).timestamp() - now
    assert 0 < ahead <= DAY
    assert 0 < seconds_since(text, now=now, zone=UTC) <= DAY
    assert (datetime.fromtimestamp(now, UTC) + timedelta(seconds=ahead)).minute in (minute, (minute - 1) % 60)
