"""What a silence covers, and when."""

from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alerts.notice import Notice, NoticeKind
from alerts.severity import Severity
from alerts.silences.book import SilenceBook
from alerts.silences.matchers import Matchers
from alerts.silences.schedule import WeeklySchedule
from alerts.silences.silence import Silence, SilenceState

MONDAY = datetime(2026, 3, 2, tzinfo=UTC).timestamp()
HOUR = 3600.0
NIGHTS = WeeklySchedule(
    weekdays=frozenset({0, 1, 2, 3, 4}), start=time(22), end=time(6), zone=ZoneInfo("UTC")
)


def silence(starts_at: float = MONDAY, ends_at: float | None = MONDAY + HOUR, **more: object) -> Silence:
    fields = {"matchers": Matchers(), "starts_at": starts_at, "ends_at": ends_at} | more
    return Silence(**fields)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("matchers", "is_covered"),
    [
        (Matchers(), True),
        (Matchers(hosts=("web-1",)), True),
        (Matchers(hosts=("web-2",)), False),
        (Matchers(hosts=("web-2", "web-*")), True),
        (Matchers(hosts=("tag:env=prod",)), True),
        (Matchers(hosts=("tag:env=p*",)), True),
        (Matchers(hosts=("tag:env",)), True),
        (Matchers(hosts=("tag:env=test",)), False),
        (Matchers(hosts=("tag:role",)), False),
        (Matchers(rules=("disk-*",)), True),
        (Matchers(rules=("cpu-*", "disk-almost-full")), True),
        (Matchers(rules=("Disk-*",)), False),
        (Matchers(labels={"path": "/var*"}), True),
        (Matchers(labels={"path": "/srv*"}), False),
        (Matchers(labels={"path": "/var*", "device": "sd*"}), False),  # the alert has no device
        (Matchers(hosts=("web-*",), rules=("disk-*",), labels={"path": "*"}), True),
        (Matchers(hosts=("web-*",), rules=("cpu-*",)), False),
    ],
)
def test_a_silence_covers_what_all_of_its_matchers_match(matchers: Matchers, is_covered: bool) -> None:
    covers = silence(matchers=matchers).covers(
        "web-1", {"env": "prod"}, "disk-almost-full", {"path": "/var/log"}
    )
    assert covers is is_covered


@pytest.mark.parametrize(
    ("matchers", "is_covered"),
    [
        (Matchers(), True),
        (Matchers(rules=("poller-cut-off",)), True),
        (Matchers(rules=("disk-*",)), False),
        (Matchers(hosts=("*",)), False),
        (Matchers(hosts=("*",), rules=("poller-cut-off",)), False),
    ],
)
def test_an_alert_of_the_poller_itself_is_no_hosts(matchers: Matchers, is_covered: bool) -> None:
    assert silence(matchers=matchers).covers("", {}, "poller-cut-off", {}) is is_covered


def test_a_host_whose_name_looks_like_a_pattern_is_covered_by_its_name() -> None:
    assert silence(matchers=Matchers(hosts=("web[1]",))).covers("web[1]", {}, "cpu", {})


@pytest.mark.parametrize(
    ("at", "state", "change"),
    [
        (-1.0, SilenceState.PENDING, 0.0),
        (0.0, SilenceState.ACTIVE, HOUR),
        (HOUR - 1, SilenceState.ACTIVE, HOUR),
        (HOUR, SilenceState.EXPIRED, None),
    ],
)
def test_a_silence_holds_from_its_start_until_before_its_end(
    at: float, state: SilenceState, change: float | None
) -> None:
    assert silence().state(MONDAY + at) is state
    assert silence().is_active(MONDAY + at) is (state is SilenceState.ACTIVE)
    assert silence().next_change(MONDAY + at) == (None if change is None else MONDAY + change)


@pytest.mark.parametrize(
    ("at", "state", "change"),
    [
        (-20.0, SilenceState.PENDING, 23.0),  # it starts in a window, at 23:00
        (23.0, SilenceState.ACTIVE, 30.0),
        (30.0, SilenceState.PENDING, 46.0),
        (46.0, SilenceState.ACTIVE, 50.0),  # it ends in a window, at 02:00 of Wednesday
        (50.0, SilenceState.EXPIRED, None),
        (71.0, SilenceState.EXPIRED, None),
    ],
)
def test_a_recurring_silence_holds_in_its_windows_between_start_and_end(
    at: float, state: SilenceState, change: float | None
) -> None:
    nightly = silence(MONDAY + 23 * HOUR, MONDAY + 50 * HOUR, schedule=NIGHTS)
    assert nightly.state(MONDAY + at * HOUR) is state
    assert nightly.next_change(MONDAY + at * HOUR) == (None if change is None else MONDAY + change * HOUR)


def test_a_recurring_silence_whose_last_window_is_over_is_expired_before_its_end() -> None:
    weekend = silence(MONDAY, MONDAY + 6 * 24 * HOUR, schedule=NIGHTS)
    assert weekend.state(MONDAY + 5.5 * 24 * HOUR) is SilenceState.EXPIRED


_SILENCES = st.builds(
    silence,
    st.integers(0, 200).map(lambda hours: MONDAY + hours * HOUR),
    st.one_of(st.none(), st.integers(0, 400).map(lambda hours: MONDAY + hours * HOUR)),
    schedule=st.one_of(st.none(), st.just(NIGHTS)),
)


@settings(deadline=None)
@given(_SILENCES, st.integers(-50, 500))
def test_a_silence_is_as_it_was_until_its_next_change(one: Silence, hours: int) -> None:
    at = MONDAY + hours * HOUR
    change = one.next_change(at)
    end = at + 300 * HOUR if change is None else change
    assert end > at
    quarters = range(int((min(end, at + 300 * HOUR) - at) // 900))
    assert all(one.is_active(at + quarter * 900) is one.is_active(at) for quarter in quarters)
    if change is not None:
        assert one.is_active(change) is not one.is_active(at)


@settings(deadline=None)
@given(_SILENCES, st.integers(-50, 500))
def test_an_expired_silence_is_never_active_again(one: Silence, hours: int) -> None:
    at = MONDAY + hours * HOUR
    if one.state(at) is SilenceState.EXPIRED:
        assert not any(one.is_active(at + later * HOUR) for later in range(24 * 14))


def _notice(host: str = "web-1") -> Notice:
    return Notice(
        kind=NoticeKind.FIRING,
        alert_id=1,
        rule="disk-almost-full",
        severity=Severity.CRITICAL,
        host=host,
        labels={"path": "/"},
        tags={"env": "prod"},
        since=MONDAY,
        fired_at=MONDAY,
        time=MONDAY,
    )


def test_a_notice_is_silenced_by_the_first_silence_that_covers_it_and_is_active() -> None:
    book = SilenceBook(
        [
            silence(id=1, matchers=Matchers(hosts=("db-*",))),
            silence(id=2, starts_at=MONDAY + HOUR, ends_at=MONDAY + 3 * HOUR),
            silence(id=3, matchers=Matchers(hosts=("tag:env=prod",))),
            silence(id=4),
        ]
    )
    assert book.silenced_by(_notice(), MONDAY) == 3
    assert book.silenced_by(_notice(), MONDAY + HOUR) == 2
    assert book.silenced_by(_notice(), MONDAY + 3 * HOUR) is None
    assert book.silenced_by(_notice("db-1"), MONDAY) == 1


def test_the_book_knows_when_the_next_of_its_silences_changes() -> None:
    book = SilenceBook([silence(ends_at=MONDAY + 3 * HOUR), silence(), silence(ends_at=MONDAY)])
    assert book.next_change(MONDAY) == MONDAY + HOUR
    assert book.next_change(MONDAY + HOUR) == MONDAY + 3 * HOUR
    book.replace(())
    assert book.silenced_by(_notice(), MONDAY) is None
    assert book.next_change(MONDAY) is None
