"""Realistic answers for the store's benchmark: about 90 values a poll on average, of a busy server."""

import random
from collections.abc import Iterable, Iterator

from metrics.catalog import METRICS
from metrics.results import Labels, Number, Outcome, Point, PollResult, TopProcess, TopProcesses
from metrics.sampling.cpu_usage import STATES, CpuColumns
from metrics.sampling.wire import DISKIO_COLUMNS, GAUGE_FIELDS, NET_COLUMNS

_USAGE_FIELDS = CpuColumns(STATES).fields
_GIB = 2**30
SLOW_EVERY = 6
"""Every sixth poll asks the slow collectors too: each 30 s of polls each 5 s."""


class Host:
    """One simulated server; values wander, counters grow, disks hardly change."""

    def __init__(self, name: str, *, seed: int) -> None:
        self.name = name
        self._random = random.Random(seed)
        self._load = self._random.uniform(5, 40)
        self._memory = int(self._random.uniform(2, 12) * _GIB)
        self._cached = 3 * _GIB
        self._disk = 40 * _GIB
        self._counters: dict[tuple[str, str], int] = {}
        self._polls = 0

    def poll(self, time: float) -> PollResult:
        """The next answer, at `time` plus a few ms."""
        slow = self._polls % SLOW_EVERY == 0
        self._polls += 1
        self._wander()
        points = [*self._fast(), *(self._slow() if slow else ())]
        top = self._top() if slow else None
        at = round(time + self._random.uniform(0, 0.004), 3)
        return PollResult(
            host=self.name, time=at, outcome=Outcome.OK, duration=0.004, points=tuple(points), top=top,
            tags={"env": "prod", "role": "web"},
        )  # fmt: skip

    def _wander(self) -> None:
        self._load = min(95.0, max(1.0, self._load + self._random.gauss(0, 1.5)))
        self._memory = max(_GIB, self._memory + self._random.randrange(-2000, 2000) * 4096)
        self._cached += self._random.randrange(-200, 210) * 4096

    def _fast(self) -> Iterator[Point]:
        for cpu in ("cpu-total", "cpu0"):
            yield self._cpu((("cpu", cpu),))
        yield self._mem()
        swap = _zeros(GAUGE_FIELDS["swap"]) | {"total": 2 * _GIB, "free": 2 * _GIB, "used_percent": 0.0}
        yield Point("swap", (), swap)
        yield self._system()
        yield self._net("eth0")
        yield self._diskio("vda")
        for resource in ("cpu",):
            yield self._pressure(resource)
        yield self._poll_itself()

    def _slow(self) -> Iterator[Point]:
        for path in ("/",):
            yield self._disk_space(path)
        sockets = {name: self._random.randrange(0, 3) for name in GAUGE_FIELDS["netstat"]}
        yield Point("netstat", (), {**sockets, "tcp_established": self._random.randrange(180, 220)})
        total = self._random.randrange(240, 260)
        processes = _zeros(GAUGE_FIELDS["processes"])
        processes |= {"total": total, "running": self._random.randrange(0, 4), "sleeping": total - 2}
        yield Point("processes", (), {**processes, "idle": 60, "total_threads": total * 2})

    def _cpu(self, labels: Labels) -> Point:
        busy = min(100.0, max(0.0, self._load + self._random.gauss(0, 3)))
        user, system = round(busy * 0.7, 2), round(busy * 0.25, 2)
        wait = round(self._random.choice((0.0, 0.0, 0.0, 0.2, 0.4)), 2)
        soft = round(busy * 0.05, 2)
        idle = round(max(0.0, 100 - user - system - wait - soft), 2)
        values = (user, 0.0, system, idle, wait, 0.0, soft, 0.0, 0.0, 0.0, round(100 - idle, 2))
        return Point("cpu", labels, dict(zip(_USAGE_FIELDS, values, strict=True)))

    def _mem(self) -> Point:
        total = 16 * _GIB
        free = max(0, total - self._memory - self._cached)
        available = free + self._cached * 9 // 10
        fields = _zeros(GAUGE_FIELDS["mem"]) | {
            "total": total, "available": available, "used": total - available, "free": free,
            "buffered": 210_000_000, "cached": self._cached, "shared": 12_000_000,
            "slab": 400_000_000 + self._random.randrange(0, 50) * 4096,
            "active": self._memory, "inactive": self._cached // 2,
            "used_percent": round(100 * (total - available) / total, 2),
            "available_percent": round(100 * available / total, 2),
        }  # fmt: skip
        return Point("mem", (), fields)

    def _system(self) -> Point:
        load = round(self._load / 25, 2)
        fields: dict[str, Number] = {"load1": load, "load5": round(load * 0.9, 2), "load15": 0.42}
        return Point("system", (), {**fields, "n_cpus": 2, "n_users": 1, "uptime": 90_000 + 5 * self._polls})

    def _net(self, interface: str) -> Point:
        sent, received = (self._random.expovariate(1 / 40_000) for _ in range(2))
        rates = dict.fromkeys(NET_COLUMNS, 0.0) | {"bytes_sent": sent, "bytes_recv": received}
        rates |= {"packets_sent": sent / 700, "packets_recv": received / 900}
        return self._with_rates("net", (("interface", interface),), rates)

    def _diskio(self, name: str) -> Point:
        writes = self._random.choice((0, 0, 1, 2, 5, 20))
        rated = [field for field in DISKIO_COLUMNS if f"diskio.{field}_per_second" in METRICS]
        rates = dict.fromkeys(rated, 0.0) | {"writes": writes, "write_bytes": writes * 12_288}
        point = self._with_rates("diskio", (("name", name),), rates)
        times = ("read_time", "write_time", "io_time", "weighted_io_time")
        counters = {time: self._count(name + time, writes * self._random.random()) for time in times}
        util = {"util_percent": round(writes / 7, 2), "await_ms": round(self._random.random(), 3)}
        fields = {**_zeros(DISKIO_COLUMNS), **point.fields, **counters, **util}
        return Point("diskio", point.labels, fields)

    def _with_rates(self, measurement: str, labels: Labels, rates: dict[str, float]) -> Point:
        fields: dict[str, Number] = {
            name: self._count(measurement + name, rate) for name, rate in rates.items()
        }
        fields |= {f"{name}_per_second": round(float(rate), 3) for name, rate in rates.items()}
        return Point(measurement, labels, fields)

    def _count(self, name: str, rate: float) -> int:
        key = (self.name, name)
        self._counters[key] = self._counters.get(key, 10**9) + round(rate * 5)
        return self._counters[key]

    def _pressure(self, resource: str) -> Point:
        part = round(max(0.0, self._random.gauss(0, 0.4)), 2)
        total = self._count(f"pressure{resource}", part * 10_000)
        fields: dict[str, Number] = {"avg10": part, "avg60": 0.1, "avg300": 0.05, "total": total}
        return Point("pressure", (("resource", resource), ("type", "some")), fields)

    def _poll_itself(self) -> Point:
        took = round(self._random.uniform(0.002, 0.006), 3)
        fields: dict[str, Number] = {"up": 1, "duration_seconds": took, "connect_seconds": 0.012}
        return Point(
            "poll", (), {**fields, "clock_offset_seconds": 0.001, "probe_cpu_seconds": 0.001, "missed": 0}
        )

    def _disk_space(self, path: str) -> Point:
        self._disk += self._random.choice((0, 0, 0, 4096, 8192))
        total, used = 100 * _GIB, self._disk
        space: dict[str, Number] = {"total": total, "used": used, "free": total - used}
        inodes: dict[str, Number] = {
            "inodes_total": 6_553_600,
            "inodes_used": 412_345,
            "inodes_free": 6_141_255,
        }
        percents = {"used_percent": round(100 * used / total, 2), "inodes_used_percent": 6.29}
        labels = (("device", "vda1"), ("fstype", "ext4"), ("mode", "rw"), ("path", path))
        return Point("disk", labels, {**space, **inodes, **percents})

    def _top(self) -> TopProcesses:
        rows = tuple(TopProcess(100 + at, "www-data", "worker", 5.0 - at, 10**8) for at in range(5))
        return TopProcesses(by_cpu=rows, by_memory=rows)


def _zeros(fields: Iterable[str]) -> dict[str, Number]:
    return dict.fromkeys(fields, 0)
