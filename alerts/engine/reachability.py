"""Telling a host that is down from a poller that is cut off.

As long as no other host has answered since a host failed, the fault may be the poller's own: its alert waits
for a bounded time. When nobody answers any more, the poller says so of itself, and the hosts' alerts wait.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from inventory.host import Connection, HostSpec
from metrics.results import Outcome, PollResult

NETWORK_OUTCOMES = frozenset(
    {Outcome.DNS, Outcome.REFUSED, Outcome.TIMEOUT, Outcome.UNREACHABLE, Outcome.JUMP_DOWN}
)
"""How polls end when the network, or the poller, may be to blame; others prove that the host was reached."""

GRACE_SECONDS = 60.0
"""How long hosts have to answer again after the poller was cut off."""

AT_ONCE_SECONDS = 60.0
"""Hosts that failed within so long of the last answer of anybody failed at once."""

_LONGEST_PATIENCE_SECONDS = 120.0
_MARGIN_SECONDS = 20.0


@dataclass(slots=True)
class _Failing:
    since: float
    polls: int
    cause: str


class Reachability:
    """Which hosts answer; takes every result. Times are unix seconds.

    Hosts that are not polled over SSH (local, push, paused) do not count.
    """

    def __init__(self) -> None:
        self._hosts: dict[str, HostSpec] = {}
        self._failing: dict[str, _Failing] = {}
        self._answered_at: float | None = None
        self._ended_at: float | None = None
        self._patience = _LONGEST_PATIENCE_SECONDS
        self.is_cut_off = False

    def apply_hosts(self, hosts: Mapping[str, HostSpec]) -> None:
        """Go by these hosts from now on."""
        self._hosts = {
            name: host
            for name, host in hosts.items()
            if host.connection is Connection.SSH and not host.paused
        }
        for name in self._failing.keys() - self._hosts.keys():
            del self._failing[name]
        slowest = max((host.interval + host.timeout for host in self._hosts.values()), default=0.0)
        # By then every other host has been asked and could answer; hosts polled rarely are not waited for.
        self._patience = min(slowest + _MARGIN_SECONDS, _LONGEST_PATIENCE_SECONDS)

    def note(self, result: PollResult) -> None:
        """Take one result."""
        name = result.host
        if result.outcome not in NETWORK_OUTCOMES:
            if name in self._hosts:
                self._failing.pop(name, None)
                self._answered_at = result.time
                self._end_cut_off(result.time)
            return
        if name not in self._hosts:
            return
        failing = self._failing.get(name)
        if failing is None:
            failing = self._failing[name] = _Failing(result.time, 0, name)
        failing.polls += 1
        # Of the latest poll: that the jump host is down may be known only after the first.
        failing.cause = result.jump or name

    def tick(self, now: float) -> None:
        """Judge whether the poller is cut off."""
        # One cause is to blame itself (a jump host with all hosts behind it); of two at once the poller is.
        is_cut_off = len(self._causes_at_once()) > 1
        if is_cut_off:
            self.is_cut_off = True
        else:
            self._end_cut_off(now)

    def holds(self, host: str, now: float) -> bool:
        """Whether an alert that this host is down has to wait."""
        failing = self._failing.get(host)
        if failing is None:
            return False
        if self.is_cut_off or (self._ended_at is not None and now - self._ended_at < GRACE_SECONDS):
            return True
        spec = self._hosts.get(host)
        if spec is not None and spec.jump is not None and failing.polls < 2:
            return True  # the first failure does not say yet that it is the jump host's
        # Nobody has answered since it failed. Either it is the first of many, and the poller is cut off, or
        # the next answer of another host shows that it is alone.
        is_lonely = self._answered_at is None or self._answered_at <= failing.since
        return len(self._hosts) > 1 and is_lonely and now - failing.since < self._patience

    def unreachable(self) -> tuple[str, ...]:
        """The hosts that fail, by name."""
        return tuple(sorted(self._failing))

    def _causes_at_once(self) -> frozenset[str]:
        """The hosts that failed at once, or their jump hosts, where no host answers; else none."""
        if len(self._failing) < len(self._hosts):
            return frozenset()
        return frozenset(failing.cause for failing in self._failed_at_once())

    def _failed_at_once(self) -> Iterable[_Failing]:
        # Those that had failed long before are down for reasons of their own, and prove nothing.
        answered_at = self._answered_at
        for failing in self._failing.values():
            if answered_at is None or failing.since > answered_at - AT_ONCE_SECONDS:
                yield failing

    def _end_cut_off(self, now: float) -> None:
        if self.is_cut_off:
            self.is_cut_off = False
            self._ended_at = now
