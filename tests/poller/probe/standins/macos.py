"""macOS, asked by a user who is not its administrator."""

import os
from typing import Any

from tests.poller.probe.standins.building import AccessDenied, Process, install, record

_TIMES = "user nice system idle"
_DISK = "read_count write_count read_bytes write_bytes read_time write_time"
_NET = "bytes_sent bytes_recv packets_sent packets_recv errin errout dropin dropout"


def _cpu_times(percpu: bool = False) -> Any:
    each = [record(_TIMES, 10.5, 0.0, 5.25, 100.0), record(_TIMES, 11.5, 0.0, 6.25, 90.0)]
    return each if percpu else record(_TIMES, 22.0, 0.0, 11.5, 190.0)


def _disk_partitions(all: bool = False) -> Any:  # noqa: A002 - psutil's name
    fields = "device mountpoint fstype opts"
    found = [
        record(fields, "/dev/disk3s1s1", "/", "apfs", "ro,local,rootfs,dovolfs,journaled,multilabel"),
        record(fields, "/dev/disk3s5", "/System/Volumes/Data", "apfs", "rw,local,dovolfs,dontbrowse"),
    ]
    if all:
        found.append(record(fields, "devfs", "/dev", "devfs", "rw,local,dontbrowse,multilabel"))
        found.append(record(fields, "//nas/share", "/Volumes/share", "smbfs", "rw,nodev,nosuid"))
    return found


def _disk_usage(path: str) -> Any:
    return record("total used free percent", 494_384_795_648, 200_000_000_000, 250_000_000_000, 44.4)


def _disk_io_counters(perdisk: bool = False, nowrap: bool = True) -> Any:
    assert perdisk
    assert not nowrap
    return {"disk0": record(_DISK, 1, 2, 3, 4, 5, 6)}


def _net_io_counters(pernic: bool = False, nowrap: bool = True) -> Any:
    assert pernic
    assert not nowrap
    return {"en0": record(_NET, 1, 2, 3, 4, 5, 6, 7, 0), "lo0": record(_NET, 1, 1, 1, 1, 0, 0, 0, 0)}


def _net_connections(kind: str = "inet") -> Any:
    raise AccessDenied("(pid=1)")


_MINE = {
    "name": "zsh",
    "status": "running",
    "num_threads": 1,
    "create_time": 1.0,
    "cpu_times": record("user system children_user children_system", 1.0, 2.0, 0.0, 0.0),
    "memory_info": record("rss vms pfaults pageins", 5_000_000, 1, 1, 1),
}
_OF_ROOT = {"name": "launchd", "status": "running", "create_time": 0.5}

install(
    "darwin",
    {
        "cpu_times": _cpu_times,
        "cpu_count": lambda: 2,
        "virtual_memory": lambda: record(
            "total available percent used free active inactive wired",
            17_179_869_184, 8_000_000_000, 53.4, 9_000_000_000, 200_000_000, 4_000_000_000, 3_900_000_000,
            2_000_000_000,
        ),
        "swap_memory": lambda: record("total used free percent sin sout", 2_000, 500, 1_500, 25.0, 70, 80),
        "disk_partitions": _disk_partitions,
        "disk_usage": _disk_usage,
        "disk_io_counters": _disk_io_counters,
        "net_io_counters": _net_io_counters,
        "net_connections": _net_connections,
        "users": lambda: [record("name terminal host started pid", "ann", "console", None, 1.0, 400)],
        "boot_time": lambda: 1_700_000_000.0,
    },
    [Process(501, "ann", _MINE), Process(1, "root", _OF_ROOT), Process(7, None, {}, is_gone=True)],
)  # fmt: skip
os.uname = lambda: record("sysname nodename release version machine", "Darwin", "mac", "23.1.0", "", "arm64")
os.statvfs = lambda path: record("f_files f_ffree f_bsize", 2_500_000_000, 2_400_000_000, 4096)
