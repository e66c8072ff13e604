"""Each outage is told when it begins and when it is over."""

import logging

import pytest

from foundation.outage import Outage


@pytest.fixture
def outage() -> Outage:
    return Outage(logging.getLogger("store"), begins="the store is away", ends="the store is back")


def _told(caplog: pytest.LogCaptureFixture) -> list[tuple[str, str, str]]:
    return [(record.name, record.levelname, record.getMessage()) for record in caplog.records]


def test_however_often_it_fails_its_begin_and_end_are_told_once(
    outage: Outage, caplog: pytest.LogCaptureFixture
) -> None:
    for _ in range(3):
        outage.failed(OSError("100 % full"))
    assert outage.is_on
    outage.worked()
    outage.worked()
    assert not outage.is_on
    assert _told(caplog) == [
        ("store", "ERROR", "the store is away: 100 % full"),
        ("store", "WARNING", "the store is back"),
    ]


def test_what_works_from_the_start_is_not_worth_a_word(
    outage: Outage, caplog: pytest.LogCaptureFixture
) -> None:
    outage.worked()
    assert (outage.is_on, outage.failures, _told(caplog)) == (False, 0, [])


def test_each_outage_is_told_and_failures_are_counted_over_all(
    outage: Outage, caplog: pytest.LogCaptureFixture
) -> None:
    for reason in ("locked", "full"):
        outage.failed(reason)
        outage.failed("as before")
        outage.worked()
    assert outage.failures == 4
    assert [text for _, _, text in _told(caplog)] == [
        "the store is away: locked",
        "the store is back",
        "the store is away: full",
        "the store is back",
    ]
