"""Percentages of CPU time from two readings of the seconds spent in each state."""

import math
from collections.abc import Sequence
from operator import sub

from metrics.sampling.rates import SHORTEST_SECONDS
from metrics.sampling.rounding import percents

STATES = (
    "user", "nice", "system", "idle", "iowait", "irq", "softirq", "steal", "guest", "guest_nice",
)  # fmt: skip
"""Every state, in the order of a row; a platform's rows have some of them, in this order."""


_MOST_SHARE, _MOST_SECONDS = 1.25, 1.0
"""How far the seconds spent may seem to pass those that there were: a host reads its clock a bit earlier."""


class CpuColumns:
    """Where each state is in a row that has the states `names` (a selection of `STATES`, in their order).

    `fields`: the names of the figures that `usage` gives, in their order. `is_bounded`: whether `usage` had
    to replace what cannot be since this was last set to False.
    """

    def __init__(self, names: tuple[str, ...]) -> None:
        self.names = names
        self.fields = (*(f"usage_{name}" for name in names), "usage_active", "usage_busy")
        where = {name: index for index, name in enumerate(names)}
        self._idle = where.get("idle")
        self._iowait = where.get("iowait")
        self._steal = where.get("steal")
        self.is_bounded = False
        pairs = (("guest", "user"), ("guest_nice", "nice"))
        # Guests' time is in user and nice already: (a guest's column, the column that holds it too).
        self._counted_twice = tuple((where[a], where[b]) for a, b in pairs if a in where and b in where)

    def usage(
        self, previous: Sequence[float], current: Sequence[float], *, most: float = math.inf
    ) -> list[float] | None:
        """The percentages of one CPU between two readings, as Telegraf computes them; None if unknown.

        `most`: the seconds that there were to spend, of all processors that the row is about.

        1. A state that ran backwards a little, as iowait does, counts as 0; where all together did not
           move on, or went back by more than they moved on, the counters started anew: None. Steal runs
           backwards at any time on some hypervisors, and idle when a processor is switched off: idle is then
           what the others left of `most`.
        2. Guests' time is taken out of user and nice, so that it counts once in the total.
        3. Where more was spent than there was, one state jumped: it is what the others left.
        4. active is the total less idle: waiting for disks counts as active. busy is what is left without
           it, for a processor that waits has nothing to do.
        """
        idle = self._idle
        if idle is None:
            return None
        spent = list(map(sub, current, previous))
        did_idle_fall = False
        if min(spent) < 0.0:
            did_idle_fall = spent[idle] < 0.0 and most < math.inf
            if self._began_anew(spent, did_idle_fall=did_idle_fall):
                return None
            spent = [max(time, 0.0) for time in spent]
        for guest, holder in self._counted_twice:
            spent[guest] = min(spent[guest], spent[holder])
            spent[holder] -= spent[guest]
        total = sum(spent)
        if did_idle_fall or total > most * _MOST_SHARE + _MOST_SECONDS:
            jumped = idle if did_idle_fall else spent.index(max(spent))
            spent[jumped] = max(most - (total - spent[jumped]), 0.0)
            self.is_bounded = True
            total = sum(spent)
            if total > most * _MOST_SHARE + _MOST_SECONDS:
                return None
        if total < SHORTEST_SECONDS:
            return None
        active = total - spent[idle]
        waiting = 0.0 if self._iowait is None else spent[self._iowait]
        spent += (active, max(active - waiting, 0.0))
        return percents(spent, total)

    def _began_anew(self, spent: list[float], *, did_idle_fall: bool) -> bool:
        """Whether states fell by more than they may without the counters having started anew."""
        risen = sum(time for time in spent if time > 0.0)
        fallen = risen - sum(spent)
        if self._steal is not None and spent[self._steal] < 0.0:
            fallen += spent[self._steal]
            self.is_bounded = True
        if did_idle_fall and self._idle is not None:
            fallen += spent[self._idle]
        return risen <= 2.0 * fallen
