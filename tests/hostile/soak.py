"""Honest hosts beside a liar of each kind, and honest questions beside a hostile client of each kind.

What came of it is measured from outside: how many polls the daemon made, what a channel was told, how long
answers took, and how much memory the daemon has.
"""

import contextlib
import json
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import httpx

from tests.hostile import clients
from tests.hostile.clients import Task
from tests.hostile.liar import Liar
from tests.support import rogue_probe
from tests.support.alarm import CHEAP, AlertingFolder
from tests.support.punctuality import share_on_time
from tests.support.receivers import HttpReceiver
from tests.support.sshd import Sshd

INTERVAL_SECONDS = 5.0
ON_TIME_SECONDS = 1.0

_WITNESS = "witness"
_RULE = f'name: {_WITNESS}-down, when: host.state == "down", hosts: [{_WITNESS}]'
_ASK_SECONDS = 0.1
_START_SECONDS = 240.0
_ALERT_SECONDS = 60.0
_WARM_SECONDS = 10.0
_PER_ADDRESS = 250


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a run came to.

    `on_time`: share of the polls of honest hosts that came within a second of when they were due.
    `alert_seconds`: from the death of an honest host to the message about it. `memory`: bytes that the
    daemon grew by. `answers`: seconds of each honest question, in order of size. `states`: of every host, at
    the end.
    """

    on_time: float
    alert_seconds: float
    memory: int
    answers: Sequence[float]
    states: Mapping[str, str]

    def percentile(self, share: float) -> float:
        """Seconds within which so many of the answers came."""
        return self.answers[min(len(self.answers) - 1, int(len(self.answers) * share))]


class Soak:
    """A daemon, its honest and lying hosts, and its honest and hostile clients.

    `server` has the honest hosts and those whose probe lies, `witness` one more host that dies in the middle;
    `liar` has those that lie by SSH itself.
    """

    def __init__(
        self,
        folder: Path,
        hook: HttpReceiver,
        server: Sshd,
        witness: Sshd,
        *,
        honest: int,
        liar: Liar,
    ) -> None:
        self.monctl = AlertingFolder(folder, hook)
        self._witness = witness
        self._honest = [f"web-{number:03}" for number in range(honest)]
        self.monctl.write_config(_RULE)
        self.monctl.write_hosts(server, self._hosts(liar))

    def _hosts(self, liar: Liar) -> dict[str, str]:
        paced = f"interval: {INTERVAL_SECONDS:g}s"
        hosts = {
            name: f"address: 127.0.{1 + number // _PER_ADDRESS}.{1 + number % _PER_ADDRESS}, {paced}, {CHEAP}"
            for number, name in enumerate(self._honest)
        }
        at = f"port: {self._witness.port}, known_hosts: {self._witness.known_hosts}"
        hosts[_WITNESS] = f"address: 127.0.9.1, {at}, {paced}, {CHEAP}"
        for number, mode in enumerate(rogue_probe.MODES, start=1):
            python = f'"{sys.executable} {rogue_probe.__file__} {mode}"'
            hosts[f"liar-{mode}"] = f"address: 127.0.10.{number}, {paced}, python: {python}"
        hosts |= {f"liar-{mode}": f"{liar.entry(mode)}, {paced}" for mode in liar.ports}
        return hosts

    def start(self) -> None:
        """Start the daemon, and wait until every honest host answers."""
        self.monctl.start()
        assert self.monctl.wait_for(self.monctl.is_ready, _START_SECONDS), self.monctl.log[-2000:]
        assert self.monctl.wait_for(self._all_answer, _START_SECONDS), self.monctl.log[-2000:]
        time.sleep(_WARM_SECONDS)

    def run(self, seconds: float) -> Outcome:
        """Let everything happen at once for so long; at half time the witness dies."""
        memory_before, begun = self._memory(), time.time()
        with self._hostile_clients(seconds), self._honest_client() as client:
            answers = list(_ask(client, begun + seconds / 2))
            self._witness.stop()
            died = time.time()
            answers += _ask(client, begun + seconds)
            memory = self._memory() - memory_before
        assert self.monctl.wait_for(lambda: bool(self.monctl.hook.requests), _ALERT_SECONDS), self.monctl.log
        return Outcome(
            on_time=share_on_time(
                self.monctl.folder / "data" / "metrics.db",
                self._honest,
                interval=INTERVAL_SECONDS,
                begin=begun,
                end=begun + seconds,
                patience=ON_TIME_SECONDS,
            ),
            alert_seconds=self.monctl.hook.requests[0].time - died,
            memory=memory,
            answers=sorted(answers),
            states=self._states(),
        )

    def _states(self) -> dict[str, str]:
        hosts = self.monctl.api("GET", "/metrics/current?fields=summary").json()["hosts"]
        return {host["host"]: host["state"] for host in hosts}

    def _all_answer(self) -> bool:
        states = self._states()
        return all(states.get(name) == "ok" for name in [*self._honest, _WITNESS])

    def _memory(self) -> int:
        assert self.monctl.daemon is not None
        status = Path(f"/proc/{self.monctl.daemon.pid}/status").read_text()
        (line,) = (line for line in status.splitlines() if line.startswith("VmRSS:"))
        return int(line.split()[1]) * 1024

    @contextlib.contextmanager
    def _hostile_clients(self, seconds: float) -> Iterator[None]:
        token = self.monctl.token()
        tasks = [Task(self.monctl.port, mode, seconds, token) for mode in clients.MODES]
        processes = [
            # they would have machines of their own
            subprocess.Popen(["nice", sys.executable, "-m", clients.__name__, json.dumps(task._asdict())])
            for task in tasks
        ]
        try:
            yield
        finally:
            for process in processes:
                process.kill()
                process.wait()

    def _honest_client(self) -> httpx.Client:
        headers = {"Authorization": f"Bearer {self.monctl.token()}"}
        return httpx.Client(base_url=self.monctl.url, headers=headers, timeout=30)


def _ask(client: httpx.Client, end: float) -> Iterator[float]:
    """How long each question took, until that time."""
    while time.time() < end:
        started = time.monotonic()
        client.get("/api/v1/metrics/current?fields=summary").raise_for_status()
        yield time.monotonic() - started
        time.sleep(_ASK_SECONDS)
