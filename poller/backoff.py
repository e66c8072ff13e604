"""How long to leave a host alone after failures: exponential back-off with full jitter; longer if refused.

The scheme is the one called "full jitter" in Marc Brooker's "Exponential Backoff And Jitter" (AWS
Architecture Blog, 2015): uniform between 0 and a ceiling that doubles with each failure.

A log-in that was refused counts at the other end. As they come, pam_faillock locks an account after 3 wrong
passwords within 15 minutes, fail2ban an address after 5 failures within 10 minutes. We stay below both.
"""

import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from random import uniform

from poller.errors import LoginRefused, PollFailed

CEILING_SECONDS = 30.0
"""The longest that a host is left alone, other than after a refused log-in."""


@dataclass(frozen=True, slots=True)
class _Pace:
    """So many tries at most within so many seconds; `steps`: the least pauses after the first of them."""

    tries: int
    seconds: float
    steps: tuple[float, ...]


_PASSWORDS = _Pace(tries=2, seconds=901.0, steps=(451.0,))
_KEYS = _Pace(tries=4, seconds=601.0, steps=(15.0, 60.0, 151.0))


@dataclass(slots=True)
class Backoff:
    """Counts failures in a row; delays are in seconds, `clock` is monotonic."""

    base_seconds: float = 1.0
    ceiling_seconds: float = field(default_factory=lambda: CEILING_SECONDS)
    jitter: Callable[[float, float], float] = uniform
    failures: int = 0
    clock: Callable[[], float] = time.monotonic
    _refused_at: deque[float] = field(default_factory=lambda: deque(maxlen=_KEYS.tries))
    _has_used_password: bool = False

    def failed(self, failure: PollFailed | None = None) -> float:
        """Note a failure; the seconds to wait before the next attempt."""
        ceiling = min(self.ceiling_seconds, self.base_seconds * 2 ** min(self.failures, 30))
        self.failures += 1
        delay = self.jitter(0.0, ceiling)
        return max(delay, self._refused(failure)) if isinstance(failure, LoginRefused) else delay

    def succeeded(self) -> None:
        """Forget all failures."""
        self.failures = 0
        self._refused_at.clear()
        self._has_used_password = False

    def _refused(self, refusal: LoginRefused) -> float:
        """Note a log-in that was refused; the seconds until the next does no harm."""
        now = self.clock()
        self._has_used_password = self._has_used_password or refusal.used_password
        pace = _PASSWORDS if self._has_used_password else _KEYS
        self._refused_at.append(now)
        count = sum(1 for at in self._refused_at if at > now - pace.seconds)
        step = pace.steps[min(count, len(pace.steps)) - 1]
        if len(self._refused_at) < pace.tries:
            return step
        return max(step, self._refused_at[-pace.tries] + pace.seconds - now)
