"""Load that is made shows in the figures."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.poller.probe.running import RunningProbe, running


@pytest.fixture(params=["psutil", "proc"])
def probe(request: pytest.FixtureRequest) -> Iterator[RunningProbe]:
    """A running probe of each backend."""
    with running(request.param) as started:
        yield started


def _column(answer: dict[str, Any], section: str, row: str, column: str) -> Any:
    table = answer[section]
    return table["rows"][row][list(table["names"]).index(column)]


def test_a_busy_process_shows_in_user_time_and_among_the_top(probe: RunningProbe) -> None:
    probe.ask("processes")
    before = probe.ask("cpu")
    with subprocess.Popen([sys.executable, "-c", "while True: pass"]) as busy:
        try:
            while _busy_seconds(busy.pid) < 0.3:
                time.sleep(0.05)
            after, top = probe.ask("cpu"), probe.ask("processes")["top"]["cpu"]
        finally:
            busy.kill()
    spent = _column(after, "cpu", "cpu-total", "user") - _column(before, "cpu", "cpu-total", "user")
    assert spent >= 0.2
    used = {row["pid"]: row["cpu_percent"] for row in top}
    assert used.get(busy.pid, 100) > 1


def _busy_seconds(pid: int) -> float:
    ticks = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[11]
    return int(ticks) / os.sysconf("SC_CLK_TCK")


def test_a_file_written_and_synced_shows_in_disk_space_and_disk_counters(
    probe: RunningProbe, tmp_path: Path
) -> None:
    size = 64 << 20
    before = probe.ask("disk", "diskio")
    file = tmp_path / "file"
    with file.open("wb") as stream:
        for _ in range(size >> 20):
            stream.write(os.urandom(1 << 20))
        stream.flush()
        os.fsync(stream.fileno())
    after = probe.ask("disk", "diskio")
    file.unlink()
    assert _written(after) - _written(before) >= size or _used(after) - _used(before) >= size // 2


def _written(answer: dict[str, Any]) -> int:
    return sum(_column(answer, "diskio", row, "write_bytes") for row in answer["diskio"]["rows"])


def _used(answer: dict[str, Any]) -> int:
    return sum(row["used"] for row in answer["disk"])


def test_bytes_sent_over_the_loopback_show_in_net(probe: RunningProbe) -> None:
    size = 8 << 20
    before = probe.ask("net")
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        with socket.create_connection(listener.getsockname()) as client:
            server, _ = listener.accept()
            with server:
                for _ in range(size >> 16):
                    client.sendall(bytes(1 << 16))
                    _receive(server, 1 << 16)
    after = probe.ask("net")
    for column in ("bytes_sent", "bytes_recv"):
        assert _column(after, "net", "lo", column) - _column(before, "net", "lo", column) >= size


def _receive(server: socket.socket, size: int) -> None:
    while size:
        size -= len(server.recv(size))
