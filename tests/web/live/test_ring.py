"""The memory for clients that come back is bounded."""

from web.live.events import LiveNotice
from web.live.ring import EventRing
from web.live.streams import Fields


def _filled(ring: EventRing, count: int, *, size: int = 10, now: float = 0.0) -> None:
    ring.extend([(number, LiveNotice("x", b"y" * size, None)) for number in range(1, count + 1)], now=now)


def test_it_keeps_no_more_events_than_it_may() -> None:
    ring = EventRing(max_events=10)
    _filled(ring, 100)
    assert len(ring) == 10
    assert ring.after(89, newest=100, fields=Fields.ALL) is None
    kept = ring.after(90, newest=100, fields=Fields.ALL)
    assert kept is not None
    assert [number for number, _ in kept] == list(range(91, 101))


def test_it_keeps_no_more_bytes_than_it_may() -> None:
    ring = EventRing(max_bytes=100_000)
    _filled(ring, 100, size=9_500)
    assert len(ring) == 10
    _filled(ring, 1, size=1_000_000)
    assert len(ring) == 0


def test_it_forgets_what_is_older_than_a_minute() -> None:
    ring = EventRing()
    _filled(ring, 5, now=0.0)
    ring.extend([(6, LiveNotice("x", b"y", None))], now=61.0)
    assert len(ring) == 1


def test_one_who_has_seen_everything_missed_nothing() -> None:
    ring = EventRing()
    _filled(ring, 5)
    assert ring.after(5, newest=5, fields=Fields.ALL) == []
    assert ring.after(6, newest=5, fields=Fields.ALL) is None
