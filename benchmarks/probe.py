"""What a poll costs the host: CPU per sample, start-up, memory and bytes of the probe, for both backends.

    python -m benchmarks.probe

Each probe is a child process started as a host would start it, asked as the default schedule asks: the
every-poll collectors with each request, the others with every sixth. CPU is what the probe's process was
charged by the kernel. Processes make most of the others' cost (about 10 us each), so their number is a row.
"""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.table import Row, print_rows
from inventory.collectors import DEFAULT_COLLECTORS, EVERY_POLL, OFF
from inventory.host import ProbeBackend
from poller.probing import bootstrap

_SAMPLES = 504
_FULL_EVERY = 6
_PROBES = 8
_WARM_UP = 12
_FAST = [name for name, seconds in DEFAULT_COLLECTORS.items() if seconds == EVERY_POLL]
_FULL = [name for name, seconds in DEFAULT_COLLECTORS.items() if seconds is not OFF]
_CPU_TARGETS_MS = {ProbeBackend.PSUTIL: 1.2, ProbeBackend.PROC: 0.6}
_PSS_TARGET_MB = 12.0


class RunningProbe:
    """A probe as a child process, and what the kernel says it costs."""

    def __init__(self, backend: ProbeBackend) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-c", "exec(input())"], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        assert self._process.stdin
        assert self._process.stdout
        self._input, self._output = self._process.stdin, self._process.stdout
        self._input.write(bootstrap.payload() + bootstrap.config_line("benchmark", backend))
        self._input.flush()
        self._output.readline()
        self._output.readline()

    def ask(self, collect: list[str]) -> bytes:
        """One request's answer."""
        request = {"id": 1, "collect": collect, "deadline": 5.0}
        self._input.write(json.dumps(request).encode() + b"\n")
        self._input.flush()
        return self._output.readline()

    @property
    def cpu_seconds(self) -> float:
        """CPU time of the process so far, to the nanosecond."""
        return time.clock_gettime(_cpu_clock(self._process.pid))

    @property
    def pss_mb(self) -> float:
        """Its memory in MB, what it shares with others divided among them."""
        lines = Path(f"/proc/{self._process.pid}/smaps_rollup").read_text().splitlines()
        return next(int(line.split()[1]) for line in lines if line.startswith("Pss:")) / 1024

    def close(self) -> None:
        """End it as a cut connection would."""
        self._input.close()
        self._process.wait()
        self._output.close()


def run() -> list[Row]:
    """The table's rows for both backends."""
    rows = []
    for backend, target in _CPU_TARGETS_MS.items():
        rows += _measure(backend, target)
    rows.append(Row("probe", "processes on this machine", _count_processes(), "processes"))
    rows.append(Row("probe", "lines sent to start it", len(bootstrap.payload()), "bytes"))
    return rows


def _measure(backend: ProbeBackend, target_ms: float) -> list[Row]:
    with _running(backend) as probe:
        start_ms = 1000 * probe.cpu_seconds
        sample_ms = _sample_ms(probe)
        pss_mb = probe.pss_mb
        fast, full = probe.ask(_FAST), probe.ask(_FULL)
        fast_ms = _cost_ms(probe, _FAST)
        full_ms = _cost_ms(probe, _FULL)
    return [
        Row("probe", f"{backend}: CPU per sample", sample_ms, "ms", at_most=target_ms),
        Row("probe", f"{backend}: with every-poll collectors", fast_ms, "ms"),
        Row("probe", f"{backend}: with all collectors", full_ms, "ms"),
        Row("probe", f"{backend}: CPU to start", start_ms, "ms"),
        Row("probe", f"{backend}: PSS, one probe", pss_mb, "MB", at_most=_PSS_TARGET_MB),
        Row("probe", f"{backend}: PSS, each of {_PROBES}", _pss_of_several(backend), "MB"),
        Row("probe", f"{backend}: answer, every-poll collectors", len(fast), "bytes"),
        Row("probe", f"{backend}: answer, all collectors", len(full), "bytes"),
    ]


def _sample_ms(probe: RunningProbe) -> float:
    for number in range(_WARM_UP):
        probe.ask(_FULL if number % _FULL_EVERY == 0 else _FAST)
    before = probe.cpu_seconds
    for number in range(_SAMPLES):
        probe.ask(_FULL if number % _FULL_EVERY == 0 else _FAST)
    return 1000 * (probe.cpu_seconds - before) / _SAMPLES


def _cost_ms(probe: RunningProbe, collect: list[str]) -> float:
    rounds = _SAMPLES // _FULL_EVERY
    before = probe.cpu_seconds
    for _ in range(rounds):
        probe.ask(collect)
    return 1000 * (probe.cpu_seconds - before) / rounds


def _pss_of_several(backend: ProbeBackend) -> float:
    probes = [RunningProbe(backend) for _ in range(_PROBES)]
    try:
        for probe in probes:
            probe.ask(_FULL)
        return sum(probe.pss_mb for probe in probes) / _PROBES
    finally:
        for probe in probes:
            probe.close()


@contextmanager
def _running(backend: ProbeBackend) -> Iterator[RunningProbe]:
    probe = RunningProbe(backend)
    try:
        yield probe
    finally:
        probe.close()


def _cpu_clock(pid: int) -> int:
    """The kernel's number of another process's CPU clock, as clock_getcpuclockid(3) makes it."""
    return (~pid << 3) | 2


def _count_processes() -> int:
    return sum(name.isdigit() for name in os.listdir("/proc"))


def main() -> None:
    """Measure and print."""
    print_rows(run())


if __name__ == "__main__":
    main()
