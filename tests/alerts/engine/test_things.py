"""An alert is about a thing: it goes on when only the thing's attributes change, and ends when it is gone."""

from collections.abc import Callable
from typing import Any

import pytest

from alerts.engine.changes import AlertKey, ChangeKind
from alerts.engine.engine import SILENT_SECONDS
from alerts.states import Resolution
from metrics.results import Labels, Point, PollResult
from tests.alerts.engine.building import START, Bench, failed, good, host, point, rule

EVERY = 30
Answer = Callable[[float], PollResult]


def disk(path: str = "/data", percent: float = 98.5, **attributes: Any) -> Point:
    """A disk, mounted for reading and writing unless said otherwise."""
    labels = {"device": "sda1", "fstype": "ext4", "mode": "rw", "path": path} | attributes
    return point("disk", tuple(sorted(labels.items())), used_percent=percent)


def run(bench: Bench, answer: Answer, seconds: float, *, begin: float = EVERY) -> None:
    """Feed an answer again and again."""
    at = begin
    while at <= seconds:
        bench.feed(answer(START + at))
        bench.engine.tick(START + at)
        at += EVERY


def with_error(text: str, *points: Point) -> Answer:
    """Good polls whose disk collector had an error."""
    return lambda time: PollResult(
        host="web-1", time=time, outcome=good(0).outcome, duration=0.0, points=points, errors={"disk": text}
    )


@pytest.mark.parametrize(
    "attributes", [{"mode": "ro"}, {"device": "sdb1"}, {"fstype": "btrfs", "device": "dm-0", "mode": "ro"}]
)
def test_a_disk_that_is_mounted_anew_keeps_its_alert(attributes: dict[str, Any]) -> None:
    bench = Bench(rule(when="disk.used_percent > 90"))
    bench.feed(good(START, disk()))
    assert bench.kinds() == [ChangeKind.FIRING]
    run(bench, lambda time: good(time, disk(**attributes)), 3000)
    assert bench.kinds() == []
    bench.feed(good(START + 3100, disk(percent=10.0, **attributes)))
    (end,) = bench.changes
    assert (end.kind, end.resolution) == (ChangeKind.RESOLVED, Resolution.CLEARED)
    assert dict(end.about.readings[0].labels) == dict(disk(**attributes).labels)


def test_a_pending_alert_waits_on_across_a_mount_and_says_how_the_disk_is_when_it_fires() -> None:
    bench = Bench(rule(when="disk.used_percent > 90", for_seconds=60))
    bench.feed(good(START, disk()), good(START + 30, disk()), good(START + 60, disk(mode="ro")))
    assert [change.kind for change in bench.changes] == [ChangeKind.PENDING, ChangeKind.FIRING]
    assert dict(bench.changes[-1].labels)["mode"] == "ro"


def test_what_a_function_remembers_of_a_path_outlasts_a_mount() -> None:
    bench = Bench(rule(when="avg(disk.used_percent, 10m) > 90"))
    for at in range(0, 300, 30):
        bench.feed(good(START + at, disk()))
    bench.feed(good(START + 300, disk(mode="ro")))
    assert bench.kinds() == [ChangeKind.FIRING]


def test_a_rule_about_an_attribute_is_still_asked_of_all_labels() -> None:
    bench = Bench(rule(when="disk.used_percent > 90", labels={"mode": ("rw",)}))
    bench.feed(good(START, disk(), disk("/mnt", mode="ro")))
    assert [dict(change.labels)["path"] for change in bench.changes] == ["/data"]
    bench.engine.apply_rules([rule(when="disk.used_percent > 80", labels={"mode": ("rw",)})], START + 1)
    assert bench.engine._ledger.entry(AlertKey("r", "web-1", (("path", "/data"),))) is not None
    bench.engine.apply_rules([rule(when="disk.used_percent > 80", labels={"mode": ("ro",)})], START + 2)
    assert bench.changes[-1].resolution is Resolution.RULE_CHANGED


def test_of_a_path_that_is_brought_twice_the_worse_counts() -> None:
    bench = Bench(rule(when="disk.used_percent > 90"))
    for at in range(0, 300, 30):
        bench.feed(good(START + at, disk(), disk(device="sdb1", percent=5.0)))
    assert bench.kinds() == [ChangeKind.FIRING]


@pytest.mark.parametrize(
    ("when", "labels", "field"),
    [
        ("temp.temp > 90", (("sensor", "cpu"),), "temp"),
        ("disk.used_percent > 90", disk().labels, "used_percent"),
        ("swap.used_percent > 90", (), "used_percent"),
        ("net.err_in > 90", (("interface", "eth0"),), "err_in"),
    ],
)
def test_an_alert_ends_with_the_last_thing_of_its_kind(when: str, labels: Labels, field: str) -> None:
    bench = Bench(rule(when=when, repeat_seconds=600))
    measurement = when.partition(".")[0]
    bench.feed(good(START, Point(measurement, labels, {field: 99})))
    bench.said()
    run(bench, lambda time: good(time, point("mem", used_percent=1.0)), SILENT_SECONDS + 60)
    end = bench.changes[-1]
    assert (end.kind, end.resolution) == (ChangeKind.RESOLVED, Resolution.GONE)
    assert (end.about.readings, end.about.labels) == ((), labels)
    bench.said()
    run(bench, lambda time: good(time, point("mem", used_percent=1.0)), 9000, begin=SILENT_SECONDS + 90)
    assert bench.kinds() == []


def test_an_alert_ends_soon_when_its_collector_is_switched_off() -> None:
    bench = Bench(rule(when="disk.used_percent > 90"))
    bench.feed(good(START, disk()))
    bench.said()
    collectors = dict(host().collectors) | {"disk": None}
    bench.engine.apply_hosts({"web-1": host(collectors=collectors)}, START + 1)
    run(bench, lambda time: good(time, point("mem", used_percent=1.0)), 660)
    assert bench.changes[-1].resolution is Resolution.GONE


@pytest.mark.parametrize(
    "answer",
    [
        with_error("timed out"),
        with_error("/data timed out after 2 s", disk("/", percent=1.0)),
        lambda time: failed(time),
        lambda time: good(time, disk("/", percent=1.0), host="web-2"),
    ],
    ids=["the collector fails", "the mount hangs", "the host is down", "nothing comes"],
)
def test_an_alert_stays_while_nobody_knows_of_its_thing(answer: Answer) -> None:
    bench = Bench(rule(when="disk.used_percent > 90"))
    bench.feed(good(START, disk()))
    bench.said()
    run(bench, answer, 3 * SILENT_SECONDS)
    assert bench.kinds() == []


def test_an_error_of_another_mount_does_not_keep_an_alert() -> None:
    bench = Bench(rule(when="disk.used_percent > 90"))
    bench.feed(good(START, disk()))
    bench.said()
    run(bench, with_error("/nfs timed out after 2 s", disk("/", percent=1.0)), 700)
    assert bench.kinds() == [ChangeKind.RESOLVED]


def test_an_error_of_a_mount_below_does_not_keep_an_alert() -> None:
    bench = Bench(rule(when="disk.used_percent > 90"))
    bench.feed(good(START, disk()))
    bench.said()
    run(bench, with_error("hidden under another mount: /data/old, /x/data", disk("/", percent=1.0)), 700)
    assert bench.kinds() == [ChangeKind.RESOLVED]


def test_a_host_that_comes_back_has_time_to_bring_its_things() -> None:
    bench = Bench(rule(when="disk.used_percent > 90"))
    bench.feed(good(START, disk()))
    bench.said()
    run(bench, failed, 7200)
    run(bench, lambda time: good(time, disk("/", percent=1.0)), 7700, begin=7230)
    assert bench.kinds() == []


def test_what_cannot_be_judged_yet_is_not_gone() -> None:
    """A window that lost its past says nothing for half its span, though the disk is there."""
    bench = Bench(rule(when="avg(disk.used_percent, 2h) > 90"))
    for at in range(0, 3660, 30):
        bench.feed(good(START + at, disk()))
    assert bench.kinds() == [ChangeKind.FIRING]
    bench.engine._watches["web-1"].windows._windows.clear()
    bench.engine._watches["web-1"].use(bench.engine.rules)
    run(bench, lambda time: good(time, disk()), 3660 + 3000, begin=3690)
    assert bench.kinds() == []
