"""How many alerts about its label sets one host may have, so that it cannot keep the others from being told.

Alerts on the host itself do not count: there is at most one of each rule.
"""

from collections import Counter

from alerts.engine.changes import AlertKey

MAX_OPEN = 200
"""Alerts of a host that are pending or firing at the same time."""

MAX_FIRED_A_DAY = 2_000
"""Alerts of a host that fire within a day (UTC)."""

OPEN_EXCEEDED = f"it has {MAX_OPEN} open alerts: no more of them are begun"
FIRED_EXCEEDED = f"{MAX_FIRED_A_DAY:,} alerts of it fired today: no more of them fire until midnight UTC"

_DAY_SECONDS = 86400.0


class AlertQuota:
    """Counts each host's open alerts, and those that fired today."""

    def __init__(self) -> None:
        self._open: Counter[str] = Counter()
        self._fired: Counter[str] = Counter()
        self._day = 0.0

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

    def note_begun(self, key: AlertKey) -> None:
        """An alert is pending or firing that was not."""
        if key.labels:
            self._open[key.host] += 1

    def note_fired(self, key: AlertKey) -> None:
        """An alert has fired."""
        if key.labels:
            self._fired[key.host] += 1

    def note_ended(self, key: AlertKey) -> None:
        """An alert that was pending or firing is neither."""
        if key.labels:
            self._open[key.host] -= 1
            if self._open[key.host] <= 0:
                del self._open[key.host]
