"""FreeBSD with a psutil of before 5.3, whose counters know no nowrap."""

import os
from typing import Any

from tests.poller.probe.standins.building import Process, install, record

_TIMES = "user nice system idle irq"
_DISK = "read_count write_count read_bytes write_bytes read_time write_time busy_time"
_NET = "bytes_sent bytes_recv packets_sent packets_recv errin errout dropin dropout"


def _cpu_times(percpu: bool = False) -> Any:
    each = [record(_TIMES, 10.0, 1.0, 5.0, 100.0, 0.5)]
    return each if percpu else each[0]


def _disk_partitions(all: bool = False) -> Any:  # noqa: A002 - psutil's name
    fields = "device mountpoint fstype opts"
    return [
        record(fields, "zroot/ROOT/default", "/", "zfs", "rw,noatime,nfsv4acls"),
        record(fields, "devfs", "/dev", "devfs", "rw,multilabel"),
        record(fields, "/dev/ada0p1", "/boot/efi", "msdosfs", "rw"),
        record(fields, "procfs", "/proc", "procfs", "rw"),
        record(fields, "filer:/export", "/mnt/filer", "nfs", "rw"),
    ]


def _disk_usage(path: str) -> Any:
    return record("total used free percent", 1000, 400, 600, 40.0)


def _disk_io_counters(perdisk: bool = False) -> Any:
    return {"ada0": record(_DISK, 1, 2, 3, 4, 5, 6, 7)}


def _net_io_counters(pernic: bool = False) -> Any:
    return {"em0": record(_NET, 1, 2, 3, 4, 5, 6, 7, 0)}


def _net_connections(kind: str = "inet") -> Any:
    fields = "fd family type laddr raddr status pid"
    return [
        record(fields, 3, 2, 1, (), (), "LISTEN", 4),
        record(fields, -1, 2, 1, (), (), "TIME_WAIT", None),
        record(fields, 5, 28, 2, (), (), "NONE", 4),
    ]


def _process(pid: int, status: str) -> Process:
    figures = {
        "name": f"process-{pid}",
        "status": status,
        "num_threads": 3,
        "create_time": 1.0,
        "cpu_times": record("user system children_user children_system", 1.0 * pid, 0.0, 0.0, 0.0),
        "memory_info": record("rss vms text data stack", 1000 * pid, 1, 1, 1, 1),
    }
    return Process(pid, "root", figures)


_STATUSES = ("running", "sleeping", "waiting", "locked", "stopped", "zombie", "idle")

install(
    "freebsd14",
    {
        "__version__": "5.0.0",
        "cpu_times": _cpu_times,
        "cpu_count": lambda: 1,
        "virtual_memory": lambda: record(
            "total available percent used free active inactive buffers cached shared wired",
            1000, 600, 40.0, 400, 200, 300, 100, 50, 60, 70, 80,
        ),
        "swap_memory": lambda: record("total used free percent sin sout", 100, 40, 60, 40.0, 7, 8),
        "disk_partitions": _disk_partitions,
        "disk_usage": _disk_usage,
        "disk_io_counters": _disk_io_counters,
        "net_io_counters": _net_io_counters,
        "net_connections": _net_connections,
        "sensors_temperatures": lambda: {
            "coretemp": [record("label current high critical", f"Core {n}", 45.0 + n, 1, 1) for n in (0, 1)]
        },
        "users": list,
        "boot_time": lambda: 1_700_000_000.0,
    },
    [_process(number, status) for number, status in enumerate(_STATUSES, 1)],
)  # fmt: skip
os.uname = lambda: record("sysname nodename release version machine", "FreeBSD", "bsd", "14.0", "", "amd64")
os.statvfs = lambda path: record("f_files f_ffree f_bsize", 100, 40, 4096)
