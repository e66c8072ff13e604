"""What rules can ask about a host besides its metrics."""

from collections.abc import Mapping

from alerts.expression.facts import OVER_LIMITS
from inventory.host import HostSpec
from metrics.current.host_state import HostState, host_state
from metrics.results import Outcome, PollResult

EXCESS_SECONDS = 600.0
"""How long a host counts as over its limits after something of it was left out."""


class HostFacts:
    """State, reason and tags of a host as of its last poll; see `alerts.expression.compiled.HostFacts`.

    `excess`: what was left out of it lately since there was too much, for people; "" if nothing was.
    `failures`: how many polls failed in a row. `ok_time`: unix seconds of the last good one, None if unknown.
    """

    __slots__ = (
        "_excess_time",
        "_since",
        "excess",
        "failures",
        "is_cut_off",
        "ok_time",
        "reason",
        "silent_seconds",
        "state",
        "tags",
    )

    def __init__(self, tags: Mapping[str, str], *, ok_time: float | None = None, failures: int = 0) -> None:
        self.state: str = HostState.PENDING
        self.reason: str = ""
        self.tags = tags
        self.silent_seconds = 0.0
        self.is_cut_off = False
        self.ok_time = ok_time
        self.failures = failures
        self.excess = ""
        self._excess_time = 0.0
        self._since = ok_time

    def update(self, result: PollResult, host: HostSpec) -> None:
        """Take over what a poll says of the host itself."""
        if result.outcome is Outcome.OK:
            self.state, self.reason = HostState.OK, ""
            self.silent_seconds, self.failures = 0.0, 0
            self.ok_time = self._since = result.time
            if result.excess or self.excess:
                self._update_excess(result)
            return
        self.failures += 1
        view = host_state(
            result,
            now=result.time,
            interval=host.interval,
            timeout=host.timeout,
            paused=False,
            consecutive_failures=self.failures,
            ok_time=self.ok_time,
        )
        self.state, self.reason = view.state.value, result.outcome.value
        if self._since is None:
            self._since = result.time
        self.silent_seconds = result.time - self._since

    def note_excess(self, text: str, time: float) -> None:
        """Note that something of this host was left out at `time` (unix seconds) since there was too much."""
        self.excess, self._excess_time = text, time
        if self.state == HostState.OK:
            self.reason = OVER_LIMITS

    def _update_excess(self, result: PollResult) -> None:
        if result.excess:
            self.note_excess(result.excess, result.time)
        elif result.time - self._excess_time >= EXCESS_SECONDS:
            self.excess = ""
        else:
            self.reason = OVER_LIMITS
