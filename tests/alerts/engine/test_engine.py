"""The engine on results as they come: which alerts begin and end, and what is said of them."""

from alerts.engine.changes import ChangeKind
from alerts.rules.rule import NEVER, Escalation
from alerts.states import Resolution
from metrics.results import Outcome, TopProcess, TopProcesses
from tests.alerts.engine.building import START, TOTAL, Bench, failed, good, host, memory, point, rule

PENDING, CANCELLED, FIRING, RESOLVED = (
    ChangeKind.PENDING,
    ChangeKind.CANCELLED,
    ChangeKind.FIRING,
    ChangeKind.RESOLVED,
)


def test_a_rule_fires_and_resolves_with_what_was_compared() -> None:
    bench = Bench(rule())
    bench.feed(memory(START, 95.5), memory(START + 5, 50.0))
    fired, resolved = bench.changes
    assert (fired.kind, resolved.kind) == (FIRING, RESOLVED)
    (reading,) = fired.about.readings
    assert (reading.metric, reading.value, reading.operator, reading.threshold) == (
        "mem.used_percent", 95.5, ">", 90.0,
    )  # fmt: skip
    assert reading.unit == "percent"
    assert resolved.about.readings[0].value == 50.0
    assert resolved.resolution is Resolution.CLEARED


def test_each_label_set_has_an_alert_of_its_own() -> None:
    bench = Bench(rule(when="disk.used_percent > 90"))
    full, empty = (("path", "/var"),), (("path", "/"),)
    points = [point("disk", full, used_percent=95.0), point("disk", empty, used_percent=10.0)]
    bench.feed(good(START, *points))
    points = [point("disk", full, used_percent=95.0), point("disk", empty, used_percent=99.0)]
    bench.feed(good(START + 5, *points))
    assert [change.key.labels for change in bench.changes] == [full, empty]


def test_labels_choose_mounts_and_cpu_means_all_processors_together() -> None:
    bench = Bench(
        rule("disk", "disk.used_percent > 90", labels={"path": ("/var*",)}),
        rule("cpu", "cpu.usage_active > 90"),
        rule("cores", "cpu.usage_active > 90", labels={"cpu": ("cpu?",)}),
    )
    bench.feed(
        good(
            START,
            point("disk", (("path", "/"),), used_percent=99.0),
            point("disk", (("path", "/var/lib"),), used_percent=99.0),
            point("cpu", TOTAL, usage_active=99.0),
            point("cpu", (("cpu", "cpu0"),), usage_active=99.0),
        )
    )
    assert [(change.key.rule, change.key.labels[0][1]) for change in bench.changes] == [
        ("disk", "/var/lib"),
        ("cpu", "cpu-total"),
        ("cores", "cpu0"),
    ]


def test_a_rule_is_for_the_hosts_that_it_selects() -> None:
    hosts = {name: host(name, tags={"env": env}) for name, env in [("web-1", "prod"), ("db-1", "test")]}
    bench = Bench(rule("web", hosts=("web-*",)), rule("test", hosts=("tag:env=test",)), hosts=hosts)
    bench.feed(memory(START, 99.0), memory(START, 99.0, host="db-1"))
    assert [(change.key.rule, change.key.host) for change in bench.changes] == [
        ("web", "web-1"),
        ("test", "db-1"),
    ]


def test_a_compound_condition_takes_what_came_with_an_earlier_poll() -> None:
    bench = Bench(rule(when="mem.used_percent > 90 and disk.used_percent > 90"))
    disk = point("disk", (("path", "/"),), used_percent=95.0)
    bench.feed(good(START, point("mem", used_percent=50.0), disk))
    assert bench.kinds() == []
    bench.feed(memory(START + 5, 99.0))
    (change,) = bench.changes
    assert change.key.labels == (("path", "/"),)
    assert [reading.value for reading in change.about.readings] == [99.0, 95.0]
    bench.said()
    bench.feed(memory(START + 500, 10.0))
    assert bench.kinds() == [], "a disk not seen for minutes is no data, which resolves nothing"


def test_a_host_without_data_neither_fires_nor_resolves_but_is_down() -> None:
    bench = Bench(rule(), rule("host-down", 'host.state == "down"'))
    bench.feed(memory(START, 99.0))
    assert bench.kinds() == [FIRING]
    bench.feed(*(failed(START + 5 * turn) for turn in range(1, 100)))
    assert [(change.kind, change.key.rule) for change in bench.changes] == [(FIRING, "host-down")]
    assert bench.changes[0].about.reason == "timeout"
    bench.said()
    bench.feed(memory(START + 600, 99.0))
    assert [(change.kind, change.key.rule) for change in bench.changes] == [(RESOLVED, "host-down")]


def test_nodata_counts_from_the_last_good_poll() -> None:
    bench = Bench(rule(when="nodata(2m)"))
    bench.feed(memory(START, 1.0), *(failed(START + at) for at in (5, 60, 119)))
    assert bench.kinds() == []
    bench.feed(failed(START + 120))
    assert bench.kinds() == [FIRING]
    bench.feed(memory(START + 125, 1.0))
    assert bench.kinds() == [RESOLVED]


def test_a_rule_that_mixes_metrics_and_silence_hears_of_failed_polls() -> None:
    bench = Bench(rule(when="mem.used_percent > 90 or nodata(1m)"))
    bench.feed(memory(START, 10.0), failed(START + 30))
    assert bench.kinds() == []
    bench.feed(failed(START + 60))
    assert bench.kinds() == [FIRING]
    bench.feed(memory(START + 65, 10.0))
    assert bench.kinds() == [RESOLVED]


def test_an_average_needs_time_and_forgets_a_spike() -> None:
    bench = Bench(rule(when="avg(mem.used_percent, 1m) > 90"))
    bench.feed(*(memory(START + 5 * turn, 99.0 if turn == 3 else 50.0) for turn in range(20)))
    assert bench.kinds() == []
    bench.feed(*(memory(START + 100 + 5 * turn, 99.0) for turn in range(20)))
    assert bench.kinds() == [FIRING]


def test_hysteresis_keeps_an_alert_between_its_two_thresholds() -> None:
    bench = Bench(rule(clear="mem.used_percent < 80"))
    bench.feed(memory(START, 95.0), memory(START + 5, 85.0), memory(START + 10, 79.0))
    assert [(change.kind, change.time) for change in bench.changes] == [
        (FIRING, START),
        (RESOLVED, START + 10),
    ]


def test_an_alert_that_never_clears_waits_for_a_person_and_for_its_cause_to_end() -> None:
    bench = Bench(rule("key", 'host.reason == "host_key_changed"', clear=NEVER))
    bench.feed(failed(START, Outcome.HOST_KEY_CHANGED))
    (fired,) = bench.changes
    bench.said()
    bench.feed(memory(START + 5, 1.0))
    bench.engine.tick(START + 3600)
    assert bench.kinds() == []
    bench.engine.acknowledge(fired.key, is_acknowledged=True)
    bench.engine.tick(START + 3601)
    assert bench.kinds() == [RESOLVED]


def test_an_acknowledged_alert_that_never_clears_goes_on_while_its_cause_does() -> None:
    bench = Bench(rule("key", 'host.reason == "host_key_changed"', clear=NEVER))
    bench.feed(failed(START, Outcome.HOST_KEY_CHANGED))
    bench.engine.acknowledge(bench.changes[0].key, is_acknowledged=True)
    bench.said()
    bench.feed(failed(START + 5, Outcome.HOST_KEY_CHANGED))
    bench.engine.tick(START + 6)
    assert bench.kinds() == []


def test_top_processes_of_that_moment_travel_with_the_alert() -> None:
    top = TopProcesses(by_cpu=(TopProcess(1, "root", "burn", 99.0, 1000),))
    bench = Bench(rule())
    result = memory(START, 99.0)
    bench.current.accept(result)
    bench.current.last_known("web-1").top = top  # type: ignore[union-attr]
    bench.engine.accept(result)
    assert bench.changes[0].about.top == top


def test_a_firing_alert_is_repeated_and_escalated_until_somebody_takes_it() -> None:
    escalation = Escalation(after_seconds=1800, channels=("boss",))
    bench = Bench(rule(repeat_seconds=3600.0, escalate=escalation))
    bench.feed(memory(START, 99.0))
    key = bench.changes[0].key
    bench.said()
    for at in range(0, 7300, 100):
        bench.engine.tick(START + at)
    assert [(change.kind, change.time - START) for change in bench.changes] == [
        (ChangeKind.ESCALATION, 1800),
        (ChangeKind.REPEAT, 3600),
        (ChangeKind.REPEAT, 7200),
    ]
    bench.said()
    bench.engine.acknowledge(key, is_acknowledged=True)
    bench.engine.tick(START + 100_000)
    assert bench.kinds() == []


def test_a_rule_that_is_removed_or_switched_off_ends_its_alerts() -> None:
    for rest in ([], [rule(is_enabled=False)]):
        bench = Bench(rule(), rule("slow", "mem.used_percent > 80", for_seconds=60))
        bench.feed(memory(START, 99.0))
        bench.said()
        bench.engine.apply_rules(rest, START + 1)
        assert [(change.kind, change.resolution) for change in bench.changes] == [
            (RESOLVED, Resolution.RULE_REMOVED),
            (CANCELLED, Resolution.RULE_REMOVED),
        ]


def test_a_firing_alert_outlives_an_edit_of_its_threshold_and_a_pending_one_starts_anew() -> None:
    bench = Bench(rule(), rule("slow", "mem.used_percent > 80", for_seconds=60))
    bench.feed(memory(START, 99.0))
    bench.said()
    edited = [rule(when="mem.used_percent > 95"), rule("slow", "mem.used_percent > 70", for_seconds=60)]
    bench.engine.apply_rules(edited, START + 1)
    assert bench.kinds() == [CANCELLED]
    bench.feed(memory(START + 5, 99.0))
    assert bench.kinds() == [PENDING]
    bench.feed(memory(START + 10, 94.0))
    assert bench.kinds() == [RESOLVED]


def test_an_edit_that_changes_only_severity_or_for_lets_the_clock_run_on() -> None:
    bench = Bench(rule(for_seconds=60))
    bench.feed(memory(START, 99.0), memory(START + 20, 99.0))
    bench.engine.apply_rules([rule(for_seconds=30, channels=("ops",))], START + 25)
    bench.feed(memory(START + 30, 99.0))
    assert bench.kinds() == [PENDING, FIRING]


def test_an_alert_of_a_host_that_its_rule_no_longer_selects_ends() -> None:
    bench = Bench(rule())
    bench.feed(memory(START, 99.0))
    bench.said()
    bench.engine.apply_rules([rule(hosts=("db-*",))], START + 1)
    assert [(change.kind, change.resolution) for change in bench.changes] == [
        (RESOLVED, Resolution.RULE_CHANGED)
    ]


def test_removing_or_pausing_a_host_ends_its_alerts() -> None:
    for hosts, resolution in (
        ({}, Resolution.HOST_REMOVED),
        ({"web-1": host(paused=True)}, Resolution.HOST_PAUSED),
    ):
        bench = Bench(rule(), rule("down", 'host.state == "down"'))
        bench.feed(memory(START, 99.0), failed(START + 5))
        bench.said()
        bench.engine.apply_hosts(hosts, START + 6)
        assert {(change.kind, change.key.rule, change.resolution) for change in bench.changes} == {
            (RESOLVED, "down", resolution),
            (RESOLVED, "r", resolution),
        }
        bench.said()
        bench.feed(memory(START + 10, 99.0))
        assert bench.kinds() == []


def test_a_host_that_is_resumed_with_the_same_trouble_fires_anew() -> None:
    bench = Bench(rule())
    bench.feed(memory(START, 99.0))
    bench.engine.apply_hosts({"web-1": host(paused=True)}, START + 1)
    bench.engine.apply_hosts({"web-1": host()}, START + 100)
    bench.feed(memory(START + 101, 99.0))
    assert bench.kinds() == [FIRING, RESOLVED, FIRING]


def test_a_change_of_a_hosts_tags_ends_alerts_that_no_longer_concern_it() -> None:
    prod, test = host(tags={"env": "prod"}), host(tags={"env": "test"})
    bench = Bench(rule(hosts=("tag:env=prod",)), rule("all"), hosts={"web-1": prod})
    bench.feed(memory(START, 99.0))
    bench.said()
    bench.engine.apply_hosts({"web-1": test}, START + 1)
    assert [(change.key.rule, change.resolution) for change in bench.changes] == [
        ("r", Resolution.RULE_CHANGED)
    ]


def test_an_alert_about_a_mount_that_is_gone_ends_while_the_others_are_still_seen() -> None:
    bench = Bench(rule(when="disk.used_percent > 90"))
    root = point("disk", (("path", "/"),), used_percent=10.0)
    bench.feed(good(START, root, point("disk", (("path", "/mnt"),), used_percent=99.0)))
    bench.said()
    for at in range(30, 900, 30):
        bench.feed(good(START + at, root))
        bench.engine.tick(START + at)
    assert [(change.kind, change.resolution) for change in bench.changes] == [(RESOLVED, Resolution.GONE)]


def test_an_alert_stays_while_its_collector_says_nothing() -> None:
    bench = Bench(rule(when="disk.used_percent > 90"))
    bench.feed(good(START, point("disk", (("path", "/mnt"),), used_percent=99.0)))
    bench.said()
    for at in range(30, 3000, 30):
        bench.feed(memory(START + at, 10.0))
        bench.engine.tick(START + at)
    assert bench.kinds() == []


def test_while_no_changes_can_be_taken_nothing_is_evaluated_and_nothing_is_lost() -> None:
    bench = Bench(rule())
    bench.engine._is_full = lambda: True
    bench.feed(memory(START, 99.0))
    assert bench.kinds() == []
    assert bench.engine.skipped == 1
    bench.engine._is_full = lambda: False
    bench.feed(memory(START + 5, 99.0))
    assert bench.kinds() == [FIRING]
