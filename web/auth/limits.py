"""How often something may happen: a sliding window per name, in this process' memory."""

import math
import time

from limits import RateLimitItem, parse
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

from web.http.problems import HttpProblem


class Limit:
    """At most so many hits of each name within a time, written `100/minute`; for one thread.

    `what`: the hits, as the answer calls them.
    """

    def __init__(self, rate: str, *, what: str = "requests") -> None:
        self._item: RateLimitItem = parse(rate)
        self._what = what
        self._window = MovingWindowRateLimiter(MemoryStorage())

    def hit(self, name: str) -> None:
        """Count one; raises HttpProblem (429 with Retry-After) when it is one too many."""
        if not self._window.hit(self._item, name):
            raise self._problem(name)

    def count(self, name: str) -> None:
        """Count one, whether or not it is too many."""
        self._window.hit(self._item, name)

    def check(self, name: str, *, ahead: int = 0) -> None:
        """As `hit`, without counting; `ahead`: how many others are under way that may yet be counted."""
        if self.is_reached(name, ahead=ahead):
            raise self._problem(name)

    def is_reached(self, name: str, *, ahead: int = 0) -> bool:
        """Whether `check` would raise."""
        return not self._window.test(self._item, name, cost=1 + ahead)

    def _problem(self, name: str) -> HttpProblem:
        seconds = max(1, math.ceil(self._window.get_window_stats(self._item, name).reset_time - time.time()))
        return HttpProblem(
            429,
            "too-many-requests",
            f"more than {self._item.amount} {self._what} in {_span(self._item)}: try again in {seconds} s",
            headers={"Retry-After": str(seconds)},
        )


def _span(item: RateLimitItem) -> str:
    seconds = item.get_expiry()
    return "a minute" if seconds == 60 else f"{seconds} s"
