"""Figures that a psutil has wrong on a system are absent there: its own list of changes says which."""

import math
import time
import types
from typing import Any

import pytest

from poller.probing import probe
from tests.poller.probe.standins.building import Process, record

_MEMORY = record("total available free buffers cached shared", 1000, 900, 300, 0, 500, 7)
_SWAP = record("total used free percent sin sout", 50, 20, 30, 40.0, 0, 0)
_DISK = record("read_count write_count read_bytes write_bytes read_time write_time", 1, 2, 3, 4, 50, 60)


def _process(pid: int, status: str) -> Process:
    shared = {"name": "x", "num_threads": 1, "create_time": 1.0, "cpu_times": None, "memory_info": None}
    return Process(pid, "root", {**shared, "status": status})


def _source(system: str, version: str, monkeypatch: pytest.MonkeyPatch) -> probe.Portable:
    psutil: Any = types.ModuleType("psutil")
    psutil.__version__ = version
    psutil.virtual_memory = lambda: _MEMORY
    psutil.swap_memory = lambda: _SWAP
    psutil.disk_io_counters = lambda perdisk, nowrap=True: {"d": _DISK}
    processes = [
        _process(1, "running"),
        _process(2, "waking"),
        _process(3, "sleeping"),
        _process(4, "zombie"),
    ]
    psutil.process_iter = lambda: iter(processes)
    psutil.Process = lambda pid: processes[pid - 1]
    psutil.NoSuchProcess = psutil.Error = Exception
    monkeypatch.setattr(probe, "platform_name", lambda: system)
    return probe.Portable(psutil)


@pytest.mark.parametrize(
    ("system", "version", "swap"),
    [
        ("windows", "5.8.0", set()),
        ("windows", "5.9.0", {"total", "used", "free"}),
        ("openbsd", "7.2.2", {"total", "used", "free"}),
        ("openbsd", "8.0.0", {"total", "used", "free", "in", "out"}),
        ("freebsd", "5.0.0", {"total", "used", "free", "in", "out"}),
    ],
)
def test_swap_is_what_this_psutil_has_right(
    system: str, version: str, swap: set[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert set(_source(system, version, monkeypatch).swap()) == swap


@pytest.mark.parametrize(
    ("system", "version", "mem"),
    [
        ("openbsd", "7.2.2", {"total": 1000, "available": 900, "free": 300, "cached": 500}),
        ("netbsd", "7.2.2", {"total": 1000, "available": 900, "free": 300, "buffered": 0, "shared": 7}),
        ("netbsd", "5.9.4", {"total": 1000, "available": 300, "free": 300, "buffered": 0, "shared": 7}),
    ],
)
def test_memory_is_what_this_psutil_has_right(
    system: str, version: str, mem: dict[str, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert _source(system, version, monkeypatch).mem() == mem


@pytest.mark.parametrize(("version", "has_times"), [("5.3.1", False), ("5.4.0", True), ("8.0.0.dev1", True)])
def test_the_times_of_windows_disks_are_milliseconds_or_absent(
    version: str, has_times: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = _source("windows", version, monkeypatch).diskio()["names"]
    assert ("read_time" in names) is ("write_time" in names) is has_times


def test_a_process_that_wakes_up_is_ready_to_run(monkeypatch: pytest.MonkeyPatch) -> None:
    """OpenBSD and NetBSD call those so that wait for a processor."""
    counts, _ = _source("netbsd", "7.2.2", monkeypatch).processes()
    assert (counts["running"], counts["sleeping"], counts["zombies"]) == (2, 1, 1)


def test_times_that_cannot_be_cost_their_own_processor_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    each = [record("user system idle", user, 2.0, 3.0) for user in (1.0, -1.0, math.nan)]
    portable = _source("macos", "7.2.2", monkeypatch)
    portable.psutil.cpu_times = lambda percpu=False: each if percpu else each[0]
    portable.psutil.cpu_count = lambda: 3
    portable.psutil.boot_time = lambda: time.time() + 500
    assert list(portable.cpu()["rows"]) == ["cpu-total", "cpu0"]
    assert portable.notes["cpu"].endswith("cpu1, cpu2")
    assert "uptime" not in portable.system()
    assert "from now" in portable.notes["system"]


def test_a_psutil_that_takes_every_process_of_macos_for_running_says_nothing_of_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    counts, _ = _source("macos", "7.1.2", monkeypatch).processes()
    assert {"running", "sleeping"}.isdisjoint(counts)
    assert (counts["total"], counts["zombies"]) == (4, 1)
    assert _source("macos", "7.1.3", monkeypatch).processes()[0]["running"] == 2


def test_a_sensor_that_says_nothing_keeps_its_name_from_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    source = _source("freebsd", "7.2.2", monkeypatch)
    degrees: list[float | None] = [41.0, 42.0]
    source.psutil.sensors_temperatures = lambda: {
        "nvme": [record("label current", "Composite", current) for current in degrees]
    }
    assert source.temp() == {"nvme_composite": 41.0, "nvme_composite_2": 42.0}
    degrees[0] = None
    assert source.temp() == {"nvme_composite_2": 42.0}
