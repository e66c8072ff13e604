"""While the machine works, figures are those of df, free, iostat, mpstat and ss."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from metrics.results import Number, Point
from metrics.sampling.answer import decode_answer
from metrics.sampling.sampler import HostSampler, PollFacts
from tests.poller.probe.running import RunningProbe, running

ROOT = Path(__file__).resolve().parents[3]

BYTES_TOLERANCE = 256 << 20
"""What a busy machine may take or give back between two looks."""

PERCENT_TOLERANCE = 12.0
"""Of a CPU's or a disk's time over some two seconds, of which each tool has its own beginning and end."""

RATE_TOLERANCE = 0.35
"""Share of a rate over the same time, for what comes in bursts."""

SECONDS = 2

_LOAD = """
import os, sys
with open(sys.argv[1], "wb", buffering=0) as file:
    while True:
        file.write(os.urandom(1 << 18))
        os.fsync(file.fileno())
        file.seek(0)
"""

# In a network namespace of its own: makes sockets of several states, has ss and both ways of counting look.
_SOCKETS = """
import json, socket, subprocess, time
from poller.probing.probe import Proc

subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
listener = socket.create_server(("127.0.0.1", 0))
kept = [listener, socket.socket(type=socket.SOCK_DGRAM)]
kept[1].bind(("127.0.0.1", 0))
for number in range(9):
    client = socket.create_connection(listener.getsockname())
    server = listener.accept()[0]
    if number % 3 == 0:
        client.close()
        kept.append(server)
    elif number % 3 == 1:
        kept += [client, server]
    else:
        server.close()
        client.close()
while Proc().count_tcp()["tcp_fin_wait1"]:
    time.sleep(0.02)
answers = []
for has_netlink in (False, True):
    source = Proc()
    source.tcp_diag = has_netlink
    answers.append(source.netstat())
lines = {kind: subprocess.run(["ss", "-Han" + kind], check=True, stdout=subprocess.PIPE).stdout.decode()
         for kind in "tu"}
print(json.dumps([answers, lines["t"].splitlines(), lines["u"].splitlines()]))
"""

Figures = Callable[..., dict[str, Number]]


def _run(*command: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(command, stdout=subprocess.PIPE, env={**os.environ, "LC_ALL": "C"})


def _said(tool: "subprocess.Popen[bytes]", kind: str) -> list[dict[str, Any]]:
    report = json.loads(tool.communicate()[0])
    rows: list[dict[str, Any]] = report["sysstat"]["hosts"][0]["statistics"][0][kind]
    return rows


def _points(probe: RunningProbe, sampler: HostSampler) -> tuple[Point, ...]:
    probe.send(b'{"id": 1, "collect": ["cpu", "diskio"]}')
    answer = decode_answer(probe.output.readline())
    return tuple(sampler.sample(answer, time=time.time(), poll=PollFacts(duration_seconds=0.1)).points)


@pytest.fixture(scope="module")
def probe() -> Iterator[RunningProbe]:
    """A running probe."""
    with running("auto") as started:
        yield started


@pytest.fixture(scope="module")
def said(
    probe: RunningProbe, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Figures, list[dict[str, Any]], list[dict[str, Any]]]:
    """Ours, those of mpstat and those of iostat, over the same seconds of a machine that writes."""
    file = tmp_path_factory.mktemp("load") / "file"
    with subprocess.Popen([sys.executable, "-c", _LOAD, str(file)]) as load:
        try:
            sampler = HostSampler(max_gap_seconds=60.0)
            cpus = _run("mpstat", "-P", "ALL", "-o", "JSON", str(SECONDS), "1")
            disks = _run("iostat", "-x", "-y", "-k", "-o", "JSON", str(SECONDS), "1")
            _points(probe, sampler)
            theirs = _said(cpus, "cpu-load"), _said(disks, "disk")
            points = _points(probe, sampler)
        finally:
            load.kill()

    def figures(measurement: str, **labels: str) -> dict[str, Number]:
        own = tuple(sorted(labels.items()))
        return next(
            point.fields for point in points if (point.measurement, point.labels) == (measurement, own)
        )

    return figures, *theirs


@pytest.mark.sysstat
def test_shares_of_cpu_time_are_mpstats(
    said: tuple[Figures, list[dict[str, Any]], list[dict[str, Any]]],
) -> None:
    figures, cpus, _ = said
    for theirs in cpus:
        name = "cpu-total" if theirs["cpu"] == "all" else f"cpu{theirs['cpu']}"
        ours = figures("cpu", cpu=name)
        for field, column in (
            ("user", "usr"),
            ("nice", "nice"),
            ("system", "sys"),
            ("idle", "idle"),
            ("steal", "steal"),
        ):
            assert ours[f"usage_{field}"] == pytest.approx(theirs[column], abs=PERCENT_TOLERANCE), (
                name,
                field,
            )
        busy = 100.0 - theirs["idle"] - theirs["iowait"]
        assert ours["usage_busy"] == pytest.approx(busy, abs=PERCENT_TOLERANCE), name


@pytest.mark.sysstat
def test_traffic_of_disks_is_iostats(
    said: tuple[Figures, list[dict[str, Any]], list[dict[str, Any]]],
) -> None:
    figures, _, disks = said
    for theirs in disks:
        ours = figures("diskio", name=theirs["disk_device"])
        for field, column, unit, least in (
            ("reads", "r/s", 1, 30.0),
            ("writes", "w/s", 1, 30.0),
            ("read_bytes", "rkB/s", 1024, 4e6),
            ("write_bytes", "wkB/s", 1024, 4e6),
        ):
            near = pytest.approx(theirs[column] * unit, rel=RATE_TOLERANCE, abs=least)
            assert ours[f"{field}_per_second"] == near, (theirs["disk_device"], field)
        assert ours["util_percent"] == pytest.approx(theirs["util"], abs=2 * PERCENT_TOLERANCE)
    assert max(figures("diskio", name=disk["disk_device"])["writes"] for disk in disks) > 0


def test_memory_and_swap_are_frees(probe: RunningProbe) -> None:
    answer = probe.ask("mem", "swap")
    head, memory, swap = _run("free", "-b").communicate()[0].decode().splitlines()
    theirs = dict(zip(head.split(), map(int, memory.split()[1:]), strict=True))
    mem = answer["mem"]
    assert mem["total"] == theirs["total"]
    for field in ("free", "shared", "available"):
        assert mem[field] == pytest.approx(theirs[field], abs=BYTES_TOLERANCE), field
    assert mem["buffered"] + mem["cached"] == pytest.approx(theirs["buff/cache"], abs=BYTES_TOLERANCE)
    total, used, free = map(int, swap.split()[1:])
    assert answer["swap"]["total"] == total
    assert answer["swap"]["used"] == pytest.approx(used, abs=BYTES_TOLERANCE)
    assert answer["swap"]["free"] == pytest.approx(free, abs=BYTES_TOLERANCE)


def test_file_systems_of_this_machine_are_dfs(probe: RunningProbe) -> None:
    rows = probe.ask("disk")["disk"]
    assert rows
    fields = ("total", "used", "free", "inodes_total", "inodes_used", "inodes_free")
    for row in rows:
        columns = "--output=fstype,size,used,avail,itotal,iused,iavail"
        line = _run("df", "-B1", columns, row["path"]).communicate()[0].decode().splitlines()[1]
        fstype, *sizes = line.split()
        assert row["fstype"] == fstype
        for field, size in zip(fields, sizes, strict=True):
            tolerance = 10_000 if "inodes" in field else BYTES_TOLERANCE
            assert row.get(field, 0) == pytest.approx(int(size.replace("-", "0")), abs=tolerance), (
                row,
                field,
            )


def test_sockets_are_those_that_ss_lists() -> None:
    command = ["unshare", "--net", "--map-root-user", sys.executable, "-c", _SOCKETS]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)
    if done.returncode and "unshare" in done.stderr:
        pytest.skip("network namespaces are needed")
    assert done.returncode == 0, done.stderr
    answers, tcp, udp = json.loads(done.stdout)
    names = {"ESTAB": "established", "FIN-WAIT-2": "fin_wait2", "LAST-ACK": "last_ack"}
    theirs: dict[str, int] = {"udp_socket": len(udp)}
    for line in tcp:
        state = line.split()[0]
        name = "tcp_" + names.get(state, state.lower().replace("-", "_"))
        theirs[name] = theirs.get(name, 0) + 1
    assert {"tcp_listen", "tcp_established", "tcp_close_wait", "udp_socket"} <= theirs.keys()
    for ours in answers:
        assert {name: count for name, count in ours.items() if count} == theirs
