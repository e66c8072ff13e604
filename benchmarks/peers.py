"""What a user would pick instead, on the same machine in the same run: node_exporter and Prometheus.

    python -m benchmarks.peers

Debian's packages are taken where they are installed (apt-get install prometheus prometheus-node-exporter;
their services need not run). One node_exporter has what the probe reads with every poll, one has all that
the probe reads; a sixth of the samples are counted as of all, as the probe is asked. Prometheus scrapes the
first under many addresses every 5 s. All traffic is on 127.0.0.0/8, and everything ends with the run.
"""

import http.client
import json
import shutil
import socket
import subprocess
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil

from benchmarks.probe import RunningProbe
from benchmarks.table import Row, print_rows
from inventory.collectors import DEFAULT_COLLECTORS, EVERY_POLL, OFF
from inventory.host import ProbeBackend

_FAST = ("cpu", "meminfo", "vmstat", "loadavg", "netdev", "diskstats", "pressure")
_SLOW = ("filesystem", "tcpstat", "sockstat", "processes", "hwmon", "thermal_zone")
"""node_exporter's names for what the probe's collectors read."""

_PROBE_FAST = [name for name, seconds in DEFAULT_COLLECTORS.items() if seconds == EVERY_POLL]
_PROBE_FULL = [name for name, seconds in DEFAULT_COLLECTORS.items() if seconds is not OFF]
_FULL_EVERY = 6
_SAMPLES = 300
_WARM_UP = 30

_TARGETS = 50
_INTERVAL = 5
_WARM_UP_SECONDS = 20.0
_SECONDS = 40.0
_START_SECONDS = 20.0


def run() -> list[Row]:
    """The table's rows, or none where the packages are not installed."""
    exporter = shutil.which("prometheus-node-exporter")
    prometheus = shutil.which("prometheus")
    if exporter is None or prometheus is None:
        print("left out: peers (needs Debian's prometheus and prometheus-node-exporter)")
        return []
    with _running_exporter(exporter, (*_FAST, *_SLOW)) as (process, port):
        full_ms = _scrape_ms(process, port)
        full = [
            Row("peers", "node_exporter, all collectors: CPU per scrape", full_ms, "ms"),
            Row("peers", "node_exporter, all collectors: PSS", _pss_mb(process), "MB"),
        ]
    with _running_exporter(exporter, _FAST) as (process, port):
        fast_ms = _scrape_ms(process, port)
        mixed_ms = (fast_ms * (_FULL_EVERY - 1) + full_ms) / _FULL_EVERY
        return [
            Row("peers", "node_exporter, asked as the probe: CPU per scrape", mixed_ms, "ms"),
            Row("peers", "node_exporter, every-poll collectors: CPU per scrape", fast_ms, "ms"),
            *full,
            *_probe_rows(),
            *_prometheus_rows(prometheus, port),
        ]


def _scrape_ms(process: psutil.Process, port: int) -> float:
    connection = http.client.HTTPConnection(_address(0), port)
    for _ in range(_WARM_UP):
        _scrape(connection)
    before = _cpu_seconds(process)
    for _ in range(_SAMPLES):
        _scrape(connection)
    connection.close()
    return 1000 * (_cpu_seconds(process) - before) / _SAMPLES


def _probe_rows() -> Iterator[Row]:
    for backend in (ProbeBackend.PSUTIL, ProbeBackend.PROC):
        probe = RunningProbe(backend)
        try:
            _ask(probe, _WARM_UP)
            before = probe.cpu_seconds
            _ask(probe, _SAMPLES)
            sample_ms = 1000 * (probe.cpu_seconds - before) / _SAMPLES
            yield Row("peers", f"beside it the probe, {backend}: CPU per sample", sample_ms, "ms")
            yield Row("peers", f"beside it the probe, {backend}: PSS", probe.pss_mb, "MB")
        finally:
            probe.close()


def _ask(probe: RunningProbe, times: int) -> None:
    for number in range(times):
        probe.ask(_PROBE_FAST if number % _FULL_EVERY else _PROBE_FULL)


def _prometheus_rows(prometheus: str, target_port: int) -> Iterator[Row]:
    with (
        tempfile.TemporaryDirectory() as folder,
        _running_prometheus(prometheus, Path(folder), target_port) as (process, port),
    ):
        time.sleep(_WARM_UP_SECONDS)
        cpu, scrapes, samples = _cpu_seconds(process), *_counts(port)
        time.sleep(_SECONDS)
        cpu, (more_scrapes, more_samples) = _cpu_seconds(process) - cpu, _counts(port)
        memory = _pss_mb(process)
    scrapes, samples = more_scrapes - scrapes, more_samples - samples
    yield Row("peers", f"Prometheus, {_TARGETS} targets: CPU per scrape", 1000 * cpu / scrapes, "ms")
    yield Row("peers", f"Prometheus, {_TARGETS} targets: values per scrape", samples / scrapes, "values")
    yield Row("peers", f"Prometheus, {_TARGETS} targets: PSS", memory, "MB")


def _counts(port: int) -> tuple[float, float]:
    """Scrapes and samples that a Prometheus has taken of its targets so far."""
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=5) as answer:
        lines = answer.read().decode().splitlines()
    found = dict(line.rsplit(" ", 1) for line in lines if not line.startswith("#"))
    scrapes = found[f'prometheus_target_interval_length_seconds_count{{interval="{_INTERVAL}s"}}']
    samples = sum(
        float(value)
        for name, value in found.items()
        if name.startswith("prometheus_tsdb_head_samples_appended_total")
    )
    return float(scrapes), samples


@contextmanager
def _running_exporter(program: str, collectors: tuple[str, ...]) -> Iterator[tuple[psutil.Process, int]]:
    port = _free_port()
    listen = [f"--web.listen-address={_address(number)}:{port}" for number in range(_TARGETS)]
    wanted = [f"--collector.{name}" for name in collectors]
    options = ["--collector.disable-defaults", "--web.disable-exporter-metrics"]
    with _running([program, *options, *wanted, *listen], _address(_TARGETS - 1), port) as process:
        yield process, port


@contextmanager
def _running_prometheus(program: str, folder: Path, target_port: int) -> Iterator[tuple[psutil.Process, int]]:
    targets = [f"{_address(number)}:{target_port}" for number in range(_TARGETS)]
    job = {"job_name": "node", "static_configs": [{"targets": targets}]}
    every = f"{_INTERVAL}s"
    config = {"global": {"scrape_interval": every, "scrape_timeout": every}, "scrape_configs": [job]}
    # JSON is YAML.
    (folder / "prometheus.yml").write_text(json.dumps(config))
    port = _free_port()
    command = [
        program, f"--config.file={folder}/prometheus.yml", f"--storage.tsdb.path={folder}/data",
        f"--web.listen-address=127.0.0.1:{port}",
    ]  # fmt: skip
    with _running(command, "127.0.0.1", port) as process:
        yield process, port


@contextmanager
def _running(command: list[str], address: str, port: int) -> Iterator[psutil.Process]:
    """A server that listens at the address; ended with the context."""
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        _wait_until_listening(address, port)
        yield psutil.Process(process.pid)
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait_until_listening(address: str, port: int) -> None:
    end = time.monotonic() + _START_SECONDS
    while True:
        try:
            socket.create_connection((address, port), 1.0).close()
        except OSError:
            if time.monotonic() > end:
                raise
            time.sleep(0.1)
        else:
            return


def _scrape(connection: http.client.HTTPConnection) -> None:
    """One scrape as Prometheus asks for it."""
    connection.request("GET", "/metrics", headers={"Accept-Encoding": "gzip"})
    answer = connection.getresponse()
    assert answer.status == 200
    answer.read()


def _cpu_seconds(process: psutil.Process) -> float:
    times = process.cpu_times()
    return float(times.user + times.system)


def _pss_mb(process: psutil.Process) -> float:
    return float(process.memory_full_info().pss / 2**20)


def _address(number: int) -> str:
    return f"127.0.1.{number + 1}"


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
    return port


if __name__ == "__main__":
    print_rows(run())
