"""One cause, one alert: jump hosts that are down, and a poller that is cut off."""

from alerts.engine.changes import ChangeKind
from alerts.rules.rule import Rule
from inventory.host import Connection, HostSpec
from metrics.results import Outcome
from tests.alerts.engine.building import START, Bench, failed, host, memory, rule

DOWN = rule("host-down", 'host.state == "down"', for_seconds=30.0)
CUT_OFF = rule("cut-off", "poller.cut_off", for_seconds=15.0)
FIRING, RESOLVED = ChangeKind.FIRING, ChangeKind.RESOLVED


def _fleet(count: int, **fields: object) -> dict[str, HostSpec]:
    return {f"h-{number}": host(f"h-{number}", **fields) for number in range(count)}


def _round(bench: Bench, names: list[str], time: float, outcome: Outcome, *, jump: str | None = None) -> None:
    for index, name in enumerate(names):
        at = time + 4.0 * index / len(names)
        if outcome is Outcome.OK:
            bench.feed(memory(at, 10.0, host=name))
        else:
            bench.feed(failed(at, outcome, host=name, jump=jump))
    for second in range(5):
        bench.engine.tick(time + second)


def _told(bench: Bench) -> list[tuple[ChangeKind, str, str]]:
    told = (FIRING, RESOLVED)
    found = [(one.kind, one.key.rule, one.key.host) for one in bench.changes if one.kind in told]
    bench.changes.clear()
    return found


def _bench(hosts: dict[str, HostSpec], *rules: Rule) -> Bench:
    bench = Bench(*(rules or (DOWN, CUT_OFF)), hosts=hosts)
    for turn in range(3):
        _round(bench, list(hosts), START - 15 + 5 * turn, Outcome.OK)
    assert _told(bench) == []
    return bench


def test_two_hundred_hosts_behind_a_jump_host_that_dies_are_one_alert_and_one_recovery() -> None:
    behind = _fleet(200, jump="bastion")
    bench = _bench(behind | {"other": host("other")})
    names = list(behind)
    _round(bench, names, START, Outcome.UNREACHABLE)
    for turn in range(1, 20):
        _round(bench, names, START + 5 * turn, Outcome.JUMP_DOWN, jump="bastion")
        _round(bench, ["other"], START + 5 * turn, Outcome.OK)
    fired = [change for change in bench.changes if change.kind is FIRING]
    assert [(change.key.rule, change.key.host) for change in fired] == [("host-down", "bastion")]
    assert len(fired[0].about.members) == 200
    assert fired[0].about.reason == "jump_down"
    bench.changes.clear()
    for turn in range(20, 24):
        _round(bench, [*names, "other"], START + 5 * turn, Outcome.OK)
    assert _told(bench) == [(RESOLVED, "host-down", "bastion")]


def test_a_fleet_that_is_all_behind_one_jump_host_blames_the_jump_host_not_the_poller() -> None:
    behind = _fleet(50, jump="bastion")
    bench = _bench(behind)
    _round(bench, list(behind), START, Outcome.UNREACHABLE)
    for turn in range(1, 30):
        _round(bench, list(behind), START + 5 * turn, Outcome.JUMP_DOWN, jump="bastion")
    assert _told(bench) == [(FIRING, "host-down", "bastion")]


def test_a_jump_host_of_the_inventory_and_those_behind_it_are_one_alert() -> None:
    behind = _fleet(20, jump="bastion")
    bench = _bench(behind | {"bastion": host("bastion"), "other": host("other")})
    for turn in range(20):
        _round(bench, ["bastion"], START + 5 * turn, Outcome.TIMEOUT)
        _round(bench, list(behind), START + 5 * turn, Outcome.JUMP_DOWN, jump="bastion")
        _round(bench, ["other"], START + 5 * turn, Outcome.OK)
    (fired,) = [change for change in bench.changes if change.kind is FIRING]
    assert fired.key.host == "bastion"
    assert fired.about.reason == "timeout"
    assert len(fired.about.members) == 20


def test_a_host_that_stays_down_after_its_jump_host_is_back_gets_an_alert_of_its_own() -> None:
    behind = _fleet(5, jump="bastion")
    bench = _bench(behind | {"other": host("other")})
    for turn in range(10):
        _round(bench, list(behind), START + 5 * turn, Outcome.JUMP_DOWN, jump="bastion")
        _round(bench, ["other"], START + 5 * turn, Outcome.OK)
    for turn in range(10, 25):
        _round(bench, [name for name in behind if name != "h-3"], START + 5 * turn, Outcome.OK)
        _round(bench, ["h-3"], START + 5 * turn, Outcome.REFUSED)
    assert _told(bench) == [
        (FIRING, "host-down", "bastion"),
        (RESOLVED, "host-down", "bastion"),
        (FIRING, "host-down", "h-3"),
    ]


def test_a_host_that_was_told_down_keeps_its_alert_when_its_jump_host_dies_too() -> None:
    behind = _fleet(3, jump="bastion")
    bench = _bench(behind | {"other": host("other")})
    for turn in range(10):
        _round(bench, ["h-0"], START + 5 * turn, Outcome.REFUSED)
        _round(bench, ["h-1", "h-2", "other"], START + 5 * turn, Outcome.OK)
    assert _told(bench) == [(FIRING, "host-down", "h-0")]
    for turn in range(10, 20):
        _round(bench, list(behind), START + 5 * turn, Outcome.JUMP_DOWN, jump="bastion")
        _round(bench, ["other"], START + 5 * turn, Outcome.OK)
    assert _told(bench) == [(FIRING, "host-down", "bastion")]


def test_when_all_hosts_fail_at_once_the_poller_says_that_it_is_cut_off_and_nothing_else() -> None:
    hosts = _fleet(100)
    bench = _bench(hosts)
    for turn in range(60):
        _round(bench, list(hosts), START + 5 * turn, Outcome.TIMEOUT)
    fired = [change for change in bench.changes if change.kind is FIRING]
    assert [(change.key.rule, change.key.host) for change in fired] == [("cut-off", "")]
    assert len(fired[0].about.members) == 100
    bench.changes.clear()
    for turn in range(60, 80):
        _round(bench, list(hosts), START + 5 * turn, Outcome.OK)
    assert _told(bench) == [(RESOLVED, "cut-off", "")]


def test_a_host_that_does_not_come_back_with_the_others_is_told_after_a_minute() -> None:
    hosts = _fleet(10)
    bench = _bench(hosts)
    for turn in range(20):
        _round(bench, list(hosts), START + 5 * turn, Outcome.TIMEOUT)
    bench.changes.clear()
    for turn in range(20, 45):
        _round(bench, [name for name in hosts if name != "h-3"], START + 5 * turn, Outcome.OK)
        _round(bench, ["h-3"], START + 5 * turn, Outcome.TIMEOUT)
    told = [(one.key.host, one.time - START) for one in bench.changes if one.kind is FIRING]
    assert len(told) == 1
    assert told[0][0] == "h-3"
    assert 155 <= told[0][1] <= 170


def test_one_host_of_many_is_told_at_the_end_of_its_for() -> None:
    hosts = _fleet(10)
    bench = _bench(hosts)
    for turn in range(10):
        _round(bench, ["h-3"], START + 5 * turn, Outcome.TIMEOUT)
        _round(bench, [name for name in hosts if name != "h-3"], START + 5 * turn, Outcome.OK)
    assert [(one.key.host, one.time - START) for one in bench.changes if one.kind is FIRING] == [("h-3", 30)]


def test_a_single_host_is_told_down_and_never_taken_for_the_poller() -> None:
    hosts = _fleet(1) | {"here": host("here", connection=Connection.LOCAL)}
    bench = _bench(hosts)
    for turn in range(20):
        _round(bench, ["h-0"], START + 5 * turn, Outcome.TIMEOUT)
        _round(bench, ["here"], START + 5 * turn, Outcome.OK)
    assert _told(bench) == [(FIRING, "host-down", "h-0")]


def test_the_last_of_some_hosts_to_go_down_does_not_cut_the_poller_off() -> None:
    hosts = _fleet(3)
    bench = _bench(hosts)
    for turn in range(60):
        _round(bench, ["h-0", "h-1"], START + 5 * turn, Outcome.TIMEOUT)
        _round(bench, ["h-2"], START + 5 * turn, Outcome.OK)
    bench.changes.clear()
    for turn in range(60, 90):
        _round(bench, list(hosts), START + 5 * turn, Outcome.TIMEOUT)
    assert _told(bench) == [(FIRING, "host-down", "h-2")]


def test_hosts_that_refuse_our_key_prove_that_the_network_works() -> None:
    hosts = _fleet(3)
    bench = _bench(hosts)
    for turn in range(10):
        _round(bench, list(hosts), START + 5 * turn, Outcome.AUTH_FAILED)
    assert sorted(_told(bench)) == [(FIRING, "host-down", name) for name in sorted(hosts)]


def test_a_host_that_is_removed_no_longer_counts_for_its_jump_hosts_alert() -> None:
    behind = _fleet(2, jump="bastion")
    bench = _bench(behind | {"other": host("other")})
    for turn in range(10):
        _round(bench, list(behind), START + 5 * turn, Outcome.JUMP_DOWN, jump="bastion")
        _round(bench, ["other"], START + 5 * turn, Outcome.OK)
    assert _told(bench) == [(FIRING, "host-down", "bastion")]
    bench.engine.apply_hosts({"h-0": behind["h-0"], "other": host("other")}, START + 51)
    assert _told(bench) == []
    bench.engine.apply_hosts({"other": host("other")}, START + 52)
    assert _told(bench) == [(RESOLVED, "host-down", "bastion")]
