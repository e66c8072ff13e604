"""The current state holds the newest of everything, and is shown as the API shows it."""

import json
from typing import Any

import pytest

from metrics.current.host_state import HostState, host_state
from metrics.current.state import CurrentState
from metrics.current.summary import summary_points
from metrics.current.view import ShownHost, current_view
from metrics.results import Outcome, Point, PollResult, TopProcess, TopProcesses
from metrics.store import Latest

TOP = TopProcesses((TopProcess(1, "root", "init", 1.5, 100),), ())


def result(**changes: Any) -> PollResult:
    return PollResult(**{"host": "a", "time": 100.0, "outcome": Outcome.OK, "duration": 0.1, **changes})


def latest(**changes: Any) -> Latest:
    defaults: dict[str, Any] = {
        "host": "a", "time": 100.0, "ok_time": 100.0, "outcome": Outcome.OK, "detail": "", "tags": {},
        "points": (), "errors": {}, "top": None, "facts": None,
    }  # fmt: skip
    return Latest(**{**defaults, **changes})


def load(value: float) -> Point:
    return Point("system", (), {"load1": value})


def disk(path: str, percent: float = 50.0, *, mode: str = "rw") -> Point:
    labels = (("device", "d"), ("fstype", "f"), ("mode", mode), ("path", path))
    return Point("disk", labels, {"total": 100, "used_percent": percent})


def known(state: CurrentState, host: str = "a") -> Latest:
    found = state.get(host)
    assert found is not None
    return found


def test_a_host_that_gave_no_result_is_not_known() -> None:
    assert CurrentState().get("a") is None
    assert CurrentState().all() == []
    assert CurrentState().consecutive_failures("a") == 0


def test_points_take_the_place_of_all_earlier_ones_of_their_measurement() -> None:
    state = CurrentState()
    state.accept(result(points=(load(1.0), disk("/"), disk("/mnt"))))
    state.accept(result(time=105.0, points=(load(2.0),)))
    assert known(state).points == (load(2.0), disk("/"), disk("/mnt"))
    state.accept(result(time=110.0, points=(disk("/"),)))
    assert known(state).points == (load(2.0), disk("/"))


def test_top_processes_and_facts_stay_until_there_are_newer_ones() -> None:
    state = CurrentState()
    state.accept(result(top=TOP, facts={"os": "linux"}))
    state.accept(result(time=105.0))
    assert (known(state).top, known(state).facts) == (TOP, {"os": "linux"})
    state.accept(result(time=110.0, top=TopProcesses(), facts={"os": "macos"}))
    assert (known(state).top, known(state).facts) == (TopProcesses(), {"os": "macos"})


def test_a_failed_poll_tells_why_and_leaves_the_values() -> None:
    state = CurrentState()
    state.accept(result(points=(load(1.0),), errors={"disk": "slow"}, tags={"env": "old"}))
    state.accept(
        result(time=105.0, outcome=Outcome.DNS, detail="no such name", tags={"env": "new"}, errors={"x": "y"})
    )
    assert known(state) == latest(
        time=105.0, outcome=Outcome.DNS, detail="no such name", tags={"env": "new"}, points=(load(1.0),),
        errors={"disk": "slow"},
    )  # fmt: skip


def test_errors_are_those_of_the_last_good_poll() -> None:
    state = CurrentState()
    state.accept(result(errors={"disk": "slow"}))
    state.accept(result(time=105.0))
    assert known(state).errors == {}


def test_failures_in_a_row_are_counted_until_a_good_poll() -> None:
    state = CurrentState()
    for outcome in (Outcome.LATE, Outcome.LATE, Outcome.DNS):
        state.accept(result(outcome=outcome))
    assert state.consecutive_failures("a") == 3
    assert known(state).ok_time is None
    state.accept(result())
    assert state.consecutive_failures("a") == 0


def test_what_a_store_knows_is_taken_over_but_not_over_what_is_newer() -> None:
    state = CurrentState()
    state.accept(result(time=105.0, points=(load(2.0),)))
    stored = latest(host="b", points=(load(1.0), disk("/")), top=TOP, facts={"os": "linux"})
    state.load([latest(points=(load(1.0),)), stored])
    assert known(state).points == (load(2.0),)
    assert known(state, "b") == stored
    assert [found.host for found in state.all()] == ["a", "b"]


def test_a_host_can_be_forgotten() -> None:
    state = CurrentState()
    state.accept(result())
    state.forget("a")
    state.forget("never-seen")
    assert state.all() == []


@pytest.mark.parametrize(
    ("outcome", "age", "failures", "state", "reason"),
    [
        (Outcome.OK, 3.0, 0, HostState.OK, None),
        (Outcome.OK, 21.0, 0, HostState.OK, None),
        (Outcome.OK, 21.1, 0, HostState.LATE, Outcome.LATE),
        (Outcome.LATE, 1.0, 1, HostState.LATE, Outcome.LATE),
        (Outcome.LATE, 1.0, 2, HostState.LATE, Outcome.LATE),
        (Outcome.LATE, 1.0, 3, HostState.DOWN, Outcome.LATE),
        (Outcome.AUTH_FAILED, 1.0, 1, HostState.DOWN, Outcome.AUTH_FAILED),
        (Outcome.AUTH_FAILED, 999.0, 9, HostState.DOWN, Outcome.AUTH_FAILED),
    ],
)
def test_a_hosts_state_follows_from_its_last_poll(
    outcome: Outcome, age: float, failures: int, state: HostState, reason: Outcome | None
) -> None:
    view = host_state(
        latest(outcome=outcome),
        now=100.0 + age,
        interval=5.0,
        timeout=10.0,
        paused=False,
        consecutive_failures=failures,
    )
    assert (view.state, view.reason, view.age_seconds) == (state, reason, age)


def test_a_host_that_was_never_polled_is_pending_and_a_paused_one_paused() -> None:
    view = host_state(None, now=100.0, interval=5.0, timeout=10.0, paused=False)
    assert (view.state, view.reason, view.age_seconds) == (HostState.PENDING, None, None)
    view = host_state(None, now=100.0, interval=5.0, timeout=10.0, paused=True)
    assert (view.state, view.age_seconds) == (HostState.PAUSED, None)
    down = latest(outcome=Outcome.DNS)
    view = host_state(down, now=104.0, interval=5.0, timeout=10.0, paused=True)
    assert (view.state, view.reason, view.age_seconds) == (HostState.PAUSED, None, 4.0)


def test_an_age_is_never_negative() -> None:
    assert host_state(latest(), now=90.0, interval=5.0, timeout=10.0, paused=False).age_seconds == 0.0


def view_of(found: Latest | None, **arguments: Any) -> dict[str, Any]:
    watched = ShownHost(host="a", interval=5.0, timeout=10.0, tags={"env": "prod"}, latest=found)
    view = current_view([watched], now=103.5, **arguments)
    shown: dict[str, Any] = json.loads(json.dumps(view))["hosts"][0]
    return shown


def test_the_view_has_the_form_of_the_api() -> None:
    found = latest(
        time=101.25, outcome=Outcome.DNS, detail="no such name", errors={"disk": "slow"}, top=TOP,
        points=(load(1.0), disk("/")), facts={"os": "linux"},
    )  # fmt: skip
    assert view_of(found) == {
        "host": "a",
        "state": "down",
        "reason": "dns",
        "detail": "no such name",
        "time": "1970-01-01T00:01:41.250Z",
        "ok_time": "1970-01-01T00:01:40.000Z",
        "age_seconds": 2.25,
        "tags": {"env": "prod"},
        "metrics": {
            "system": [{"labels": {}, "fields": {"load1": 1.0}}],
            "disk": [
                {
                    "labels": {"device": "d", "fstype": "f", "mode": "rw", "path": "/"},
                    "fields": {"total": 100, "used_percent": 50.0},
                }
            ],
        },
        "errors": {"disk": "slow"},
        "top_processes": {
            "cpu": [{"pid": 1, "user": "root", "name": "init", "cpu_percent": 1.5, "rss": 100}],
            "memory": [],
        },
        "facts": {"os": "linux"},
    }


def test_a_host_that_was_never_polled_is_shown_without_a_time() -> None:
    shown = view_of(None)
    assert (shown["state"], shown["time"], shown["age_seconds"]) == ("pending", None, None)
    assert (shown["metrics"], shown["errors"], shown["top_processes"]) == ({}, {}, None)


def test_the_view_tells_its_own_time() -> None:
    assert current_view([], now=0.5) == {"time": "1970-01-01T00:00:00.500Z", "hosts": []}


def test_only_the_measurements_asked_for_are_shown() -> None:
    found = latest(points=(load(1.0), disk("/")))
    assert set(view_of(found, measurements=["disk"])["metrics"]) == {"disk"}


def summary(*points: Point) -> dict[str, Any]:
    shown: dict[str, Any] = view_of(latest(points=points, top=TOP), is_summary=True)
    assert (shown["top_processes"], shown["facts"]) == (None, None)
    metrics: dict[str, Any] = shown["metrics"]
    return metrics


def test_a_summary_shows_all_cpus_together() -> None:
    shown = {"usage_active": 9.0, "usage_busy": 4.0}
    points = [Point("cpu", (("cpu", n),), {**shown, "usage_idle": 91.0}) for n in ("cpu-total", "cpu0")]
    assert summary(*points) == {"cpu": [{"labels": {"cpu": "cpu-total"}, "fields": shown}]}
    assert summary(points[1]) == {}


def test_a_summary_shows_the_fullest_disk_that_can_be_written_to() -> None:
    [shown] = summary(disk("/", 40.0), disk("/var", 70.0), disk("/snap/x", 100.0, mode="ro"))["disk"]
    assert (shown["labels"]["path"], shown["fields"]) == ("/var", {"used_percent": 70.0})
    assert summary(disk("/snap/x", 100.0, mode="ro")) == {}


def test_a_summary_adds_up_the_real_interfaces() -> None:
    def interface(name: str, **rates: float) -> Point:
        return Point("net", (("interface", name),), {"bytes_sent": 1, **rates})

    points = [
        interface("lo", bytes_recv_per_second=900.0, bytes_sent_per_second=900.0),
        interface("eth0", bytes_recv_per_second=1.1, bytes_sent_per_second=10.0),
        interface("wg0", bytes_recv_per_second=2.2, bytes_sent_per_second=20.0),
        interface("vethab12", bytes_recv_per_second=500.0, bytes_sent_per_second=500.0),
        interface("eth9"),
    ]
    fields = {"bytes_recv_per_second": 3.3, "bytes_sent_per_second": 30.0}
    assert summary(*points) == {"net": [{"labels": {}, "fields": fields}]}
    assert summary(points[-1]) == {}


def test_a_summary_counts_what_the_host_says_counts_in_its_total() -> None:
    def interface(name: str, external: int, rate: float) -> Point:
        fields = {"external": external, "bytes_recv_per_second": rate, "bytes_sent_per_second": rate}
        return Point("net", (("interface", name),), fields)

    shown = summary(
        interface("lo", 0, 1.0),
        interface("bond0", 0, 9.0),
        interface("tapir0", 1, 4.0),
        interface("eth1", 1, 5.0),
    )
    assert shown["net"][0]["fields"] == {"bytes_recv_per_second": 9.0, "bytes_sent_per_second": 9.0}


def test_a_summary_shows_the_busiest_disk_and_not_what_is_stacked_upon_it() -> None:
    def disk_io(name: str, whole: int, busy: float) -> Point:
        return Point("diskio", (("name", name),), {"whole": whole, "util_percent": busy})

    parts = [disk_io("sda1", 0, 50.0), disk_io("dm-0", 0, 90.0)]
    assert summary(disk_io("sda", 1, 49.0), *parts)["diskio"][0]["labels"] == {"name": "sda"}
    assert summary(*parts)["diskio"][0]["labels"] == {"name": "dm-0"}


def test_a_summary_of_a_summary_is_the_same() -> None:
    points = [
        disk("/", 40.0),
        Point("net", (("interface", "tapir0"),), {"external": 1, "bytes_recv_per_second": 5.0}),
        Point("diskio", (("name", "sda"),), {"whole": 1, "util_percent": 5.0}),
    ]
    assert summary_points(summary_points(points)) == summary_points(points)


def test_a_summary_holds_a_few_fields_of_the_rest() -> None:
    shown = summary(
        Point("mem", (), {"total": 1, "used_percent": 2.0}),
        Point("system", (), {"load1": 1.0, "load5": 2.0, "n_cpus": 4, "uptime": 9}),
        Point("diskio", (("name", "a"),), {"util_percent": 1.0}),
        Point("diskio", (("name", "b"),), {"util_percent": 5.0, "reads": 1}),
        Point("netstat", (), {"tcp_listen": 1}),
        Point("poll", (), {"up": 1, "missed": 0}),
    )
    assert shown == {
        "mem": [{"labels": {}, "fields": {"used_percent": 2.0}}],
        "system": [{"labels": {}, "fields": {"load1": 1.0, "n_cpus": 4, "uptime": 9}}],
        "diskio": [{"labels": {"name": "b"}, "fields": {"util_percent": 5.0}}],
        "poll": [{"labels": {}, "fields": {"up": 1}}],
    }
