"""The time between two answers of a host, by the clock that can be trusted."""

import msgspec

from metrics.sampling.rates import is_span

_MOST_DISAGREEMENT = 2.0


class Clock(msgspec.Struct, frozen=True):
    """When an answer was given: seconds on the host's monotonic clock and on the poller's."""

    host: float
    poller: float

    def seconds_since(self, earlier: "Clock", *, at_most: float) -> float | None:
        """Seconds since `earlier`, or None where no rate should be taken over them.

        The host's clock is the exact one, for the network's delays are not in it; where it disagrees with
        the poller's by more than a factor of 2 (a suspended or lying host) the poller's counts. None
        where more than `at_most` seconds passed, or none.
        """
        ours = self.poller - earlier.poller
        theirs = self.host - earlier.host
        does_agree = ours <= theirs * _MOST_DISAGREEMENT and theirs <= ours * _MOST_DISAGREEMENT
        seconds = theirs if does_agree else ours
        return seconds if is_span(seconds) and ours <= at_most else None
