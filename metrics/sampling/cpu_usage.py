"""Percentages of CPU time from two readings of the seconds spent in each state."""

from collections.abc import Sequence
from operator import sub

from metrics.sampling.rates import SHORTEST_SECONDS
from metrics.sampling.rounding import percents

STATES = (
    "user", "nice", "system", "idle", "iowait", "irq", "softirq", "steal", "guest", "guest_nice",
)  # fmt: skip
"""Every state, in the order of a row; a platform's rows have some of them, in this order."""


class CpuColumns:
    """Where each state is in a row that has the states `names` (a selection of `STATES`, in their order).

    `fields`: the names of the figures that `usage` gives, in their order.
    """

    def __init__(self, names: tuple[str, ...]) -> None:
        self.names = names
        self.fields = (*(f"usage_{name}" for name in names), "usage_active", "usage_busy")
        where = {name: index for index, name in enumerate(names)}
        self._idle = where.get("idle")
        self._iowait = where.get("iowait")
        pairs = (("guest", "user"), ("guest_nice", "nice"))
        # Guests' time is in user and nice already: (a guest's column, the column that holds it too).
        self._counted_twice = tuple((where[a], where[b]) for a, b in pairs if a in where and b in where)

    def usage(self, previous: Sequence[float], current: Sequence[float]) -> list[float] | None:
        """The percentages of one CPU between two readings, as Telegraf computes them; None if unknown.

        1. A state that ran backwards a little, as iowait does, counts as 0; where all together did not
           move on, or went back by more than they moved on, the counters started anew: None.
        2. Guests' time is taken out of user and nice, so that it counts once in the total.
        3. active is the total less idle: waiting for disks counts as active. busy is what is left without
           it, for a processor that waits has nothing to do.
        """
        if self._idle is None:
            return None
        spent = list(map(sub, current, previous))
        if min(spent) < 0.0:
            if sum(spent) <= -sum(time for time in spent if time < 0.0):
                return None
            spent = [max(time, 0.0) for time in spent]
        for guest, holder in self._counted_twice:
            spent[guest] = min(spent[guest], spent[holder])
            spent[holder] -= spent[guest]
        total = sum(spent)
        if total < SHORTEST_SECONDS:
            return None
        active = total - spent[self._idle]
        waiting = 0.0 if self._iowait is None else spent[self._iowait]
        spent += (active, max(active - waiting, 0.0))
        return percents(spent, total)
