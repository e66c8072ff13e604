"""Whether the poller is alive: whether results of polled hosts still come."""

import time
from collections.abc import Callable, Iterable

from inventory.host import HostSpec
from metrics.results import PollResult
from poller.probing.session import START_TIMEOUTS

_PATIENCE_SECONDS = 30.0


class PollerLiveness:
    """A sink that notes when the last result of a polled host came.

    `is_polled`: whether the host of this name is polled, rather than sending by itself. `clock`: monotonic
    seconds.
    """

    def __init__(
        self, is_polled: Callable[[str], bool], *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._is_polled = is_polled
        self._clock = clock
        self._last = clock()

    def accept(self, result: PollResult) -> None:
        """Note the time."""
        if self._is_polled(result.host):
            self._last = self._clock()

    def problem(self, polled: Iterable[HostSpec]) -> str | None:
        """Why the poller cannot be alive; None while results of the hosts polled come often enough."""
        longest = min(map(_longest_silence, polled), default=None)
        silence = self._clock() - self._last
        if longest is None or silence <= longest:
            return None
        return f"no host has given a result for {silence:.0f} s"


def _longest_silence(host: HostSpec) -> float:
    """Seconds for which a host that is polled may give no result."""
    # one poll may be lost, and a busy machine delay the next; or a start hang that follows a log-in
    lost = 2 * (host.interval + host.timeout) + _PATIENCE_SECONDS
    start = host.interval + (1 + START_TIMEOUTS) * host.timeout + _PATIENCE_SECONDS / 2
    return max(lost, start)
