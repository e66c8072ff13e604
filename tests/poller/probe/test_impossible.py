"""What cannot be is no figure: it is left out, or bounded by what can be, and named."""

import json
import os
from pathlib import Path
from typing import Any, NamedTuple

import psutil
import pytest

from metrics.sampling.answer import decode_answer
from poller.probing import probe as source
from tests.poller.probe.test_platforms import running_on

MEBIBYTE = 1 << 20


class Usage(NamedTuple):
    """What statvfs says."""

    f_blocks: int = 1000
    f_bfree: int = 600
    f_bavail: int = 500
    f_files: int = 100
    f_ffree: int = 40
    f_frsize: int = 4096


def _ask(proc: source.Proc, backend: str, *collect: str) -> dict[str, Any]:
    probe = source.Probe(proc if backend == "proc" else source.LinuxPsutil(psutil, proc))
    answer = probe.answer(json.dumps({"id": 1, "deadline": 5, "collect": collect}))
    for fd in proc.fds.values():
        os.close(fd)
    line = source.Writer().line(answer)
    assert str(2**63 - 1) not in line
    decoded = decode_answer(line.encode())
    assert set(decoded.errors) == set(answer.get("errors", {}))
    return answer


@pytest.fixture(params=["psutil", "proc"])
def backend(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """Each backend, reading from a folder."""
    monkeypatch.setattr(psutil, "PROCFS_PATH", str(tmp_path))
    name: str = request.param
    return name


def _files(root: Path, **texts: str) -> source.Proc:
    for name, text in texts.items():
        path = root / name.replace("__", "/")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return source.Proc(str(root), str(root / "sys"))


@pytest.mark.parametrize(
    ("lines", "swap"),
    [
        # lxcfs, without swap and with less than is in use; the first with columns glued together as well
        ("SwapTotal:0 kB\nSwapFree:18014398509481984kB\n", {"total": 0, "used": 0, "free": 0}),
        ("SwapTotal: 0 kB\nSwapFree: 18014398509481856 kB\n", {"total": 0, "used": 0, "free": 0}),
        ("SwapTotal: 100 kB\nSwapFree: 200 kB\n", {"total": 102400}),
    ],
)
def test_more_swap_is_never_free_than_there_is(
    tmp_path: Path, backend: str, lines: str, swap: dict[str, int]
) -> None:
    answer = _ask(_files(tmp_path, meminfo=lines, vmstat="pswpin 1\npswpout 2\n"), backend, "swap")
    page = os.sysconf("SC_PAGE_SIZE")
    assert answer["swap"] == swap | {"in": page, "out": 2 * page}
    assert "more than there can be: free" in answer["errors"]["swap"]


def test_no_part_of_memory_is_larger_than_the_whole(tmp_path: Path, backend: str) -> None:
    lines = "MemTotal: 1000 kB\nMemFree: 2000 kB\nMemAvailable: 500 kB\nBuffers: 1 kB\nCached: 3000 kB\n"
    answer = _ask(_files(tmp_path, meminfo=lines + "Shmem: 1 kB\nSlab: 1 kB\n"), backend, "mem")
    assert {"free", "cached"}.isdisjoint(answer["mem"])
    assert answer["mem"]["total"] == 1_024_000
    assert answer["mem"]["available"] == 512_000
    assert answer["errors"]["mem"] == "less than none or more than there can be: free, cached"


def test_what_is_less_than_none_is_no_figure(tmp_path: Path, backend: str) -> None:
    files = {
        "meminfo": "MemTotal: 1000 kB\nMemFree: -8 kB\nMemAvailable: 500 kB\nCached: 9 kB\n"
        "SwapTotal: 100 kB\nSwapFree: -8 kB\n",
        "vmstat": "pswpin -1\npswpout 2\n",
        "stat": "cpu 9 1 2 30 4\ncpu0 9 1 2 30 4\ncpu1 0 0 0 -7 0\n"
        "cpu2 12345678901234567890123 0 0 7 0\nbtime 1700000000\n",
        "net/sockstat": "UDP: inuse -3 mem 2\n",
        "net/tcp": "  sl\n",
        "pressure/io": "some avg10=1.00 avg60=-2.00 avg300=3.00 total=4\n"
        "full avg10=0.00 avg60=0.00 avg300=0.00 total=18446744073709551615\n",
    }
    answer = _ask(_files(tmp_path, **files), backend, "mem", "swap", "cpu", "netstat", "pressure")
    assert answer["mem"] == {"total": 1_024_000, "available": 512_000, "cached": 9216}
    assert answer["swap"] == {"total": 102_400, "out": 2 * os.sysconf("SC_PAGE_SIZE")}
    assert list(answer["cpu"]["rows"]) == ["cpu-total", "cpu0"]
    assert "udp_socket" not in answer["netstat"]
    assert "pressure" not in answer
    assert set(answer["errors"]) == {"mem", "swap", "cpu", "netstat", "pressure"}


def test_glued_columns_and_short_lines_cost_at_most_their_row(tmp_path: Path, backend: str) -> None:
    meminfo = "MemTotal:1000 kB\nMemFree:100kB\nMemAvailable:18014398509481984kB\nBuffers:1kB\nCached:2 kB\n"
    net = "Inter-|\n face |\n  eth0:18014398509 6 0 0 0 0 0 0 7 8 0 0 0 0 0 0\n  ppp0: 5 6 0 0\n"
    answer = _ask(_files(tmp_path, meminfo=meminfo, net__dev=net), backend, "mem", "net")
    assert answer["mem"]["total"] == 1_024_000
    assert answer["mem"]["available"] <= answer["mem"]["total"]
    assert answer["net"]["rows"] == {"eth0": [7, 18014398509, 8, 6, 0, 0, 0, 0]}
    assert "ppp0" in answer["errors"]["net"]


def test_requests_that_are_fewer_than_none_are_none(tmp_path: Path, backend: str) -> None:
    rows = "8 0 sda 1 0 2 3 4 0 5 6 4294967295 7 8\n8 16 sdb 1 0 2 3 4 0 5 6 2 7 8\n"
    answer = _ask(_files(tmp_path, diskstats=rows), backend, "diskio")
    in_progress = {name: row[-1] for name, row in answer["diskio"]["rows"].items()}
    assert in_progress == {"sda": 0, "sdb": 2}
    assert "sda iops_in_progress" in answer["errors"]["diskio"]


@pytest.mark.parametrize("degrees", ["3892314000", "-273100", "-128000"])
def test_a_sensor_that_shows_what_no_machine_has_is_left_out(
    tmp_path: Path, backend: str, degrees: str
) -> None:
    chip = "sys__class__hwmon__hwmon0__"
    texts = {"name": "chip", "temp1_input": degrees, "temp2_input": "41000", "temp3_input": "42000"}
    files = {chip + name: text + "\n" for name, text in texts.items()} | {chip + "temp3_fault": "1\n"}
    answer = _ask(_files(tmp_path, **files), backend, "temp")
    assert list(answer["temp"].values()) == [41.0]
    assert "impossible: chip" in answer["errors"]["temp"]
    assert "chip_3 says that it is broken" in answer["errors"]["temp"]


@pytest.fixture
def one_disk(tmp_path: Path, backend: str) -> source.Proc:
    """A machine with the root alone."""
    assert backend
    return _files(tmp_path, self__mountinfo="20 1 0:21 / / rw - ceph mon:/ rw\n")


@pytest.mark.parametrize(
    "usage",
    [
        Usage(f_ffree=2**64 - 1),
        Usage(f_files=2**64 - 1, f_ffree=2**64 - 1),
        Usage(f_ffree=-1),
        Usage(f_files=-1, f_ffree=-1),
        Usage(f_files=-1),
    ],
)
def test_inodes_without_a_number_are_none(
    one_disk: source.Proc, backend: str, usage: Usage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "statvfs", lambda _: usage)
    answer = _ask(one_disk, backend, "disk", "netfs")
    (row,) = answer["disk"]
    assert (row["total"], row["used"], row["free"]) == (4_096_000, 1_638_400, 2_048_000)
    assert {"inodes_total", "inodes_used", "inodes_free", "note"}.isdisjoint(row)
    assert f"{usage.f_ffree} inodes of {usage.f_files} are free" in answer["errors"]["disk"]


def test_blocks_of_no_size_are_no_space(
    one_disk: source.Proc, backend: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "statvfs", lambda _: Usage(f_frsize=0))
    assert _ask(one_disk, backend, "disk", "netfs")["disk"] == []


@pytest.mark.parametrize(
    "usage",
    [
        Usage(f_bfree=1001),
        Usage(f_blocks=2**60),
        Usage(f_bfree=2**64 - 1),
        Usage(f_bfree=-1),
        Usage(f_blocks=-1),
    ],
)
def test_space_that_cannot_be_is_named_and_left_out(
    one_disk: source.Proc, backend: str, usage: Usage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "statvfs", lambda _: usage)
    answer = _ask(one_disk, backend, "disk", "netfs")
    assert answer["disk"] == []
    assert "in use" in answer["errors"]["disk"]


def test_users_have_nothing_left_where_the_systems_reserve_is_in_use() -> None:
    assert source.space(1000, 950, -50)["free"] == 0
    assert source.space(1000, 950, 2**64 - 50)["free"] == 0
    assert source.space(1000, 950, 60)["free"] == 50


def test_a_process_cannot_have_used_more_than_all_processors_give() -> None:
    top = source.Top()
    top.rank([("old", 1, "old", 5.0, 10)], lambda _: "root")
    top.time -= 10.0
    rows: list[Any] = [("old", 1, "old", 6.0, 10), ("unseen before", 2, "db", 14_261.9, 5)]
    by_cpu = top.rank(rows, lambda _: "root")["cpu"]
    assert [(row["pid"], row["cpu_percent"]) for row in by_cpu] == [(1, pytest.approx(10, abs=1)), (2, None)]
    top.time -= 10.0
    rows[1] = ("unseen before", 2, "db", 14_262.9, 5)
    assert top.rank(rows, lambda _: "root")["cpu"][0]["pid"] == 2


def test_what_a_process_used_is_unknown_where_there_are_more_than_can_be_remembered() -> None:
    top = source.Top()
    rows: list[Any] = [(number, number, "x", 5.0, 10) for number in range(source.MAX_TRACKED_PROCESSES + 1)]
    top.rank(rows, lambda _: "root")
    top.time -= 10.0
    rows[0], rows[-1] = (0, 0, "x", 6.0, 10), (-1, 9, "too many", 15.0, 99)
    ranked = top.rank(rows, lambda _: "root")
    assert ranked["cpu"][0]["cpu_percent"] == pytest.approx(10, abs=1)
    assert (ranked["memory"][0]["pid"], ranked["memory"][0]["cpu_percent"]) == (9, None)


def test_other_systems_figures_are_bounded_as_well() -> None:
    with running_on("windows") as probe:
        assert "errors" not in probe.ask("swap", "mem", "disk", "net", "diskio")
