"""How many alerts one host may have, so that it cannot keep the others from being told.

There are bounds for open alerts and for those that fire in a day; alerts on the host itself do not count
there, for there is at most one of each rule. And there is a budget for alerts of one rule and host that fire
again: what goes up and down at its threshold all day is told some of the times.
"""

from collections import Counter, deque
from collections.abc import Callable
from types import MappingProxyType

from alerts.engine.changes import AlertKey
from alerts.severity import Severity

MAX_OPEN = 200
"""Alerts of a host that are pending or firing at the same time."""

MAX_FIRED_A_DAY = 2_000
"""Alerts of a host that fire within a day (UTC)."""

OPEN_EXCEEDED = f"it has {MAX_OPEN} open alerts: no more of them are begun"
FIRED_EXCEEDED = f"{MAX_FIRED_A_DAY:,} alerts of it fired today: no more of them fire until midnight UTC"

_DAY_SECONDS = 86400.0
_MOST_REFIRES = 1_000
_TIDY_SECONDS = 60.0


REFIRES_A_DAY = 20
"""So often alerts of one rule and host that fired within a day fire again as usual."""

DAMPED_SECONDS = MappingProxyType({Severity.CRITICAL: 300.0, Severity.WARNING: 1800.0, Severity.INFO: 1800.0})
"""Beyond that they fire when their condition has held for so much longer than the rule's `for`."""


class AlertQuota:
    """Counts each host's open alerts, those that fired today, and of each rule those that fired again.

    `refires_a_day`: how many of the latter there may be within a day.
    """

    def __init__(self, refires_a_day: Callable[[], int] = lambda: REFIRES_A_DAY) -> None:
        self._refires_a_day = refires_a_day
        self._fired_at: dict[AlertKey, float] = {}
        self._refires: dict[tuple[str, str], deque[float]] = {}
        self._open: Counter[str] = Counter()
        self._fired: Counter[str] = Counter()
        self._day = 0.0
        self._tidied_at = 0.0

    def may_begin(self, key: AlertKey) -> bool:
        """Whether an alert may become pending or firing."""
        return not key.labels or self._open[key.host] < MAX_OPEN

    def may_fire(self, key: AlertKey, now: float) -> bool:
        """Whether an alert may fire at `now` (unix seconds)."""
        day = now // _DAY_SECONDS
        if day > self._day:  # results of hosts that push come late: what is older counts for today
            self._day = day
            self._fired.clear()
        return not key.labels or self._fired[key.host] < MAX_FIRED_A_DAY

    def is_damped(self, key: AlertKey, now: float) -> bool:
        """Whether an alert fires again and its rule's budget for the host is spent."""
        return self._is_refire(key, now) and self.damped_until(key, now) is not None

    def damped_until(self, key: AlertKey, now: float) -> float | None:
        """Until when the budget of an alert's rule and host is spent (unix seconds), None if it is not."""
        times = self._refires.get((key.rule, key.host), ())
        recent = [time for time in times if 0 <= now - time < _DAY_SECONDS]
        budget = self._refires_a_day()
        return recent[-budget] + _DAY_SECONDS if len(recent) >= budget else None

    def forget_old(self, now: float) -> None:
        """Forget what fired more than a day ago, or at a time that a clock set back has made the future."""
        if 0 <= now - self._tidied_at < _TIDY_SECONDS:
            return
        self._tidied_at = now
        for key, time in list(self._fired_at.items()):
            if not 0 <= now - time < _DAY_SECONDS:
                del self._fired_at[key]
        for place, times in list(self._refires.items()):
            if not any(0 <= now - time < _DAY_SECONDS for time in times):
                del self._refires[place]

    def _is_refire(self, key: AlertKey, now: float) -> bool:
        fired_at = self._fired_at.get(key)
        return fired_at is not None and 0 <= now - fired_at < _DAY_SECONDS

    def note_begun(self, key: AlertKey) -> None:
        """An alert is pending or firing that was not."""
        if key.labels:
            self._open[key.host] += 1

    def note_fired(self, key: AlertKey, now: float) -> None:
        """An alert has fired at `now` (unix seconds)."""
        if self._is_refire(key, now):
            times = self._refires.setdefault((key.rule, key.host), deque(maxlen=_MOST_REFIRES))
            times.append(now)
        self._fired_at[key] = now
        if key.labels:
            self._fired[key.host] += 1

    def note_ended(self, key: AlertKey) -> None:
        """An alert that was pending or firing is neither."""
        if key.labels:
            self._open[key.host] -= 1
            if self._open[key.host] <= 0:
                del self._open[key.host]
