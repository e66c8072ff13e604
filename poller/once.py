"""Polling without a daemon: every host twice, a moment apart, so that rates exist."""

import asyncio
from collections.abc import Callable, Iterable

from inventory.host import HostSpec
from metrics.results import Outcome, PollResult
from poller.loop import HostPoller
from poller.ssh.connector import SshConnector

RATE_SECONDS = 1.0


async def poll_once(
    connector: SshConnector,
    hosts: Iterable[HostSpec],
    accept: Callable[[tuple[PollResult, ...]], None],
    *,
    rate_seconds: float = RATE_SECONDS,
) -> None:
    """Poll each host; `accept` is given a host's one or two results as soon as they are there.

    A failure is a host's only result; when the second poll fails after a good first, both are given.
    """

    async def poll(host: HostSpec) -> None:
        accept(await _poll_twice(connector, host, rate_seconds))

    async with asyncio.TaskGroup() as polls:
        for host in hosts:
            polls.create_task(poll(host), name=f"poll {host.name}")


async def _poll_twice(connector: SshConnector, host: HostSpec, rate_seconds: float) -> tuple[PollResult, ...]:
    poller = HostPoller(host, connector.connect, starts=connector.starts)
    try:
        first = await poller.poll()
        if first.outcome is not Outcome.OK:
            return (first,)
        # The first answer has counters only; a rate needs two readings.
        await asyncio.sleep(rate_seconds)
        return first, await poller.poll()
    finally:
        await poller.close()
