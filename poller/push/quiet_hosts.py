"""Noticing that a host which sends by itself has fallen silent."""

import asyncio
import heapq
import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from inventory.host import HostSpec
from metrics.current.state import CurrentState
from metrics.results import Outcome, PollResult
from metrics.sampling.sampler import failed_points
from poller.push.intake import PushIntake, is_pushing

_GRACE_SECONDS = 1.0
_LOOK_SECONDS = 1.0
_RETRY_SECONDS = 30.0  # the longest that a host waits before it tries again, as after a restart of ours
_AT_ONCE = 200  # hosts judged between two turns of the event loop

log = logging.getLogger(__name__)


@dataclass(slots=True)
class _Watch:
    """One host. `since`: monotonic seconds from which on it is missed, should nothing come at all."""

    host: HostSpec
    since: float
    silent_at: float | None = None


class QuietHostWatch:
    """Gives a failed result each interval for every host that should send and does not.

    `hosts`: those of the inventory, a new mapping with every change. `clock`: monotonic seconds; `now`: unix
    seconds. A look costs as much as there are hosts due, not as there are hosts.
    """

    def __init__(
        self,
        intake: PushIntake,
        emit: Callable[[PollResult], None],
        current: CurrentState,
        *,
        hosts: Callable[[], Mapping[str, HostSpec]],
        clock: Callable[[], float] = time.monotonic,
        now: Callable[[], float] = time.time,
    ) -> None:
        self._intake = intake
        self._emit = emit
        self._current = current
        self._hosts = hosts
        self._clock = clock
        self._now = now
        self._followed_hosts: Mapping[str, HostSpec] | None = None
        self._watches: dict[str, _Watch] = {}
        self._looks: list[tuple[float, str]] = []

    async def run(self) -> None:
        """Look every second until cancelled."""
        while True:
            await self.look()
            await asyncio.sleep(_LOOK_SECONDS)

    async def look(self) -> None:
        """Judge every host that is due."""
        hosts = self._hosts()
        if hosts is not self._followed_hosts:
            self._follow(hosts)
        judged = 0
        while self._looks and self._looks[0][0] <= self._clock():
            _, name = heapq.heappop(self._looks)
            watch = self._watches.get(name)
            if watch is not None:
                heapq.heappush(self._looks, (self._judge(watch), name))
            judged += 1
            if judged % _AT_ONCE == 0:
                await asyncio.sleep(0)

    def _follow(self, hosts: Mapping[str, HostSpec]) -> None:
        """Watch these hosts; those whose spec did not change go on as they were."""
        self._followed_hosts = hosts
        self._intake.follow(hosts)
        # One that had a place in the queue keeps it: a change of the inventory must delay nobody's alert.
        now, before = self._clock(), self._watches
        self._watches = {
            name: watch if (watch := before.get(name)) and watch.host == host else _Watch(host, now)
            for name, host in hosts.items()
            if is_pushing(host)
        }
        look_times = {name: at for at, name in self._looks}
        self._looks = [
            (look_times[name] if watch is before.get(name) and name in look_times else now, name)
            for name, watch in self._watches.items()
        ]
        heapq.heapify(self._looks)

    def _judge(self, watch: _Watch) -> float:
        """When to look at the host again, after a failed result if it is silent."""
        host, now = watch.host, self._clock()
        heard_at = self._intake.heard_at(host.name)
        usual = 2 * host.interval + host.timeout + _GRACE_SECONDS
        limit = usual if heard_at is not None else usual + _RETRY_SECONDS
        since = watch.since if heard_at is None else heard_at
        if watch.silent_at is not None and heard_at is not None and heard_at > watch.silent_at:
            watch.silent_at = None
            log.info("%s: sends again", host.name, extra={"host": host.name})
        if heard_at is None and not self._was_there(host.name):
            watch.since = now
            return now + host.interval
        if now - since <= limit:
            # should the host be heard meanwhile, it is missed after the usual time again
            return min(max(since + limit, now), now + usual) + 0.001
        self._miss(watch, now, since)
        return now + host.interval

    def _was_there(self, host: str) -> bool:
        latest = self._current.get(host)
        return latest is not None and latest.ok_time is not None

    def _miss(self, watch: _Watch, now: float, since: float) -> None:
        host = watch.host
        refusal = self._intake.refusal(host.name)
        what = f"nothing that can be used received for {now - since:.0f} s: {refusal}"
        detail = what if refusal else f"nothing received for {now - since:.0f} s"
        if watch.silent_at is None:
            watch.silent_at = now
            extra = {"host": host.name, "reason": str(Outcome.LATE)}
            log.warning("%s: %s", host.name, detail, extra=extra)
        self._emit(
            PollResult(
                host=host.name,
                time=round(self._now(), 3),
                outcome=Outcome.LATE,
                duration=0.0,
                points=failed_points(missed=0),
                detail=detail,
                tags=host.tags,
            )
        )
