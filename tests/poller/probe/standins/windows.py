"""Windows: no load, no inodes, no process states, no statvfs, no alarm, no uname."""

import _signal  # type: ignore[import-not-found]
import os
import sys
from typing import Any

from tests.poller.probe.standins.building import Process, install, record, take_away

_TIMES = "user system idle interrupt dpc"
_DISK = "read_count write_count read_bytes write_bytes read_time write_time"
_NET = "bytes_sent bytes_recv packets_sent packets_recv errin errout dropin dropout"
_MEMORY = (
    "rss vms num_page_faults peak_wset wset peak_paged_pool paged_pool peak_nonpaged_pool nonpaged_pool "
    "pagefile peak_pagefile private"
)


def _cpu_times(percpu: bool = False) -> Any:
    each = [record(_TIMES, 10.0, 8.0, 100.0, 1.0, 0.5)]
    return each if percpu else each[0]


def _disk_partitions(all: bool = False) -> Any:  # noqa: A002 - psutil's name
    fields = "device mountpoint fstype opts"
    found = [
        record(fields, "C:\\", "C:\\", "NTFS", "rw,fixed"),
        record(fields, "D:\\", "D:\\", "", "cdrom"),
    ]
    if all:
        found.append(record(fields, "Z:\\", "Z:\\", "NTFS", "rw,remote"))
    return found


def _disk_usage(path: str) -> Any:
    return record("total used free percent", 1000, 400, 600, 40.0)


def _disk_io_counters(perdisk: bool = False, nowrap: bool = True) -> Any:
    return {"PhysicalDrive0": record(_DISK, 1, 2, 3, 4, 5, 6)}


def _net_io_counters(pernic: bool = False, nowrap: bool = True) -> Any:
    return {"Ethernet Größe": record(_NET, 1, 2, 3, 4, 5, 6, 7, 8)}


def _net_connections(kind: str = "inet") -> Any:
    fields = "fd family type laddr raddr status pid"
    return [
        record(fields, -1, 2, 1, (), (), "LISTEN", 4),
        record(fields, -1, 2, 1, (), (), "ESTABLISHED", 4),
        record(fields, -1, 2, 1, (), (), "DELETE_TCB", 4),
        record(fields, -1, 23, 2, (), (), "NONE", 4),
    ]


def _process(pid: int, name: str, seconds: float, rss: int) -> Process:
    figures = {
        "name": name,
        "status": "running",
        "num_threads": 4,
        "create_time": 1.0,
        "cpu_times": record("user system children_user children_system", seconds, 0.0, 0.0, 0.0),
        "memory_info": record(_MEMORY, rss, *[0] * 11),
    }
    return Process(pid, "HOST\\ann", figures)


install(
    "win32",
    {
        "cpu_times": _cpu_times,
        "cpu_count": lambda: 1,
        "virtual_memory": lambda: record("total available percent used free", 1000, 600, 40.0, 400, 600),
        "swap_memory": lambda: record("total used free percent sin sout", 100, 40, 60, 40.0, 0, 0),
        "disk_partitions": _disk_partitions,
        "disk_usage": _disk_usage,
        "disk_io_counters": _disk_io_counters,
        "net_io_counters": _net_io_counters,
        "net_connections": _net_connections,
        "getloadavg": lambda: (0.0, 0.0, 0.0),
        "users": lambda: [record("name terminal host started pid", "ann", None, "0.0.0.0", 1.0, None)],
        "boot_time": lambda: 1_700_000_000.0,
    },
    [
        _process(0, "System Idle Process", 1e6, 8192),
        _process(4, "System", 5.0, 100),
        _process(9, "python.exe", 9.0, 900),
    ],
)
take_away(os, "getloadavg", "statvfs", "uname", "pread", "sysconf", "major", "minor")
take_away(_signal, "alarm", "SIGALRM")
setattr(sys, "getwindowsversion", lambda: (10, 0, 19045, 2, ""))  # noqa: B010 - this system's sys has none
os.environ.update(
    COMPUTERNAME="WIN-1", PROCESSOR_ARCHITECTURE="AMD64", PROCESSOR_IDENTIFIER="Intel64 Family 6"
)
sys.modules["pwd"] = None  # type: ignore[assignment]
