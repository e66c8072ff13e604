"""Checks of hosts for the API."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import aclosing
from typing import Any

from inventory.host import HostSpec
from poller.check import CheckStep, check_host
from poller.ssh.connector import SshConnector

_AT_ONCE = 16


class ConnectorChecker:
    """Walks to hosts with a connector; at most 16 at once; each step is bounded by the host's timeout.

    The start of the probe waits for its turn among the fleet's, and has a few of the host's timeouts.
    """

    def __init__(self, connector: SshConnector) -> None:
        self._connector = connector
        self._slots = asyncio.Semaphore(_AT_ONCE)

    async def check(self, host: HostSpec) -> AsyncIterator[Mapping[str, Any]]:
        """Yield each step as it is done."""
        async with self._slots, aclosing(check_host(self._connector, host)) as steps:
            async for step in steps:
                yield step_document(step)


def step_document(step: CheckStep) -> dict[str, Any]:
    """A step as API and `--json` give it."""
    return {
        "step": str(step.name),
        "ok": step.is_ok,
        "reason": None if step.is_ok else str(step.outcome),
        "detail": step.detail,
        "advice": step.advice,
    }
