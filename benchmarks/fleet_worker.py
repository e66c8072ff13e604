"""One way of polling a number of hosts, in a process of its own, so that its CPU and memory are its own.

Reads a JSON task from the command line, prints a JSON result: polls, CPU seconds of all threads over the
measured time, resident memory before connecting and at the end (bytes), polls on time and missed.
"""

import asyncio
import json
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import asyncssh
import uvloop

from inventory.host import HostSpec, ProbeBackend
from metrics.current.state import CurrentState
from metrics.results import Outcome, PollResult
from monctl.daemon.process import calm_garbage_collector
from poller.fleet import Fleet
from poller.probing import bootstrap
from poller.schedule import offset_fraction

ON_TIME_SECONDS = 1.0
_EARLY_SECONDS = 0.05  # timers may fire a moment before their time
_CIPHERS = ["aes128-gcm@openssh.com"]
_LOG_INS_AT_ONCE = 16
_JOIN_AT_ONCE, _JOIN_SECONDS = 10, 0.7


def host_specs(task: dict[str, Any]) -> dict[str, HostSpec]:
    """The task's hosts, one a loopback address."""
    hosts = {}
    for number in range(task["hosts"]):
        name = f"bench-{number}"
        hosts[name] = HostSpec(
            name=name,
            address=f"127.0.{number // 250 + 1}.{number % 250 + 1}",
            port=task["port"],
            user=task["user"],
            key=(task["key"],),
            known_hosts=task["known_hosts"],
            interval=task["interval"],
            probe=ProbeBackend(task["backend"]),
            python=task["python"],
        )
    return hosts


class Counter:
    """A sink that counts polls, and those that ran within a second of their due time."""

    def __init__(self, interval: float) -> None:
        self._interval = interval
        self.polls = self.failed = self.on_time = 0
        self.missed: dict[str, int] = {}
        self.hosts: set[str] = set()

    def accept(self, result: PollResult) -> None:
        """Count one result."""
        self.hosts.add(result.host)
        if result.outcome is not Outcome.OK:
            self.failed += 1
            return
        self.polls += 1
        late = (result.time - offset_fraction(result.host) * self._interval + _EARLY_SECONDS) % self._interval
        self.on_time += late <= ON_TIME_SECONDS + _EARLY_SECONDS
        poll = next(point for point in result.points if point.measurement == "poll")
        self.missed[result.host] = int(poll.fields["missed"])

    def reset(self) -> None:
        """Start counting anew."""
        self.polls = self.failed = self.on_time = 0


async def measure_monctl(task: dict[str, Any]) -> dict[str, Any]:
    """The real thing: fleet, current state and store."""
    from metrics.stores.retention import Retention
    from metrics.stores.sink import StoreSink
    from metrics.stores.sqlite.store import SqliteStore

    before = resident_bytes()
    with tempfile.TemporaryDirectory() as folder:
        store = await SqliteStore.open(Path(folder) / "metrics.db", retention=Retention())
        sink, counter = StoreSink(store), Counter(task["interval"])
        fleet = Fleet([CurrentState(), counter, sink])
        specs = list(host_specs(task).items())
        async with asyncio.TaskGroup() as parts:
            tasks = [parts.create_task(fleet.run()), parts.create_task(sink.run())]
            for end in range(_JOIN_AT_ONCE, len(specs) + _JOIN_AT_ONCE, _JOIN_AT_ONCE):
                # all the hosts are this machine, which cannot start them all at once as real ones could
                fleet.apply(dict(specs[:end]))
                await asyncio.sleep(_JOIN_SECONDS)
            while len(counter.hosts) < task["hosts"] or not counter.polls:
                await asyncio.sleep(0.2)
            await asyncio.sleep(task["interval"] * 2)
            calm_garbage_collector()
            skipped_before = sum(counter.missed.values())
            counter.reset()
            cpu = await cpu_seconds_over(task["seconds"])
            result = {
                "polls": counter.polls,
                "failed": counter.failed,
                "on_time": counter.on_time,
                "missed": sum(counter.missed.values()) - skipped_before,
                "cpu": cpu,
                "memory": resident_bytes() - before,
            }
            for part in tasks:
                part.cancel()
        await store.close()
    return result


async def measure_asyncssh(task: dict[str, Any]) -> dict[str, Any]:
    """asyncssh alone, in one of three ways: `bare` (a resident probe), `exec` or `connect` per poll."""
    hosts = list(host_specs(task).values())
    before = resident_bytes()
    polls = 0
    slots = asyncio.Semaphore(_LOG_INS_AT_ONCE)
    key = asyncssh.read_private_key(task["key"])
    known_hosts = asyncssh.read_known_hosts(task["known_hosts"])

    async def connect(host: HostSpec) -> asyncssh.SSHClientConnection:
        async with slots:
            return await asyncssh.connect(
                host.address,
                host.port or 22,
                username=host.user,
                client_keys=[key],
                known_hosts=known_hosts,
                config=None,
                agent_path=None,
                encryption_algs=_CIPHERS,
            )

    ask = {"bare": ask_resident, "exec": ask_by_exec, "connect": ask_by_exec}[task["way"]]
    ready: asyncio.Queue[None] = asyncio.Queue()

    async def loop(host: HostSpec) -> None:
        nonlocal polls
        connection = await connect(host)
        question = await ask(connection, task["python"])
        ready.put_nowait(None)
        due = time.time() + offset_fraction(host.name) * task["interval"]
        while True:
            await asyncio.sleep(due - time.time())
            if task["way"] == "connect":
                connection.close()
                connection = await connect(host)
                question = await ask(connection, task["python"])
            else:
                await question()
            polls += 1
            due += task["interval"]

    async with asyncio.TaskGroup() as loops:
        tasks = [loops.create_task(loop(host)) for host in hosts]
        for _ in hosts:
            await ready.get()
        await asyncio.sleep(task["interval"] * 2)
        calm_garbage_collector()
        polls = 0
        cpu = await cpu_seconds_over(task["seconds"])
        result = {"polls": polls, "cpu": cpu, "memory": resident_bytes() - before}
        for running in tasks:
            running.cancel()
    return result


def _request(number: int) -> bytes:
    names = ",".join(f'"{name}"' for name in ("cpu", "mem", "swap", "system", "net", "diskio", "pressure"))
    return b'{"id":%d,"collect":[%b],"deadline":5}\n' % (number, names.encode())


async def ask_resident(
    connection: asyncssh.SSHClientConnection, python: str
) -> Callable[[], Awaitable[None]]:
    """Start the probe; the question is one line each way."""
    process = await connection.create_process(bootstrap.start_commands(python)[0], encoding=None)
    process.stdin.write(bootstrap.payload() + bootstrap.config_line("00", ProbeBackend.PROC))
    while b"monctl" not in await process.stdout.readline():
        pass
    number = 0

    async def question() -> None:
        nonlocal number
        number += 1
        process.stdin.write(_request(number))
        await process.stdout.readline()

    await question()
    return question


async def ask_by_exec(connection: asyncssh.SSHClientConnection, python: str) -> Callable[[], Awaitable[None]]:
    """The question starts the probe, asks once and lets it end."""
    sent = bootstrap.payload() + bootstrap.config_line("00", ProbeBackend.PROC) + _request(1)

    async def question() -> None:
        await connection.run(bootstrap.start_commands(python)[0], input=sent, encoding=None, check=True)

    await question()
    return question


async def cpu_seconds_over(seconds: float) -> float:
    """The CPU time that this process, all threads, spends in the next so many seconds."""
    started = time.process_time()
    await asyncio.sleep(seconds)
    return time.process_time() - started


def resident_bytes() -> int:
    """This process' resident memory."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) * 1024
    raise RuntimeError("no VmRSS")


def main() -> None:
    """Run the task given as JSON."""
    task = json.loads(sys.argv[1])
    measure = measure_monctl if task["way"] == "monctl" else measure_asyncssh
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        print(json.dumps(runner.run(measure(task))))


if __name__ == "__main__":
    main()
