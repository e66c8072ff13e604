"""Notices when every host has given its first results."""

import asyncio
from collections.abc import Iterable, Mapping

from inventory.host import HostSpec
from metrics.results import Outcome, PollResult

_PATIENCE_SECONDS = 15.0
_ROUND_AT_MOST_SECONDS = 30.0


class FirstRound:
    """A sink that tells when every host has failed once or answered twice, so that it has rates too.

    Hosts that are polled seldom need to answer only once.

    `over` is set then.
    """

    def __init__(self) -> None:
        self.over = asyncio.Event()
        self._results_missing: dict[str, int] = {}

    def expect(self, hosts: Iterable[HostSpec]) -> None:
        """Wait for these hosts' results; to be called before they can come."""
        self._results_missing = {host.name: 2 if host.interval <= _PATIENCE_SECONDS else 1 for host in hosts}
        self._set_if_over()

    def accept(self, result: PollResult) -> None:
        """Note the host."""
        if result.host not in self._results_missing:
            return
        self._results_missing[result.host] -= 1
        if result.outcome is not Outcome.OK or not self._results_missing[result.host]:
            del self._results_missing[result.host]
            self._set_if_over()

    def _set_if_over(self) -> None:
        if not self._results_missing:
            self.over.set()


def first_round_seconds(hosts: Mapping[str, HostSpec]) -> float:
    """How long to wait for it at most."""
    slowest = max((host.interval + host.timeout for host in hosts.values()), default=0.0)
    return min(_ROUND_AT_MOST_SECONDS, 5.0 + slowest) + len(hosts) / 50
