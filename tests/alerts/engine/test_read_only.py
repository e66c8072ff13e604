"""The shipped rule of a file system that can no longer be written, from its first sign to its end."""

from alerts.engine.changes import ChangeKind
from alerts.rules.stored import shipped_rule
from alerts.states import Resolution
from metrics.results import PollResult
from tests.alerts.engine.building import START, Bench, good, point


def disk(at: float, mode: str, **fields: int) -> PollResult:
    labels = (("device", "sda1"), ("fstype", "ext4"), ("mode", mode), ("path", "/data"))
    return good(START + at, point("disk", labels, free=1, **fields))


def test_it_fires_when_it_lasts_outlives_what_is_forgotten_and_ends_when_it_can_be_written() -> None:
    rule = shipped_rule("disk-read-only").rule
    assert rule is not None
    bench = Bench(rule)
    bench.feed(disk(0, "rw", became_read_only=0))
    for at in range(30, 120, 30):
        bench.feed(disk(at, "ro", became_read_only=1))
    assert bench.kinds() == [ChangeKind.PENDING, ChangeKind.FIRING]
    for at in range(120, 7200, 30):  # after a restart of the daemon nobody knows that it was writable
        bench.feed(disk(at, "ro"))
        bench.engine.tick(START + at)
    assert bench.kinds() == []
    bench.feed(disk(7200, "rw", became_read_only=0))
    assert bench.changes[-1].resolution is Resolution.CLEARED
    assert bench.changes[-1].about.readings[0].metric == "disk.became_read_only"
