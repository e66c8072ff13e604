"""The rules that ship: sound, and silent on machines that are well."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import pytest

from alerts.expression.compiled import Compiled, Scope, compile_expression
from alerts.rules.defaults import DEFAULT_SPECS
from alerts.rules.label_filter import LabelFilter
from alerts.rules.rule import NEVER, Rule
from alerts.rules.stored import shipped_rule
from alerts.severity import Severity

GIB = 1024**3
ASKED_FOR = {
    "host-down", "host-key-changed", "poller-cut-off", "cpu-busy", "load-high", "memory-low", "swap-full",
    "disk-almost-full", "disk-full", "disk-full-soon", "inodes-almost-full", "disk-read-only",
    "disk-saturated", "network-errors", "clock-off", "memory-pressure", "too-many-zombies",
}  # fmt: skip


@dataclass
class Host:
    """What an expression may ask of a host."""

    state: str = "ok"
    reason: str = ""
    tags: Mapping[str, str] = field(default_factory=dict)
    silent_seconds: float = 0.0
    is_cut_off: bool = False


def _rule(name: str) -> Rule:
    rule = shipped_rule(name).rule
    assert rule is not None
    return rule


def _holds(text: str, values: Mapping[str, float], host: Host | None = None) -> bool | None:
    """Whether a condition holds where every metric has had its value for long."""
    compiled: Compiled = compile_expression(text)
    fields = [
        {
            name.partition(".")[2]: value
            for name, value in values.items()
            if name.startswith(f"{measurement}.")
        }
        for measurement in compiled.measurements
    ]
    windows = [values.get(window.metric) for window in compiled.windows]
    return compiled.check(fields, windows, host or Host())


@pytest.mark.parametrize("name", DEFAULT_SPECS)
def test_a_rule_that_ships_can_be_used_says_what_to_do_and_is_on(name: str) -> None:
    stored = shipped_rule(name)
    assert stored.problems == ()
    rule = _rule(name)
    assert rule.is_enabled
    assert len(rule.help) > 40


@pytest.mark.parametrize("name", DEFAULT_SPECS)
def test_a_rule_about_metrics_waits_and_has_room_between_firing_and_clearing(name: str) -> None:
    rule = _rule(name)
    if compile_expression(rule.when).scope is Scope.SERIES:
        assert rule.for_seconds >= 60
        assert rule.clear not in (None, NEVER)


def test_everything_that_an_operator_would_want_is_there() -> None:
    assert DEFAULT_SPECS.keys() >= ASKED_FOR
    assert _rule("host-key-changed").clear == NEVER
    critical = {name for name in DEFAULT_SPECS if _rule(name).severity is Severity.CRITICAL}
    assert critical == {
        "host-down", "host-key-changed", "poller-cut-off", "memory-low", "disk-full", "disk-read-only",
    }  # fmt: skip


HEALTHY: dict[str, dict[str, float]] = {
    "an idle machine": {
        "cpu.usage_busy": 2.0, "system.load5": 0.1, "system.n_cpus": 4, "mem.available_percent": 80.0,
        "mem.available": 6 * GIB, "swap.used_percent": 0.0, "disk.used_percent": 40.0, "disk.free": 60 * GIB,
        "disk.inodes_used_percent": 10.0, "diskio.util_percent": 1.0, "diskio.await_ms": 1.0,
        "net.err_in_per_second": 0.0, "net.err_out_per_second": 0.0, "poll.clock_offset_seconds": 0.02,
        "pressure.avg300": 0.0, "processes.zombies": 0,
    },
    "a build server": {"cpu.usage_busy": 89.0, "system.load5": 15.0, "system.n_cpus": 8},
    "a tiny machine that updates itself": {"system.load5": 3.5, "system.n_cpus": 1},
    "a database with a large cache": {"mem.available_percent": 4.0, "mem.available": 20 * GIB},
    "an idle machine whose io_uring sleeps": {"cpu.usage_active": 100.0, "cpu.usage_busy": 0.5},
    "old pages in swap": {"swap.used_percent": 100.0, "mem.available_percent": 40.0},
    "a large disk, nearly full": {"disk.used_percent": 96.0, "disk.free": 800 * GIB},
    "a fast disk, busy": {"diskio.util_percent": 100.0, "diskio.await_ms": 2.0},
}  # fmt: skip


@pytest.mark.parametrize("machine", HEALTHY)
def test_no_rule_fires_on_a_machine_that_is_well(machine: str) -> None:
    for name in DEFAULT_SPECS:
        rule = _rule(name)
        assert _holds(rule.when, HEALTHY[machine]) is not True, name


UNWELL: dict[str, dict[str, float]] = {
    "cpu-busy": {"cpu.usage_busy": 99.0},
    "load-high": {"system.load5": 20.0, "system.n_cpus": 8},
    "memory-low": {"mem.available_percent": 3.0, "mem.available": 0.2 * GIB},
    "swap-full": {"swap.used_percent": 95.0, "mem.available_percent": 6.0},
    "disk-almost-full": {"disk.used_percent": 92.0, "disk.free": 3 * GIB},
    "disk-full": {"disk.used_percent": 99.0, "disk.free": 1 * GIB},
    "disk-full-soon": {"disk.used_percent": 101.0},
    "inodes-almost-full": {"disk.inodes_used_percent": 95.0},
    "disk-read-only": {"disk.became_read_only": 1, "disk.free": 10 * GIB},
    "disk-saturated": {"diskio.util_percent": 99.0, "diskio.await_ms": 400.0},
    "network-errors": {"net.err_in_per_second": 0.0, "net.err_out_per_second": 3.0},
    "clock-off": {"poll.clock_offset_seconds": -40.0},
    "memory-pressure": {"pressure.avg300": 30.0},
    "io-pressure": {"pressure.avg300": 95.0},
    "too-many-zombies": {"processes.zombies": 400},
}


@pytest.mark.parametrize("name", UNWELL)
def test_a_rule_fires_on_a_machine_that_is_unwell_and_does_not_clear_at_once(name: str) -> None:
    rule = _rule(name)
    assert _holds(rule.when, UNWELL[name]) is True
    assert rule.clear is not None
    assert _holds(rule.clear, UNWELL[name]) is False


def test_every_rule_about_metrics_is_tried_on_an_unwell_machine() -> None:
    about_metrics = {n for n in DEFAULT_SPECS if compile_expression(_rule(n).when).scope is Scope.SERIES}
    assert about_metrics == UNWELL.keys()


def test_a_host_that_is_down_is_told_once_and_a_changed_key_by_its_own_rule() -> None:
    down, changed = Host(state="down", reason="timeout"), Host(state="down", reason="host_key_changed")
    assert _holds(_rule("host-down").when, {}, down)
    assert not _holds(_rule("host-key-changed").when, {}, down)
    assert not _holds(_rule("host-down").when, {}, changed)
    assert _holds(_rule("host-key-changed").when, {}, changed)
    assert not _holds(_rule("host-down").when, {}, Host(state="late", reason="late"))


@pytest.mark.parametrize(
    ("fstype", "mode", "is_meant"),
    [("ext4", "rw", True), ("xfs", "rw", True), ("ext4", "ro", False), ("squashfs", "ro", False),
     ("fuse.snapfuse", "rw", False), ("fuse.sshfs", "rw", True), ("overlay", "rw", True)],
)  # fmt: skip
def test_only_file_systems_that_can_fill_up_are_meant(fstype: str, mode: str, is_meant: bool) -> None:
    labels = (("device", "sda1"), ("fstype", fstype), ("mode", mode), ("path", "/"))
    for name in ("disk-almost-full", "disk-full", "disk-full-soon", "inodes-almost-full"):
        assert LabelFilter(_rule(name).labels, ("disk",)).matches(labels) is is_meant


@pytest.mark.parametrize(
    ("device", "is_meant"),
    [("sda", True), ("sda1", False), ("nvme0n1", True), ("nvme0n1p2", False), ("mmcblk0", True),
     ("mmcblk0p1", False), ("vdb", True), ("vdb3", False), ("dm-0", False), ("md127", False),
     ("loop3", False), ("disk0", True), ("PhysicalDrive0", True), ("ada0", True), ("ada0p2", False),
     ("sd0", True), ("sdaa", True), ("sdaa1", False), ("bcache0", False), ("xvdf1", False)],
)  # fmt: skip
def test_each_disk_is_told_once(device: str, is_meant: bool) -> None:
    assert LabelFilter(_rule("disk-saturated").labels, ("diskio",)).matches((("name", device),)) is is_meant
