"""What an answer costs the poller between the wire and the sinks: decoding it, and making its points.

    python -m benchmarks.decode

One answer of a small Linux server as it comes with nearly every poll (every-poll collectors only), one
with every collector, and one of a machine with 64 CPUs; beside the bare reading of the same JSON.
"""

import gc
import json
import time
from collections.abc import Callable
from typing import Any

from benchmarks.table import Row, print_rows
from metrics.sampling.answer import decode_answer
from metrics.sampling.cpu_usage import STATES
from metrics.sampling.sampler import HostSampler, PollFacts
from metrics.sampling.wire import DISKIO_COLUMNS, GAUGE_FIELDS, NET_COLUMNS

_ROUNDS = 2_000
_REPEATS = 5


def small_answer(n: int, *, n_cpus: int = 2) -> dict[str, Any]:
    """The `n`th answer with the every-poll collectors; counters grow from one to the next."""
    cpus = ["cpu-total", *(f"cpu{i}" for i in range(n_cpus))]
    times = [4896.12 + n, 3.5, 1200.4 + 0.3 * n, 90_000.7 + 3.2 * n, 80.1, 0.0, 12.3, 1.1, 0.0, 0.0]
    stall = [0.0, 0.12, 0.05, 123_456 + n]
    return {
        "id": n,
        "time": 1_732_342_950.123 + 5 * n,
        "monotonic": 12_345.678 + 5 * n,
        "boot": "6f1c1a0e-6f0b-4c7a-9d35-0c5f3f6f3a55",
        "cost": 0.00042,
        "cpu": {"names": STATES, "rows": dict.fromkeys(cpus, times)},
        "mem": dict.fromkeys(GAUGE_FIELDS["mem"], 0) | {
            "total": 4_108_000_000, "available": 3_000_000_000 - n, "free": 1_500_000_000 - n,
            "buffered": 100_000_000, "cached": 1_200_000_000, "shared": 10_000_000,
            "slab": 150_000_000, "active": 900_000_000, "inactive": 1_100_000_000,
        },
        "swap": dict.fromkeys(GAUGE_FIELDS["swap"], 0),
        "system": {"load1": 0.39, "load5": 0.2, "load15": 0.1, "n_cpus": n_cpus, "uptime": 12_345 + 5 * n},
        "net": _table(NET_COLUMNS, ("lo", "eth0"), {
            "bytes_sent": 9_000_000 + 7_000 * n, "bytes_recv": 8_000_000 + 3_000 * n,
            "packets_sent": 70_000 + 12 * n, "packets_recv": 60_000 + 9 * n,
        }) | {"total_of": ["eth0"]},
        "diskio": _table(DISKIO_COLUMNS, ("vda",), {
            "reads": 5_000, "writes": 9_000 + 4 * n,
            "read_bytes": 90_000_000, "write_bytes": 80_000_000 + 65_536 * n,
            "read_time": 1_000, "write_time": 4_000 + 3 * n,
            "io_time": 3_000 + 2 * n, "weighted_io_time": 5_000 + 4 * n,
        }) | {"total_of": ["vda"]},
        "pressure": {name: {"some": stall, "full": stall} for name in ("cpu", "memory", "io")},
    }  # fmt: skip


def full_answer(n: int) -> dict[str, Any]:
    """The `n`th answer with every collector."""
    disk = {
        "device": "vda1", "fstype": "ext4", "mode": "rw", "total": 20_000_000_000, "used": 5_000_000_000 + n,
        "free": 14_000_000_000 - n, "inodes_total": 1_300_000,
        "inodes_used": 100_000, "inodes_free": 1_200_000,
    }  # fmt: skip
    process = {"pid": 812, "user": "www-data", "name": "nginx", "cpu_percent": 1.5, "rss": 12_345_678}
    return small_answer(n) | {
        "disk": [disk | {"path": "/"}, disk | {"path": "/var", "device": "vda2"}],
        "netstat": dict.fromkeys(GAUGE_FIELDS["netstat"], 3) | {"udp_socket": 6},
        "processes": dict.fromkeys(GAUGE_FIELDS["processes"], 0) | {
            "total": 120, "running": 1, "sleeping": 90, "idle": 29, "total_threads": 210,
        },
        "users": {"n_users": 1},
        "temp": {"coretemp_core_0": 45.0, "coretemp_core_1": 44.0},
        "top": {"cpu": [process] * 5, "memory": [process] * 5},
    }  # fmt: skip


def _table(columns: tuple[str, ...], names: tuple[str, ...], figures: dict[str, int]) -> dict[str, Any]:
    """Equal rows; a figure that is not given is 0."""
    row = [figures.get(column, 0) for column in columns]
    return {"names": columns, "rows": dict.fromkeys(names, row)}


def run() -> list[Row]:
    """For each kind of answer: values, bytes, and microseconds of CPU to read, decode and sample it."""
    kinds: dict[str, Callable[[int], dict[str, Any]]] = {
        "every poll": small_answer,
        "every collector": full_answer,
        "64 CPUs": lambda n: small_answer(n, n_cpus=64),
    }
    return [row for name, make in kinds.items() for row in _rows(name, make)]


def _rows(name: str, make: Callable[[int], dict[str, Any]]) -> list[Row]:
    lines = [json.dumps(make(n), separators=(",", ":")).encode() for n in range(_ROUNDS)]
    sampler = HostSampler(max_gap_seconds=300.0)
    facts = PollFacts(duration_seconds=0.0123, connect_seconds=0.08, missed=0)
    answers = [decode_answer(line) for line in lines]
    sampled = [sampler.sample(answer, time=5.0 * answer.id, poll=facts) for answer in answers]
    values = sum(len(point.fields) for point in sampled[-1].points)
    return [
        Row("decode", f"{name}: values", values, "values"),
        Row("decode", f"{name}: answer", len(lines[-1]), "bytes"),
        Row("decode", f"{name}: json.loads alone", _microseconds(lambda: _each(json.loads, lines)), "µs"),
        Row("decode", f"{name}: decoding", _microseconds(lambda: _each(decode_answer, lines)), "µs"),
        Row("decode", f"{name}: points", _microseconds(lambda: _sample_all(answers, facts)), "µs"),
    ]


def _each(work: Callable[[bytes], object], lines: list[bytes]) -> None:
    for line in lines:
        work(line)


def _sample_all(answers: list[Any], facts: PollFacts) -> None:
    sampler = HostSampler(max_gap_seconds=300.0)
    for answer in answers:
        sampler.sample(answer, time=5.0 * answer.id, poll=facts)


def _microseconds(work: Callable[[], object]) -> float:
    """CPU time of one of the `_ROUNDS` pieces of `work`, the best of several runs."""
    best = float("inf")
    for _ in range(_REPEATS):
        gc.collect()
        started = time.process_time()
        work()
        best = min(best, time.process_time() - started)
    return best / _ROUNDS * 1e6


if __name__ == "__main__":
    print_rows(run())
