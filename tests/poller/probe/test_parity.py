"""On a real Linux machine both backends say the same, and it is what psutil and the kernel say."""

import os
import socket
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from poller.probing.probe import Proc
from tests.poller.probe.running import ALL, RunningProbe, running

MEMORY_TOLERANCE_BYTES = 256 << 20
"""What a busy machine may take or give back between two answers."""

SECONDS_TOLERANCE = 5.0
"""CPU seconds that may pass on all CPUs between two answers."""

PROCESSES_TOLERANCE = 60


@pytest.fixture(scope="module")
def answers() -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    """One answer of each backend, taken one right after the other."""
    with running("psutil") as one, running("proc") as other:
        yield one.ask(*ALL), other.ask(*ALL)


Pair = tuple[dict[str, Any], dict[str, Any]]


def test_both_backends_name_the_same_sections(answers: Pair) -> None:
    one, other = answers
    assert set(one) == set(other)
    assert {"cpu", "mem", "swap", "system", "net", "diskio", "disk", "netstat", "processes"} <= set(one)
    assert "errors" not in one


def test_both_backends_name_the_same_boot(answers: Pair) -> None:
    assert answers[0]["boot"] == answers[1]["boot"]


@pytest.mark.parametrize("section", ["cpu", "net", "diskio"])
def test_tables_have_the_same_columns_and_rows(answers: Pair, section: str) -> None:
    one, other = (answer[section] for answer in answers)
    assert list(one["names"]) == list(other["names"])
    assert list(one["rows"]) == list(other["rows"])
    for name, row in one["rows"].items():
        assert len(row) == len(other["rows"][name]) == len(one["names"])


def test_cpu_seconds_agree(answers: Pair) -> None:
    one, other = (answer["cpu"]["rows"] for answer in answers)
    for name, row in one.items():
        for mine, theirs in zip(row, other[name], strict=True):
            assert isinstance(mine, float)
            assert isinstance(theirs, float)
            assert abs(mine - theirs) < SECONDS_TOLERANCE


@pytest.mark.parametrize("section", ["net", "diskio"])
def test_counters_of_the_later_answer_are_not_behind(answers: Pair, section: str) -> None:
    one, other = (answer[section] for answer in answers)
    columns = [name for name in one["names"] if name != "iops_in_progress"]
    for name, row in one["rows"].items():
        for column, mine, theirs in zip(one["names"], row, other["rows"][name], strict=True):
            if column in columns:
                assert 0 <= theirs - mine < 1 << 30, (name, column)


@pytest.mark.parametrize("section", ["mem", "swap"])
def test_memory_agrees(answers: Pair, section: str) -> None:
    one, other = (answer[section] for answer in answers)
    assert set(one) == set(other)
    assert one["total"] == other["total"]
    for field in one:
        assert abs(one[field] - other[field]) < MEMORY_TOLERANCE_BYTES, field


def test_system_agrees(answers: Pair) -> None:
    one, other = (answer["system"] for answer in answers)
    assert set(one) == set(other) == {"load1", "load5", "load15", "n_cpus", "uptime"}
    assert one["n_cpus"] == other["n_cpus"]
    assert abs(one["uptime"] - other["uptime"]) <= 2
    for field in ("load1", "load5", "load15"):
        assert abs(one[field] - other[field]) < 5


def test_the_same_mounts_are_chosen_with_the_same_sizes(answers: Pair) -> None:
    one, other = (answer["disk"] for answer in answers)
    constant = ("path", "device", "fstype", "mode", "total", "inodes_total")
    assert [[row.get(name) for name in constant] for row in one] == [
        [row.get(name) for name in constant] for row in other
    ]
    assert [set(row) for row in one] == [set(row) for row in other]
    for mine, theirs in zip(one, other, strict=True):
        assert abs(mine["used"] - theirs["used"]) < MEMORY_TOLERANCE_BYTES


def test_sockets_processes_users_pressure_and_sensors_have_the_same_keys(answers: Pair) -> None:
    one, other = answers
    for section in ("netstat", "processes", "users", "pressure", "temp"):
        assert set(one.get(section, {})) == set(other.get(section, {}))
    assert one["users"] == other["users"]
    assert one.get("temp") is None or set(one["temp"]) == set(other["temp"])
    assert abs(one["processes"]["total"] - other["processes"]["total"]) < PROCESSES_TOLERANCE


@pytest.fixture(params=["psutil", "proc"])
def probe(request: pytest.FixtureRequest) -> Iterator[RunningProbe]:
    """A running probe of each backend."""
    with running(request.param) as started:
        yield started


def test_cpu_is_psutils(probe: RunningProbe) -> None:
    before = psutil.cpu_times()
    table = probe.ask("cpu")["cpu"]
    after = psutil.cpu_times()
    total = dict(zip(table["names"], table["rows"]["cpu-total"], strict=True))
    assert set(total) == set(before._fields)
    for state in ("user", "nice", "system", "softirq", "steal"):
        assert getattr(before, state) <= total[state] <= getattr(after, state)
    assert len(table["rows"]) == 1 + (psutil.cpu_count() or 0)


def test_memory_is_psutils(probe: RunningProbe) -> None:
    found, expected = probe.ask("mem")["mem"], psutil.virtual_memory()
    assert found["total"] == expected.total
    names = {"buffered": "buffers"}
    for field in ("available", "free", "buffered", "cached", "shared", "slab", "active", "inactive"):
        assert abs(found[field] - getattr(expected, names.get(field, field))) < MEMORY_TOLERANCE_BYTES, field


def test_space_and_inodes_are_statvfs(probe: RunningProbe) -> None:
    rows = probe.ask("disk")["disk"]
    root = next(row for row in rows if row["path"] == "/")
    found = os.statvfs("/")
    usage = psutil.disk_usage("/")
    assert root["total"] == usage.total
    assert abs(root["used"] - usage.used) < MEMORY_TOLERANCE_BYTES
    assert abs(root["free"] - usage.free) < MEMORY_TOLERANCE_BYTES
    assert root["inodes_total"] == found.f_files
    assert root["inodes_used"] + root["inodes_free"] == root["inodes_total"]


def test_mounts_are_psutils_physical_ones_without_doubles(probe: RunningProbe) -> None:
    rows = probe.ask("disk")["disk"]
    physical = {mount.device.replace("/dev/", "") for mount in psutil.disk_partitions(all=False)}
    assert len({row["device"] for row in rows}) == len(rows)
    assert {row["device"] for row in rows} - {"overlay", "rootfs"} <= physical


def test_disk_counters_are_psutils(probe: RunningProbe) -> None:
    before = psutil.disk_io_counters(perdisk=True, nowrap=False)
    table = probe.ask("diskio")["diskio"]
    after = psutil.disk_io_counters(perdisk=True, nowrap=False)
    assert table["rows"]
    for name, row in table["rows"].items():
        found = dict(zip(table["names"], row, strict=True))
        for field, theirs in (
            ("reads", "read_count"),
            ("write_bytes", "write_bytes"),
            ("io_time", "busy_time"),
        ):
            assert getattr(before[name], theirs) <= found[field] <= getattr(after[name], theirs)
    idle = set(before) - set(table["rows"])
    assert all(before[name].read_count == before[name].write_count == 0 for name in idle)


def test_interfaces_are_psutils(probe: RunningProbe) -> None:
    before = psutil.net_io_counters(pernic=True, nowrap=False)
    table = probe.ask("net")["net"]
    after = psutil.net_io_counters(pernic=True, nowrap=False)
    assert set(table["rows"]) == set(before)
    for name, row in table["rows"].items():
        found = dict(zip(table["names"], row, strict=True))
        assert before[name].bytes_recv <= found["bytes_recv"] <= after[name].bytes_recv
        assert before[name].packets_sent <= found["packets_sent"] <= after[name].packets_sent


def test_sockets_that_are_opened_are_counted(probe: RunningProbe) -> None:
    with socket.socket() as listener, socket.socket(type=socket.SOCK_DGRAM) as datagrams:
        listener.bind(("127.0.0.1", 0))
        listener.listen(100)
        datagrams.bind(("127.0.0.1", 0))
        before = probe.ask("netstat")["netstat"]
        clients = [socket.create_connection(listener.getsockname()) for _ in range(60)]
        after = probe.ask("netstat")["netstat"]
        for client in clients:
            client.close()
        closing = probe.ask("netstat")["netstat"]
    assert before["udp_socket"] >= 1
    assert before["tcp_listen"] >= 1
    assert after["tcp_established"] - before["tcp_established"] > 60
    assert closing["tcp_close_wait"] >= 60


def test_netlink_and_the_socket_tables_count_the_same() -> None:
    source = Proc()
    with socket.socket(socket.AF_INET6) as listener:
        try:
            listener.bind(("::1", 0))
        except OSError:
            pytest.skip("no IPv6 on the loopback")
        listener.listen()
        with socket.create_connection(listener.getsockname()[:2]):
            source.tcp_diag = False
            text = source.netstat()
            source.tcp_diag = None
            counted = source.netstat()
    assert set(text) == set(counted)
    assert counted["tcp_listen"] >= 1
    for state in ("tcp_listen", "tcp_close_wait"):
        assert abs(text[state] - counted[state]) < 10


def test_processes_and_threads_are_psutils(probe: RunningProbe) -> None:
    counts = probe.ask("processes")["processes"]
    assert abs(counts["total"] - len(psutil.pids())) < PROCESSES_TOLERANCE
    states = ("running", "sleeping", "blocked", "zombies", "stopped", "idle")
    assert counts["total"] >= sum(counts[state] for state in states) > counts["total"] - 5
    assert counts["total_threads"] >= counts["total"] - counts["zombies"]


def test_top_processes_name_pid_user_and_memory_as_psutil_does(probe: RunningProbe) -> None:
    first, second = probe.ask("processes")["top"], probe.ask("processes")["top"]
    assert {row["cpu_percent"] for row in first["cpu"]} == {None}
    assert all(row["cpu_percent"] >= 0 for row in second["cpu"])
    sizes = [row["rss"] for row in second["memory"]]
    assert sizes == sorted(sizes, reverse=True)
    assert len(sizes) == 5
    largest = second["memory"][0]
    process = psutil.Process(largest["pid"])
    assert (largest["user"], largest["name"]) == (process.username(), process.name()[:15])


def test_pressure_is_the_kernels(probe: RunningProbe) -> None:
    if not Path("/proc/pressure/cpu").exists():
        pytest.skip("this kernel has no pressure stall information")
    pressure = probe.ask("pressure")["pressure"]
    for resource, kinds in pressure.items():
        for kind, (_, _, _, total) in kinds.items():
            lines = Path(f"/proc/pressure/{resource}").read_text().splitlines()
            now = next(int(line.rpartition("=")[2]) for line in lines if line.startswith(kind))
            assert 0 <= now - total < 10_000_000


def test_uptime_and_load_are_the_kernels(probe: RunningProbe) -> None:
    system = probe.ask("system")["system"]
    assert abs(system["uptime"] - (time.time() - psutil.boot_time())) < 5
    assert system["n_cpus"] == os.cpu_count()
    assert abs(system["load1"] - os.getloadavg()[0]) < 5
