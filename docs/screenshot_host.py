"""A server that exists only in pictures: speaks the probe's protocol, and has a load of its own.

monctl starts it over SSH in the place of Python (`python: "python3 …/screenshot_host.py build-2 SINCE"`), so
that thirty hosts on one machine do not all show that machine. What it says is a function of its name and the
time: the history before a picture and the polls during it are of one piece. SINCE (unix seconds) is when
those that are in trouble got into it.
"""

import json
import math
import random
import sys
import time
from collections.abc import Callable
from typing import Any

from metrics.sampling.cpu_usage import STATES
from metrics.sampling.wire import DISKIO_COLUMNS, GAUGE_FIELDS, NET_COLUMNS

GIB = 2**30
_CPUS = 8
_STEP_SECONDS = 5.0
_MOST_STEPS = 200
_MTU_BYTES = 900
_PROGRAMS = {
    "web": ("nginx", "gunicorn", "redis-server"),
    "db": ("postgres", "pgbouncer", "pg_dump"),
    "cache": ("redis-server", "sentinel", "rsyslogd"),
    "build": ("cc1plus", "ld.gold", "ninja"),
    "mail": ("postfix", "rspamd", "dovecot"),
}
_BURNING = "build-2"
_FULL = "db-2"


class Machine:
    """One server: counters that grow with `move_to`, and an answer for every moment."""

    def __init__(self, name: str, *, at: float, troubled_since: float) -> None:
        self.name = name
        self._troubled_since = troubled_since
        self._random = random.Random(name)
        self._phases = [self._random.uniform(0, 2 * math.pi) for _ in range(4)]
        self._base = self._random.choice((9, 14, 21, 30, 38, 46))
        self._memory = self._random.uniform(0.2, 0.75)
        self._disk = 0.955 if name == _FULL else self._random.uniform(0.15, 0.7)
        self._traffic = self._random.uniform(0.02, 8) * 1e6
        self._counters: dict[str, float] = {}
        self._at = at

    def busy_percent(self, at: float) -> float:
        """The share of the processors' time that is used."""
        slow, middle, fast, quick = self._phases
        wave = (
            0.3 * math.sin(at / 13_000 + slow)
            + 0.3 * math.sin(at / 1_700 + middle)
            + 0.5 * math.sin(at / 230 + fast)
        )
        ripple = 0.25 * math.sin(at / 47 + slow) + 0.2 * math.sin(at / 17 + quick)
        noise = random.Random(f"{self.name}{at // 5}").gauss(0, 0.2)
        usual = self._base * (1 + 0.6 * wave + 0.5 * (ripple + noise))
        if self.name == _BURNING and at > self._troubled_since:
            usual = 91 + 9 * (ripple + noise)
        return min(99.5, max(0.4, usual))

    def move_to(self, at: float) -> None:
        """Let time pass."""
        steps = min(_MOST_STEPS, max(1, round((at - self._at) / _STEP_SECONDS)))
        seconds = (at - self._at) / steps
        for number in range(steps):
            self._pass(self._at + number * seconds, seconds)
        self._at = at

    def answer(self, number: int, collectors: list[str]) -> dict[str, Any]:
        """What the probe would say now, of the collectors that are asked for."""
        answer: dict[str, Any] = {
            "id": number, "time": self._at, "monotonic": self._at - 1.7e9, "boot": f"{self.name}-1",
            "cost": 0.0005,
        }  # fmt: skip
        for name in collectors:
            make = _COLLECTORS.get(name)
            if make is not None:
                answer[name] = make(self)
        if "processes" in collectors:
            answer["top"] = self._top()
        return answer

    def _pass(self, at: float, seconds: float) -> None:
        for cpu in range(_CPUS):
            busy = min(100.0, self.busy_percent(at + 37 * cpu) * (0.75 + 0.07 * cpu)) / 100
            shares = (0.68, 0.01, 0.22, 0, 0.05, 0, 0.04)
            for state, share in zip(STATES, shares, strict=False):
                self._grow(f"cpu{cpu} {state}", seconds * busy * share)
            self._grow(f"cpu{cpu} idle", seconds * (1 - busy))
        load = self.busy_percent(at) / self._base
        for way, part in (("sent", 1.0), ("recv", 0.35)):
            size = self._traffic * part * load * seconds
            self._grow(f"bytes_{way}", size)
            self._grow(f"packets_{way}", size / _MTU_BYTES)
        writes = 30 * load * seconds * (8 if self.name == _FULL else 1)
        for name, many in (("reads", 0.3), ("writes", 1.0)):
            self._grow(name, writes * many)
        for name, size in (("read_bytes", 9_000), ("write_bytes", 16_000)):
            self._grow(name, writes * size)
        for name in ("read_time", "write_time", "io_time", "weighted_io_time"):
            self._grow(name, writes * 0.9)

    def _grow(self, name: str, by: float) -> None:
        self._counters[name] = self._counters.get(name, 0.0) + by

    def _row(self, names: tuple[str, ...]) -> list[int]:
        return [int(self._counters.get(name, 0.0)) for name in names]

    def _cpu(self) -> dict[str, Any]:
        rows = {
            f"cpu{cpu}": [round(self._counters.get(f"cpu{cpu} {state}", 0.0), 2) for state in STATES]
            for cpu in range(_CPUS)
        }
        total = [round(sum(column), 2) for column in zip(*rows.values(), strict=True)]
        return {"names": STATES, "rows": {"cpu-total": total, **rows}}

    def _mem(self) -> dict[str, int]:
        total = 16 * GIB
        share = self._memory + 0.03 * math.sin(self._at / 900 + self._phases[1])
        cache = int(total * min(0.18, 0.9 - share))
        available = int(total * (1 - share))
        free = max(GIB // 4, available - cache)
        return dict.fromkeys(GAUGE_FIELDS["mem"], GIB // 8) | {
            "total": total, "available": available, "free": free, "buffered": GIB // 5, "cached": cache,
            "shared": GIB // 16, "slab": GIB // 3, "active": int(total * share), "inactive": cache // 2,
        }  # fmt: skip

    def _swap(self) -> dict[str, int]:
        used = int(0.3 * GIB * self._memory)
        space = {"total": 4 * GIB, "used": used, "free": 4 * GIB - used}
        return dict.fromkeys(GAUGE_FIELDS["swap"], 0) | space

    def _system(self) -> dict[str, float]:
        loads = [
            sum(self.busy_percent(self._at - 10 * back) for back in range(minutes * 6)) / (minutes * 6)
            for minutes in (1, 5, 15)
        ]
        load1, load5, load15 = (round(load / 100 * _CPUS * 1.1, 2) for load in loads)
        uptime = 86_400 * 17 + self._random.randrange(3)
        return {"load1": load1, "load5": load5, "load15": load15, "n_cpus": _CPUS, "uptime": uptime}

    def _net(self) -> dict[str, Any]:
        return {"names": NET_COLUMNS, "rows": {"eth0": self._row(NET_COLUMNS)}}

    def _diskio(self) -> dict[str, Any]:
        return {"names": DISKIO_COLUMNS, "rows": {"nvme0n1": self._row(DISKIO_COLUMNS)}}

    def _disks(self) -> list[dict[str, Any]]:
        grown = 0.002 * ((self._at / 86_400) % 1)
        mounts = (("/", 60, 0.31), ("/var/lib", 200, self._disk + grown))
        return [
            {
                "path": path, "device": f"nvme0n1p{number}", "fstype": "ext4", "mode": "rw",
                "total": size * GIB, "used": int(size * GIB * share), "free": int(size * GIB * (1 - share)),
                "inodes_total": size * 65_536, "inodes_used": int(size * 65_536 * share * 0.3),
                "inodes_free": int(size * 65_536 * (1 - share * 0.3)),
            }
            for number, (path, size, share) in enumerate(mounts, start=1)
        ]  # fmt: skip

    def _netstat(self) -> dict[str, int]:
        busy = int(self.busy_percent(self._at))
        sockets = {"tcp_established": 40 + 3 * busy, "tcp_listen": 14, "tcp_time_wait": 2 * busy}
        return dict.fromkeys(GAUGE_FIELDS["netstat"], 0) | sockets | {"udp_socket": 9}

    def _processes(self) -> dict[str, int]:
        running = 1 + int(self.busy_percent(self._at) / 100 * _CPUS)
        counts = {
            "running": running,
            "sleeping": 190,
            "idle": 60,
            "total": 250 + running,
            "total_threads": 540,
        }
        return dict.fromkeys(GAUGE_FIELDS["processes"], 0) | counts

    def _top(self) -> dict[str, Any]:
        programs = next((names for role, names in _PROGRAMS.items() if self.name.startswith(role)), ())
        busy = self.busy_percent(self._at) * _CPUS
        shares = (0.5, 0.27, 0.12)
        rows = [
            {
                "pid": 1200 + 37 * number, "user": "app", "name": name,
                "cpu_percent": round(busy * share, 1), "rss": int(GIB * (1.9 - 0.7 * number)),
            }
            for number, (name, share) in enumerate(zip(programs, shares, strict=False))
        ]  # fmt: skip
        rows.append({"pid": 412, "user": "root", "name": "systemd", "cpu_percent": 0.1, "rss": 14_000_000})
        return {"cpu": rows, "memory": rows}

    def _pressure(self) -> dict[str, Any]:
        some = round(max(0.0, self.busy_percent(self._at) - 60) / 3, 2)
        return {"cpu": {"some": [some, some, some, int(self._at)]}}

    def _temp(self) -> dict[str, float]:
        return {"coretemp_package_id_0": round(38 + self.busy_percent(self._at) * 0.35, 1)}

    def _users(self) -> dict[str, int]:
        return {"n_users": 1}


_COLLECTORS: dict[str, Callable[[Machine], Any]] = {
    "cpu": Machine._cpu,
    "mem": Machine._mem,
    "swap": Machine._swap,
    "system": Machine._system,
    "net": Machine._net,
    "diskio": Machine._diskio,
    "disk": Machine._disks,
    "netstat": Machine._netstat,
    "processes": Machine._processes,
    "pressure": Machine._pressure,
    "temp": Machine._temp,
    "users": Machine._users,
}
COLLECTORS = tuple(_COLLECTORS)
"""All that it knows."""


def hello(name: str, nonce: str) -> dict[str, Any]:
    """The probe's first line."""
    return {
        "monctl": 1, "nonce": nonce, "pid": 4711, "python": "3.11.2", "backend": "proc", "psutil": None,
        "os": "linux", "kernel": "6.1.0-18-amd64", "hostname": name, "arch": "x86_64",
        "cpu": "AMD EPYC 7443P 24-Core Processor",
    }  # fmt: skip


def main() -> None:
    """Take the probe's lines and answer in its place; the first two are the probe itself."""
    name, since = sys.argv[1:3]
    for _ in range(2):
        sys.stdin.readline()
    config = json.loads(sys.stdin.readline())
    _say(hello(name, config["nonce"]))
    machine = Machine(name, at=time.time() - _STEP_SECONDS, troubled_since=float(since))
    for line in sys.stdin:
        request = json.loads(line)
        machine.move_to(time.time())
        _say(machine.answer(request["id"], request["collect"]))


def _say(document: dict[str, Any]) -> None:
    sys.stdout.write(
        "\n" + json.dumps(document) + "\n" if "nonce" in document else json.dumps(document) + "\n"
    )
    sys.stdout.flush()


if __name__ == "__main__":
    main()
