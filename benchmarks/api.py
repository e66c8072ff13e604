"""How long the API's clients wait, while the same process polls: the daemon as its users run it.

The daemon has 1,000 hosts, of which it polls 500 (all of them one real sshd on this machine), and simulated
history in its store, see api_history.py. Clients run in another process, eight at once in a closed loop.
The collector of processes is off: five hundred probes that each walk all the processes of the one machine
that they share, twice a minute, would leave nothing of it to be measured.
"""

import asyncio
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from benchmarks.api_history import DAY_HOSTS, MONTH_HOSTS, fill
from benchmarks.api_questions import ask
from benchmarks.fleet_worker import ON_TIME_SECONDS
from benchmarks.table import Row
from tests.support.installation import MonctlFolder
from tests.support.punctuality import share_on_time
from tests.support.sshd import Sshd, running_sshd

_PART = "api"
_CLIENTS = 8
_POLLED = 500
_INTERVAL = 5.0
_SECONDS = 10.0
_START_SECONDS = 180.0
_SETTLE_SECONDS = 30.0
_PYTHON = "/usr/bin/python3" if Path("/usr/bin/python3").exists() else sys.executable


def run(*, polled: int = _POLLED, seconds: float = _SECONDS) -> list[Row]:
    """Fill a store, start the daemon on it, wait until every host answers, then ask."""
    with tempfile.TemporaryDirectory() as name, running_sshd(Path(name)) as server:
        folder = MonctlFolder(Path(name) / "installation")
        store = folder.folder / "data" / "metrics.db"
        store.parent.mkdir()
        hosts = asyncio.run(fill(store))
        _write_inventory(folder, server, hosts, polled)
        folder.start()
        try:
            _wait_until_polled(folder, hosts[:polled])
            begun = time.time()
            rows = list(_questions(folder, hosts, seconds))
            rows.append(_on_time(store, hosts[:polled], begun, time.time()))
        finally:
            folder.stop()
    return rows


def _write_inventory(folder: MonctlFolder, server: Sshd, hosts: Sequence[str], polled: int) -> None:
    """The first are polled, each at a loopback address of its own; the others are paused."""
    entries = {}
    for number, name in enumerate(hosts):
        address = f"127.0.{number // 250 + 1}.{number % 250 + 1}"
        more = "" if number < polled else ", paused: true"
        entries[name] = (
            f"address: {address}, interval: {_INTERVAL:g}s, probe: proc, python: {_PYTHON}, "
            f"collectors: {{processes: off}}{more}"
        )
    folder.write_hosts(server, entries)


def _wait_until_polled(folder: MonctlFolder, hosts: Sequence[str]) -> None:
    wanted = set(hosts)

    def is_polled() -> bool:
        states = folder.api("GET", "/metrics/current?fields=summary").json()["hosts"]
        return all(
            host["state"] == "ok" and host["age_seconds"] < 2 * _INTERVAL
            for host in states
            if host["host"] in wanted
        )

    if not folder.wait_for(folder.is_ready, _START_SECONDS) or not folder.wait_for(is_polled, _START_SECONDS):
        raise RuntimeError(f"the daemon does not get every host to answer: {folder.log[-1000:]}")
    time.sleep(_SETTLE_SECONDS)


def _questions(folder: MonctlFolder, hosts: Sequence[str], seconds: float) -> Iterator[Row]:
    """The time of each question; those for history about one host after the other."""
    history = "/metrics/history?metric=cpu.usage_active&label=cpu:cpu-total&host="
    day = [f"{history}{host}&start=-24h" for host in hosts[:DAY_HOSTS]]
    month = [f"{history}{host}&start=-30d" for host in hosts[:MONTH_HOSTS]]
    summary = ["/metrics/current?fields=summary"]
    yield from ask(
        folder, _PART, "current of 1,000 hosts, summary", summary, seconds, clients=_CLIENTS, at_most=50
    )
    yield from ask(
        folder,
        _PART,
        "current of 1,000 hosts, everything",
        ["/metrics/current"],
        seconds,
        clients=_CLIENTS,
        at_most=150,
    )
    yield from ask(
        folder, _PART, "history of one host and metric, 24 h", day, seconds, clients=_CLIENTS, at_most=50
    )
    yield from ask(
        folder,
        _PART,
        "history of one host and metric, 30 days",
        month,
        seconds,
        clients=_CLIENTS,
        at_most=100,
    )


def _on_time(path: Path, hosts: Sequence[str], begin: float, end: float) -> Row:
    """How many of the polls due from `begin` to `end` were asked within a second, by what was stored."""
    share = share_on_time(path, hosts, interval=_INTERVAL, begin=begin, end=end, patience=ON_TIME_SECONDS)
    return Row(_PART, "polls within 1 s of due meanwhile", 100 * share, "percent", at_least=99.9)
