"""Each file of /proc and /sys, damaged in each way: nothing is missing but what needs that file."""

import os
import sys
import types
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from metrics.sampling.answer import decode_answer
from poller.probing import probe as source
from tests.poller.probe.running import ALL

STAT_1 = "1 (init) S 0 1 1 0 -1 4194560 1 2 3 4 150 50 5 6 20 0 3 0 12 1000 250 " + "0 " * 28
STAT_2 = "2 (sh) R 1 1 1 0 -1 4194560 1 2 3 4 20 10 5 6 20 0 1 0 99 1000 125 " + "0 " * 28
SOCKET = (
    "   0: 0100007F:0016 00000000:0000 0A 00000000:00000000 00:00000000 00000000 0 0 1 1 0 100 0 0 10 0\n"
)
STALLS = "some avg10=1.00 avg60=2.00 avg300=3.00 total=4\nfull avg10=0.00 avg60=0.00 avg300=0.00 total=5\n"
UTMP = b"".join(
    (kind.to_bytes(2, sys.byteorder) + bytes(42) + name).ljust(384, b"\0")
    for kind, name in ((2, b"reboot"), (7, b"ann"))
)

FILES: dict[str, str] = {
    "proc/stat": "cpu  9 1 2 30 4 0 0 0 0 0\ncpu0 5 1 1 15 2 0 0 0 0 0\ncpu1 4 0 1 15 2 0 0 0 0 0\n"
    "intr 5 6\nctxt 7\nbtime 1700000000\nprocesses 9\n",
    "proc/meminfo": "MemTotal: 8000 kB\nMemFree: 1000 kB\nMemAvailable: 5000 kB\nBuffers: 100 kB\n"
    "Cached: 3000 kB\nSwapCached: 0 kB\nActive: 900 kB\nInactive: 800 kB\n"
    "SwapTotal: 400 kB\nSwapFree: 300 kB\nShmem: 50 kB\nSlab: 200 kB\nSReclaimable: 150 kB\n",
    "proc/vmstat": "nr_free_pages 5\npswpin 6\npswpout 7\npgfault 8\n",
    "proc/loadavg": "0.50 0.40 0.30 1/99 4711\n",
    "proc/uptime": "5000.25 9000.00\n",
    "proc/net/dev": "Inter-| Receive | Transmit\n face |bytes packets\n"
    "    lo: 1 2 0 0 0 0 0 0 1 2 0 0 0 0 0 0\n  eth0: 5 6 0 0 0 0 0 0 7 8 0 0 0 0 0 0\n",
    "proc/net/sockstat": "sockets: used 9\nTCP: inuse 1 orphan 0\nUDP: inuse 3 mem 2\nRAW: inuse 0\n",
    "proc/net/sockstat6": "TCP6: inuse 1\nUDP6: inuse 2\n",
    "proc/net/tcp": "  sl  local_address rem_address   st\n" + SOCKET * 2,
    "proc/net/tcp6": "  sl  local_address rem_address   st\n" + SOCKET,
    "proc/modules": "ext4 1 0 - Live 0x0\nloop 1 0 - Live 0x0\n",
    "proc/diskstats": "   8 0 sda 1 0 2 3 4 0 5 6 0 7 8\n   8 16 sdb 1 0 2 3 4 0 5 6 0 7 8\n",
    "proc/pressure/cpu": STALLS,
    "proc/pressure/memory": STALLS,
    "proc/pressure/io": STALLS,
    "proc/sys/kernel/random/boot_id": "0f6d3c1e-52a4-4b0e-8a39-3f1c58a0b7de\n",
    "proc/self/mountinfo": "20 1 8:1 / / rw - ext4 /dev/root rw\n21 20 0:21 / /proc rw - proc proc rw\n",
    "proc/self/mounts": "/dev/sda1 / ext4 rw 0 0\nproc /proc proc rw 0 0\n",
    "proc/filesystems": "nodev\tproc\n\text4\n",
    "proc/1/stat": STAT_1 + "\n",
    "proc/2/stat": STAT_2 + "\n",
    "sys/dev/block/8:1/uevent": "MAJOR=8\nMINOR=1\nDEVNAME=sda1\nDEVTYPE=partition\n",
    "sys/class/hwmon/hwmon0/name": "coretemp\n",
    "sys/class/hwmon/hwmon0/temp1_input": "45000\n",
    "sys/class/hwmon/hwmon0/temp1_label": "Core 0\n",
    "sys/class/hwmon/hwmon0/temp2_input": "46000\n",
    "sys/class/hwmon/hwmon0/temp2_fault": "0\n",
    "sys/class/hwmon/hwmon1/name": "nvme\n",
    "sys/class/hwmon/hwmon1/temp1_input": "39000\n",
    "run/utmp": UTMP.decode("latin-1"),
}

# What needs each file; the rest of an answer must be as it was.
NEEDS: dict[str, tuple[str, ...]] = {
    "proc/stat": ("cpu",),
    "proc/meminfo": ("mem", "swap.total", "swap.used", "swap.free"),
    "proc/vmstat": ("swap.in", "swap.out"),
    "proc/loadavg": ("system.load",),
    "proc/uptime": ("system.uptime",),
    "proc/net/dev": ("net.",),
    "proc/net/sockstat": ("netstat.udp_socket",),
    "proc/net/sockstat6": ("netstat.udp_socket",),
    "proc/net/tcp": ("netstat.tcp_",),
    "proc/net/tcp6": ("netstat.tcp_",),
    "proc/modules": ("netstat.tcp_",),
    "proc/diskstats": ("diskio",),
    "proc/pressure/cpu": ("pressure.cpu",),
    "proc/pressure/memory": ("pressure.memory",),
    "proc/pressure/io": ("pressure.io",),
    "proc/sys/kernel/random/boot_id": ("boot",),
    "proc/self/mountinfo": ("disk",),
    "proc/self/mounts": (),
    "proc/filesystems": (),
    "proc/1/stat": ("processes", "top"),
    "proc/2/stat": ("processes", "top"),
    "sys/dev/block/8:1/uevent": ("disk./.device",),
    "sys/class/hwmon/hwmon0/name": ("temp.coretemp",),
    "sys/class/hwmon/hwmon0/temp1_input": ("temp.coretemp",),
    "sys/class/hwmon/hwmon0/temp1_label": ("temp.coretemp",),
    "sys/class/hwmon/hwmon0/temp2_input": ("temp.coretemp",),
    "sys/class/hwmon/hwmon0/temp2_fault": (),
    "sys/class/hwmon/hwmon1/name": ("temp.nvme",),
    "sys/class/hwmon/hwmon1/temp1_input": ("temp.nvme",),
    "run/utmp": ("users",),
}

# What there still is of a table, or is found elsewhere.
STAYS: dict[tuple[str, str], tuple[str, ...]] = {
    ("proc/stat", "long"): ("cpu.cpu-total", "cpu.cpu1"),
    ("proc/net/dev", "long"): ("net.lo", "net.eth0"),
    ("proc/net/sockstat", "long"): ("netstat.udp_socket",),
    ("proc/net/tcp", "long"): ("netstat.tcp_listen",),
    ("proc/diskstats", "cut short"): ("diskio.sda",),
    ("proc/diskstats", "long"): ("diskio.sda", "diskio.sdb"),
    ("proc/meminfo", "long"): ("mem.total", "mem.slab", "swap.free"),
    ("proc/vmstat", "long"): ("swap.in", "swap.out"),
    ("proc/pressure/io", "long"): ("pressure.io.full",),
    **{
        ("proc/self/mountinfo", damage): ("disk./.device",)
        for damage in ("absent", "empty", "unreadable", "garbage", "long")
    },
    **{("proc/modules", damage): ("netstat.tcp_listen",) for damage in ("absent", "empty", "unreadable")},
    **{
        ("proc/sys/kernel/random/boot_id", damage): ("boot",)
        for damage in ("absent", "empty", "unreadable", "cut short", "garbage", "long")
    },
}


def _cut_short(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size * 6 // 10])


def _unreadable(path: Path) -> None:
    path.unlink()
    path.symlink_to("/proc/self/mem")  # can be opened, and gives an I/O error at its start, to root too


def _long(path: Path) -> None:
    head, *rest = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(head + b"".join(rest[:1]) + b"filler 0 0 kB\n" * 6000 + b"".join(rest[1:]))


DAMAGES: dict[str, Callable[[Path], object]] = {
    "absent": Path.unlink,
    "empty": lambda path: path.write_bytes(b""),
    "unreadable": _unreadable,
    "cut short": _cut_short,
    "long": _long,
    "garbage": lambda path: path.write_bytes(bytes(range(256)) * 4),
}


def _write(root: Path, name: str) -> Path:
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    path.write_bytes(FILES[name].encode("latin-1"))
    return path


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A machine's files, all sound."""
    folder = tmp_path_factory.mktemp("machine")
    for name in FILES:
        _write(folder, name)
    return folder


@pytest.fixture(params=["psutil", "proc"])
def backend(request: pytest.FixtureRequest, root: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """Each backend, with the machine's files."""
    monkeypatch.setattr(psutil, "PROCFS_PATH", str(root / "proc"))
    name: str = request.param
    return name


def _ask(root: Path, backend: str, *, is_tcp_diag_known: bool = True) -> dict[str, Any]:
    """An answer of a probe that has just started."""
    proc = source.Proc(str(root / "proc"), str(root / "sys"), str(root / "run"))
    proc.tcp_diag = False if is_tcp_diag_known else None
    probe = source.Probe(proc if backend == "proc" else source.LinuxPsutil(psutil, proc))
    request = '{"id": 1, "deadline": 5, "collect": ["' + '","'.join(ALL) + '"]}'
    try:
        answer = probe.answer(request)
    finally:
        for fd in proc.fds.values():
            os.close(fd)
    decoded = decode_answer(source.Writer().line(answer).encode())
    assert decoded.boot
    assert set(answer.get("errors", {})) == set(decoded.errors)
    return answer


def _figures(answer: dict[str, Any]) -> dict[str, Any]:
    """`section.name` or `section.row.column` -> value, of what does not change while the test runs."""
    figures: dict[str, Any] = {"boot": answer["boot"]}
    for row in answer.get("disk", ()):
        figures.update({f"disk.{row['path']}.{name}": row[name] for name in ("device", "fstype", "mode")})
    for name in ("cpu", "net", "diskio"):
        table = answer.get(name, {"rows": {}})
        figures.update({f"{name}.{row}": (table["names"], values) for row, values in table["rows"].items()})
    for name in ("mem", "swap", "system", "netstat", "processes", "pressure", "temp"):
        figures.update({f"{name}.{field}": value for field, value in answer.get(name, {}).items()})
    for name, resource in answer.get("pressure", {}).items():
        figures.update({f"pressure.{name}.{kind}": values for kind, values in resource.items()})
    figures["users"] = "users" in answer
    figures["top"] = [row["pid"] for row in answer.get("top", {}).get("memory", ())]
    return figures


@pytest.fixture
def sound(root: Path, backend: str) -> dict[str, Any]:
    """What the machine says while it is well."""
    answer = _ask(root, backend)
    assert "errors" not in answer
    return _figures(answer)


@pytest.fixture(params=FILES)
def file(request: pytest.FixtureRequest, root: Path) -> Iterator[str]:
    """Each file, sound again afterwards."""
    name: str = request.param
    yield name
    _write(root, name)


def test_a_damaged_file_costs_only_what_needs_it(
    root: Path, backend: str, sound: dict[str, Any], file: str
) -> None:
    for damage, spoil in DAMAGES.items():
        spoil(_write(root, file))
        answer = _ask(root, backend, is_tcp_diag_known=file != "proc/modules")
        left = _figures(answer)
        needed = NEEDS[file]
        for name, value in sound.items():
            if not name.startswith(needed or "nothing"):
                assert left.get(name) == value, f"{file} {damage}: {name}"
        for name in STAYS.get((file, damage), ()):
            assert left.get(name), f"{file} {damage}: {name}"
        collectors = {name.split(".")[0] for name in needed}
        assert set(answer.get("errors", {})) <= collectors, f"{file} {damage}: {answer['errors']}"


# A machine of another kind: without utmp and hardware monitors, with what the kernel says of its devices.
OTHER_FILES = {
    "proc/self/cgroup": "0::/user.slice/user-0.slice/session-7.scope\n",
    "proc/net/dev": FILES["proc/net/dev"],
    "proc/diskstats": FILES["proc/diskstats"],
    "run/systemd/sessions/7": "CLASS=user\nREMOTE=1\n",
    "run/systemd/sessions/8": "CLASS=user\nTTY=pts/1\n",
    "sys/class/thermal/thermal_zone0/type": "x86_pkg_temp\n",
    "sys/class/thermal/thermal_zone0/temp": "45000\n",
    "sys/class/thermal/thermal_zone1/type": "acpitz\n",
    "sys/class/thermal/thermal_zone1/temp": "30000\n",
    "sys/class/net/lo/type": "772\n",
    "sys/class/net/lo/ifindex": "1\n",
    "sys/class/net/eth0/type": "1\n",
    "sys/class/net/eth0/ifindex": "2\n",
    "sys/class/net/eth0/iflink": "2\n",
    "sys/class/net/eth0/phys_port_name": "p0\n",
    "sys/class/net/eth0/device/uevent": "DRIVER=e1000e\n",
    "sys/class/block/sda/hidden": "0\n",
    "sys/class/block/sda/device/model": "DISK\n",
    "sys/class/block/sdb/hidden": "0\n",
    "sys/class/block/sdb/device/model": "DISK\n",
}


@pytest.mark.parametrize("file", [name for name in OTHER_FILES if name not in FILES])
def test_a_damaged_file_about_devices_or_sessions_costs_its_own_figure_alone(
    tmp_path: Path, file: str
) -> None:
    def ask() -> tuple[dict[str, Any], dict[str, str]]:
        proc = source.Proc(str(tmp_path / "proc"), str(tmp_path / "sys"), str(tmp_path / "run"))
        probe = source.Probe(proc)
        answer = probe.answer('{"id": 1, "collect": ["net", "diskio", "temp", "users"]}')
        for fd in proc.fds.values():
            os.close(fd)
        said = {f"temp.{name}": degrees for name, degrees in answer.get("temp", {}).items()}
        said |= {name: answer[name].get("total_of") for name in ("net", "diskio")}
        return said | {"users": answer["users"]["n_users"]}, answer.get("errors", {})

    for name, text in OTHER_FILES.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    sound, errors = ask()
    assert not errors
    assert sound == {
        "temp.x86_pkg_temp": 45.0, "temp.acpitz": 30.0, "net": ["eth0"], "diskio": ["sda", "sdb"], "users": 1,
    }  # fmt: skip
    zone = file.split("/")[3] if "thermal" in file else ""
    own = {"thermal_zone0": "temp.x86_pkg_temp", "thermal_zone1": "temp.acpitz"}.get(zone, "users")
    for damage, spoil in DAMAGES.items():
        spoil(tmp_path / file)
        left, errors = ask()
        for name, figure in sound.items():
            if name != own or "/net/" in file or "/block/" in file:
                assert left.get(name) == figure, f"{damage}: {name}"
        assert set(errors) <= {"temp"}, damage
        (tmp_path / file).unlink(missing_ok=True)
        (tmp_path / file).write_text(OTHER_FILES[file])


@pytest.mark.parametrize(
    ("name", "collector"),
    [
        ("proc/stat", "cpu"),
        ("proc/meminfo", "mem"),
        ("proc/meminfo", "swap"),
        ("proc/vmstat", "swap"),
        ("proc/loadavg", "system"),
        ("proc/uptime", "system"),
        ("proc/net/dev", "net"),
        ("proc/net/sockstat", "netstat"),
        ("proc/net/tcp6", "netstat"),
        ("proc/diskstats", "diskio"),
        ("proc/pressure/io", "pressure"),
    ],
)
def test_what_was_unreadable_is_named_with_its_collector(
    root: Path, backend: str, name: str, collector: str
) -> None:
    _unreadable(root / name)
    assert "Input/output error" in _ask(root, backend)["errors"][collector]
    _write(root, name)


def test_a_file_that_what_serves_it_started_anew_is_opened_anew(root: Path) -> None:
    proc = source.Proc(str(root / "proc"))
    sound = proc.mem()
    os.dup2(os.open("/proc/self/mem", os.O_RDONLY), proc.fds["/meminfo"])
    assert proc.mem() == sound
    for fd in proc.fds.values():
        os.close(fd)


def test_a_boot_without_a_name_is_told_by_its_time(root: Path) -> None:
    proc = source.Proc(str(root / "proc"))
    (root / "proc/sys/kernel/random/boot_id").unlink()
    assert proc.boot() == "170000000"
    (root / "proc/stat").unlink()
    assert proc.boot().isdigit()
    for name in ("proc/sys/kernel/random/boot_id", "proc/stat"):
        _write(root, name)


def test_a_machine_without_any_of_its_files_still_answers(
    tmp_path: Path, backend: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(psutil, "PROCFS_PATH", str(tmp_path / "proc"))
    answer = _ask(tmp_path, backend)
    assert answer["boot"].isdigit()
    assert {"cpu", "mem", "swap", "net", "diskio", "disk"} <= set(answer["errors"])
    assert set(answer["system"]) == {"n_cpus"}


def test_what_another_system_does_not_tell_costs_only_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> Any:
        raise PermissionError(1, "Operation not permitted")

    usage = types.SimpleNamespace(total=100, used=60, free=40)
    mount = types.SimpleNamespace(device="/dev/disk0", mountpoint="/", fstype="apfs", opts="rw")
    system = types.SimpleNamespace(
        __version__="7.2.2",
        boot_time=refuse,
        cpu_count=lambda: 2,
        disk_partitions=lambda **_: [mount],
        disk_usage=lambda _: usage,
    )
    monkeypatch.setattr(os, "statvfs", refuse)
    portable: Any = system
    answer = source.Probe(source.Portable(portable)).answer('{"id": 1, "collect": ["system", "disk"]}')
    assert answer["boot"].isdigit()
    assert {"n_cpus", "load1"} <= set(answer["system"])
    assert [(row["total"], "inodes_total" in row) for row in answer["disk"]] == [(100, False)]
    assert set(answer["errors"]) == {"system", "disk"}
