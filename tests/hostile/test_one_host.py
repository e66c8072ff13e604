"""One host that brings more than a host may neither stops the others' alerts nor fills memory and disk."""

import json
import resource
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event

from alerts.engine import quota
from alerts.engine.changes import About, AlertChange, AlertKey, ChangeKind
from alerts.engine.facts import EXCESS_SECONDS
from alerts.engine.quota import MAX_OPEN
from alerts.history.change_queue import ChangeQueue
from alerts.history.writer import AlertWriter
from alerts.severity import Severity
from foundation.database.database import open_database
from inventory.host import Connection, HostSpec
from metrics.results import Outcome, PollResult
from metrics.sampling.answer import decode_answer, without_unasked
from metrics.sampling.labels import MAX_LABEL_SETS_A_DAY
from metrics.stores.sqlite.writing.layout_writer import (
    MAX_NEW_A_DAY,
    MAX_NEW_COLUMNS_A_DAY,
    Allowance,
    LayoutQuota,
)
from poller.push.sending_host import SendingHost
from tests.alerts.engine.building import START, Bench, good, host, memory, point, rule
from tests.hostile.one_host import LIAR, MOUNTS, Host

_ROOT = Path(__file__).parent.parent.parent
_MIB = 1024 * 1024
_POLLS = 30
_MOST_ADDRESS_SPACE = 2048 * _MIB
_MOST_GROWN = 100 * _MIB
_MOST_STORED = 64 * _MIB
_DAY = 1_800_000_000.0 - 1_800_000_000.0 % 86400

FULL = rule("full", "disk.used_percent > 90")
OVER = rule("over", 'host.reason == "over_limits"')


def _limit_memory() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (_MOST_ADDRESS_SPACE, _MOST_ADDRESS_SPACE))


def test_a_host_with_a_thousand_new_mounts_a_poll_harms_nobody_else(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "tests.hostile.one_host", str(tmp_path), str(_POLLS)]
    done = subprocess.run(
        command, cwd=_ROOT, capture_output=True, text=True, timeout=100, check=False, preexec_fn=_limit_memory
    )
    assert done.returncode == 0, done.stderr
    measured: dict[str, Any] = json.loads(done.stdout)
    assert measured["honest"] == 20 * 3, "the honest hosts' alerts of the last poll are written"
    assert measured["waited_seconds"] < 15
    assert measured["told"] == 1
    assert measured["open"] == MAX_OPEN + 1
    assert measured["left_out"] > 0
    assert measured["cut"] == _POLLS - MAX_LABEL_SETS_A_DAY // MOUNTS
    assert measured["grown_bytes"] < _MOST_GROWN
    assert measured["store_bytes"] < _MOST_STORED
    assert measured["slowest_seconds"] < 1.0


def _mounts(time: float, first: int, count: int, percent: float = 99.0, name: str = "web-1") -> PollResult:
    points = [
        point("disk", (("path", f"/{number}"),), used_percent=percent)
        for number in range(first, first + count)
    ]
    return good(time, *points, host=name)


def _kinds(bench: Bench, name: str) -> list[ChangeKind]:
    kinds = [change.kind for change in bench.changes if change.key.rule == name]
    bench.changes.clear()
    return kinds


def test_alerts_beyond_a_hosts_bound_are_left_out_and_told_and_begin_when_there_is_room() -> None:
    bench = Bench(FULL, OVER)
    bench.feed(_mounts(START, 0, MAX_OPEN + 50))
    assert bench.engine.left_out == 50
    told = [change for change in bench.changes if change.key.rule == "over"]
    assert [change.kind for change in told] == [ChangeKind.FIRING]
    assert str(MAX_OPEN) in told[0].about.detail
    assert _kinds(bench, "full") == [ChangeKind.FIRING] * MAX_OPEN
    bench.feed(_mounts(START + 5, 0, MAX_OPEN, percent=10.0))
    assert _kinds(bench, "full") == [ChangeKind.RESOLVED] * MAX_OPEN
    bench.feed(_mounts(START + 10, MAX_OPEN, 50))
    assert _kinds(bench, "full") == [ChangeKind.FIRING] * 50


def test_the_alert_of_a_host_over_its_limits_ends_a_while_after_the_last_excess() -> None:
    bench = Bench(FULL, OVER)
    bench.feed(_mounts(START, 0, MAX_OPEN + 1), _mounts(START + 5, 0, MAX_OPEN + 1, percent=10.0))
    bench.changes.clear()
    bench.feed(memory(START + EXCESS_SECONDS - 1, 10.0))
    assert _kinds(bench, "over") == []
    bench.feed(memory(START + EXCESS_SECONDS + 1, 10.0))
    assert _kinds(bench, "over") == [ChangeKind.RESOLVED]


def test_rules_on_the_host_itself_fire_however_many_alerts_it_has() -> None:
    bench = Bench(FULL, rule("here", 'host.state == "ok"'))
    bench.feed(_mounts(START, 0, MAX_OPEN + 50))
    assert _kinds(bench, "here") == [ChangeKind.FIRING]


def test_one_hosts_bound_is_not_anothers() -> None:
    bench = Bench(FULL, hosts={"web-1": host(), "web-2": host("web-2")})
    bench.feed(_mounts(START, 0, MAX_OPEN + 50), _mounts(START, 0, 50, name="web-2"))
    assert [change.key.host for change in bench.changes].count("web-2") == 50


def test_alerts_that_begin_and_end_all_day_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(quota, "MAX_FIRED_A_DAY", 300)
    bench = Bench(FULL, OVER)
    for turn in range(20):
        time = _DAY + 10 * turn
        bench.feed(_mounts(time, 100 * turn, 100), _mounts(time + 5, 100 * turn, 100, percent=10.0))
    changes = [change for change in bench.changes if change.key.rule == "full"]
    assert sum(change.kind is ChangeKind.FIRING for change in changes) == 300
    assert "today" in next(change for change in bench.changes if change.key.rule == "over").about.detail
    bench.changes.clear()
    bench.feed(_mounts(_DAY + 86400, 0, 100))
    assert _kinds(bench, "full") == [ChangeKind.FIRING] * 100


def test_a_host_whose_changes_wait_is_left_out_and_others_go_on() -> None:
    bench = Bench(FULL, hosts={"web-1": host(), "web-2": host("web-2")})
    bench.engine._is_host_full = lambda name: name == "web-1"
    bench.feed(_mounts(START, 0, 1), _mounts(START, 0, 1, name="web-2"))
    assert [change.key.host for change in bench.changes] == ["web-2"]
    assert bench.engine.skipped == 1


def _change(name: str, number: int) -> AlertChange:
    key = AlertKey("r", name, (("path", str(number)),))
    return AlertChange(
        kind=ChangeKind.FIRING, key=key, rule=None, time=0.0, since=0.0, fired_at=0.0, about=About()
    )


def test_waiting_changes_are_taken_from_the_hosts_in_turn_each_hosts_in_order() -> None:
    queue = ChangeQueue()
    for number in range(1000):
        queue.put(_change("liar", number))
    for name in ("a", "b", "c"):
        for number in range(2):
            queue.put(_change(name, number))
    batch = queue.first(8)
    assert [change.key.host for change in batch] == ["liar", "a", "b", "c"] * 2
    queue.take_out(batch)
    assert (len(queue), queue.of("liar"), queue.of("a")) == (998, 998, 0)
    numbers = [int(change.key.labels[0][1]) for change in batch if change.key.host == "liar"]
    while queue:
        batch = queue.first(300)
        numbers += [int(change.key.labels[0][1]) for change in batch]
        queue.take_out(batch)
    assert numbers == list(range(1000))


def _disks(turn: int) -> list[dict[str, object]]:
    mount = {"device": "d", "fstype": "e", "mode": "rw", "total": 9, "used": 1, "free": 8}
    return [mount | {"path": f"/{turn}/{number}"} for number in range(MOUNTS)]


def _labels(result: PollResult) -> int:
    return sum(one.measurement == "disk" for one in result.points)


def test_new_label_sets_beyond_a_days_number_are_left_out_and_those_of_the_day_stay() -> None:
    liar = Host(LIAR)
    turns = MAX_LABEL_SETS_A_DAY // MOUNTS
    for turn in range(turns):
        assert _labels(liar.result(_DAY + turn, disk=_disks(turn))) == MOUNTS
    cut = liar.result(_DAY + 10, disk=_disks(turns))
    assert (_labels(cut), cut.outcome) == (0, Outcome.OK)
    assert "different label sets" in cut.errors["disk"]
    assert "disk" in cut.excess
    again = liar.result(_DAY + 11, disk=_disks(0))
    assert (_labels(again), again.excess, dict(again.errors)) == (MOUNTS, "", {})
    tomorrow = liar.result(_DAY + 86400, disk=_disks(turns))
    assert (_labels(tomorrow), tomorrow.excess) == (MOUNTS, "")


@pytest.mark.parametrize(
    ("layouts", "columns", "allowance"),
    [
        (MAX_NEW_A_DAY - 1, 1, Allowance.ANY),
        (MAX_NEW_A_DAY, 1, Allowance.KNOWN_SERIES),
        (2 * MAX_NEW_A_DAY, 1, Allowance.NOTHING_NEW),
        (8, MAX_NEW_COLUMNS_A_DAY // 8, Allowance.KNOWN_SERIES),
        (16, MAX_NEW_COLUMNS_A_DAY // 8, Allowance.NOTHING_NEW),
        (24, MAX_NEW_COLUMNS_A_DAY // 8, Allowance.POLL_ALONE),
    ],
)
def test_layouts_are_bounded_by_their_number_and_by_their_size(
    layouts: int, columns: int, allowance: Allowance
) -> None:
    layout_quota = LayoutQuota()
    layout_quota.allowance("liar", 0)
    for _ in range(layouts):
        layout_quota.count("liar", columns)
    assert layout_quota.allowance("liar", 0) is allowance
    assert layout_quota.allowance("web-1", 0) is Allowance.ANY


def test_a_batch_of_one_hosts_alerts_is_written_with_few_searches(tmp_path: Path) -> None:
    database = open_database("sqlite", data_dir=tmp_path)
    writer = AlertWriter(database, channels=lambda: {"ops": Severity.INFO})
    statements: list[str] = []
    event.listen(database, "before_cursor_execute", lambda *arguments: statements.append(arguments[2]))
    changes = [_change("liar", number) for number in range(MOUNTS)]
    ends = [replace(change, kind=ChangeKind.RESOLVED) for change in changes]
    assert len(writer.write(changes)) == MOUNTS
    assert len(writer.write(ends)) == MOUNTS
    assert sum(statement.startswith("SELECT") for statement in statements) < 20
    database.dispose()


def test_collectors_that_nobody_asked_for_are_left_out_and_named() -> None:
    line = json.dumps(
        {
            "id": 1,
            "time": _DAY,
            "monotonic": 1.0,
            "boot": "b",
            "mem": {"total": 7},
            "disk": _disks(0),
            "top": {},
        }
    )
    answer = without_unasked(decode_answer(line.encode()), ("mem", "cpu"))
    assert (answer.mem, answer.disk, answer.top) == ({"total": 7}, None, None)
    assert answer.errors.keys() == {"disk", "top"}


def test_a_pushed_answer_brings_no_collector_that_the_host_is_not_to_run() -> None:
    spec = HostSpec(
        name="p", address="p", connection=Connection.PUSH, collectors={"mem": 0.0, "disk": None, "cpu": 0.0}
    )
    line = json.dumps(
        {"id": 1, "time": _DAY, "monotonic": 1.0, "boot": "b", "mem": {"total": 7}, "disk": _disks(0)}
    )
    result = SendingHost(spec, newest=None).result(decode_answer(line.encode()))
    assert {one.measurement for one in result.points} == {"mem", "poll"}
    assert "disk" in result.errors
