"""Times for whoever reads them."""

import time
from collections.abc import Iterator

import pytest

from foundation.times import local_text


@pytest.fixture(autouse=True)
def zone(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The zone that a test names."""
    monkeypatch.setenv("TZ", request.param)
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.mark.parametrize(
    ("zone", "text", "shown"),
    [
        ("UTC", "2026-07-31T16:00:00.250Z", "2026-07-31T16:00:00.250Z"),
        ("Europe/Berlin", "2026-07-31T16:00:00.250Z", "2026-07-31T18:00:00+02:00"),
        ("Europe/Berlin", "2026-01-31T23:30:00Z", "2026-02-01T00:30:00+01:00"),
        ("Asia/Kolkata", "2026-01-31T23:30:00Z", "2026-02-01T05:00:00+05:30"),
        ("Europe/London", "2026-01-31T23:30:00Z", "2026-01-31T23:30:00Z"),
    ],
    indirect=["zone"],
)
def test_a_time_is_shown_in_the_zone_with_its_offset(text: str, shown: str) -> None:
    assert local_text(text) == shown
