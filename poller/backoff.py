"""How long to leave a host alone after failures: exponential back-off with full jitter.

The scheme is the one called "full jitter" in Marc Brooker's "Exponential Backoff And Jitter" (AWS
Architecture Blog, 2015): uniform between 0 and a ceiling that doubles with each failure.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from random import uniform

CEILING_SECONDS = 30.0
"""The longest that a host is left alone."""


@dataclass(slots=True)
class Backoff:
    """Counts failures in a row; delays are in seconds."""

    base_seconds: float = 1.0
    ceiling_seconds: float = field(default_factory=lambda: CEILING_SECONDS)
    jitter: Callable[[float, float], float] = uniform
    failures: int = 0

    def failed(self) -> float:
        """Note a failure; the seconds to wait before the next attempt."""
        ceiling = min(self.ceiling_seconds, self.base_seconds * 2 ** min(self.failures, 30))
        self.failures += 1
        return self.jitter(0.0, ceiling)

    def succeeded(self) -> None:
        """Forget all failures."""
        self.failures = 0
