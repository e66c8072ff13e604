"""The psutil backend on systems other than Linux: what they do not have is absent, not zero.

The probe runs for real, in a Python that looks like the other system to it.
"""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from metrics.sampling.answer import decode_answer
from tests.poller.probe.running import ALL, RunningProbe, running

ROOT = Path(__file__).resolve().parents[3]
PLATFORMS = ["macos", "windows", "freebsd"]


@contextmanager
def running_on(platform: str, backend: str = "auto") -> Iterator[RunningProbe]:
    """A probe in a Python that looks like `platform`."""
    code = f"import tests.poller.probe.standins.{platform}; exec(input())"
    with running(backend, command=(sys.executable, "-c", code), env={"PYTHONPATH": str(ROOT)}) as probe:
        yield probe


def fields(rows: list[dict[str, Any]]) -> set[str]:
    """The keys of the rows, which must be the same in each."""
    assert len({frozenset(row) for row in rows}) == 1
    return set(rows[0])


@pytest.mark.parametrize("platform", PLATFORMS)
def test_the_hello_names_the_system_and_answers_are_decoded_without_a_complaint(platform: str) -> None:
    with running_on(platform) as probe:
        assert (probe.hello["os"], probe.hello["backend"]) == (platform, "psutil")
        assert probe.hello["kernel"]
        assert probe.hello["hostname"]
        for _ in range(2):
            probe.send(json.dumps({"id": 1, "collect": ALL, "deadline": 5}).encode())
            answer = decode_answer(probe.output.readline())
        assert set(answer.errors) <= {"netstat"}


@pytest.mark.parametrize("platform", PLATFORMS)
def test_the_proc_backend_says_that_this_system_needs_psutil(platform: str) -> None:
    with running_on(platform, "proc") as probe:
        assert f"psutil is needed on {platform}" in probe.hello["error"]
        assert probe.process.wait(5) == 3


def test_macos_has_load_and_inodes_but_no_iowait_no_sensors_and_no_drops_of_sends() -> None:
    with running_on("macos") as probe:
        answer = probe.ask(*ALL)
    assert answer["cpu"]["names"] == ["user", "nice", "system", "idle"]
    assert set(answer["cpu"]["rows"]) == {"cpu-total", "cpu0", "cpu1"}
    assert set(answer["mem"]) == {"total", "available", "free", "active", "inactive"}
    assert answer["swap"] == {"total": 2000, "used": 500, "free": 1500, "in": 70, "out": 80}
    assert {"load1", "load5", "load15", "n_cpus", "uptime"} == set(answer["system"])
    assert answer["net"]["names"][-1] == "drop_in"
    assert len(answer["net"]["rows"]["en0"]) == 7
    assert answer["net"]["total_of"] == ["en0"]
    assert answer["diskio"]["names"][-1] == "write_time"
    assert {"temp", "pressure"}.isdisjoint(answer)


def test_macos_volumes_are_looked_at_with_their_modes_and_network_shares_are_not() -> None:
    with running_on("macos") as probe:
        rows = {row["path"]: row for row in probe.ask("disk")["disk"]}
        with_shares = {row["path"] for row in probe.ask("disk", "netfs")["disk"]}
    assert set(rows) == {"/", "/System/Volumes/Data"}
    assert (rows["/"]["device"], rows["/"]["fstype"], rows["/"]["mode"]) == ("disk3s1s1", "apfs", "ro")
    assert rows["/System/Volumes/Data"]["mode"] == "rw"
    assert rows["/"]["inodes_free"] == 2_400_000_000
    assert with_shares - set(rows) == {"/Volumes/share"}


def test_macos_tells_a_plain_user_neither_sockets_nor_all_threads() -> None:
    with running_on("macos") as probe:
        answer = probe.ask("netstat", "processes")
    assert "AccessDenied" in answer["errors"]["netstat"]
    assert set(answer["processes"]) == {"total", "running", "sleeping", "stopped", "zombies", "idle"}
    assert answer["processes"]["total"] == 2
    assert answer["top"]["memory"][0]["user"] == "ann"
    assert answer["top"]["memory"][1]["rss"] == 0


def test_windows_has_neither_load_nor_inodes_nor_process_states_nor_swap_traffic() -> None:
    with running_on("windows") as probe:
        answer = probe.ask(*ALL)
    assert set(answer["system"]) == {"n_cpus", "uptime"}
    assert fields(answer["disk"]) == {"path", "device", "fstype", "mode", "total", "used", "free"}
    assert set(answer["swap"]) == {"total", "used", "free"}
    assert set(answer["mem"]) == {"total", "available", "free"}
    assert answer["processes"] == {"total": 3, "total_threads": 12}
    assert answer["users"] == {"n_users": 1}
    assert {"temp", "pressure", "errors"}.isdisjoint(answer)


def test_windows_interrupts_are_not_counted_twice() -> None:
    with running_on("windows") as probe:
        cpu = probe.ask("cpu")["cpu"]
    row = dict(zip(cpu["names"], cpu["rows"]["cpu-total"], strict=True))
    assert row == {"user": 10.0, "system": 6.5, "idle": 100.0, "irq": 1.0, "softirq": 0.5}


def test_windows_drives_keep_their_names_and_empty_ones_are_left_out() -> None:
    with running_on("windows") as probe:
        rows = probe.ask("disk")["disk"]
        with_shares = probe.ask("disk", "netfs")["disk"]
    assert [(row["path"], row["device"], row["mode"]) for row in rows] == [("C:\\", "C:\\", "rw")]
    assert [row["path"] for row in with_shares] == ["C:\\", "Z:\\"]


def test_windows_sockets_and_top_processes_come_without_its_idle_process() -> None:
    with running_on("windows") as probe:
        probe.ask("processes")
        answer = probe.ask("netstat", "processes", "net")
    netstat = answer["netstat"]
    assert (netstat["tcp_listen"], netstat["tcp_established"], netstat["udp_socket"]) == (1, 1, 1)
    assert [row["name"] for row in answer["top"]["memory"]] == ["python.exe", "System"]
    assert answer["top"]["cpu"][0]["user"] == "HOST\\ann"
    assert list(answer["net"]["rows"]) == ["Ethernet Größe"]


def test_freebsd_has_sensors_and_busy_disks_but_neither_slab_nor_softirq() -> None:
    with running_on("freebsd") as probe:
        assert probe.hello["psutil"] == "5.0.0"
        answer = probe.ask(*ALL)
    assert answer["cpu"]["names"] == ["user", "nice", "system", "idle", "irq"]
    assert set(answer["mem"]) == {
        "total", "available", "free", "buffered", "cached", "shared", "active", "inactive",
    }  # fmt: skip
    assert answer["diskio"]["names"][-1] == "io_time"
    assert answer["diskio"]["rows"] == {"ada0": [1, 2, 3, 4, 5, 6, 7]}
    assert answer["temp"] == {"coretemp_core_0": 45.0, "coretemp_core_1": 46.0}
    assert answer["net"]["names"][-1] == "drop_in"
    assert "pressure" not in answer
    assert "errors" not in answer


def test_freebsd_file_systems_without_a_disk_are_left_out() -> None:
    with running_on("freebsd") as probe:
        rows = probe.ask("disk")["disk"]
        with_shares = probe.ask("disk", "netfs")["disk"]
    assert [(row["path"], row["device"]) for row in rows] == [
        ("/", "zroot/ROOT/default"),
        ("/boot/efi", "ada0p1"),
    ]
    assert rows[0]["inodes_used"] == 60
    assert {row["path"] for row in with_shares} == {"/", "/boot/efi", "/mnt/filer"}


def test_freebsd_process_states_have_our_names_and_blocked_is_not_known() -> None:
    with running_on("freebsd") as probe:
        counts = probe.ask("processes")["processes"]
    assert counts == {
        "total": 7, "running": 1, "sleeping": 3, "stopped": 1, "zombies": 1, "idle": 1, "total_threads": 21,
    }  # fmt: skip
