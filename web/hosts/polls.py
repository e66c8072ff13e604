"""How the polls of each host went, kept in memory: runs of polls that ended alike, the newest of them."""

from collections import deque
from collections.abc import Callable, Container
from dataclasses import dataclass
from typing import Any

from foundation.times import rfc3339
from metrics.results import Outcome, PollResult

KEPT_RUNS = 50
"""Of each host; older ones are let go."""

_SPARE_HOSTS = 100


@dataclass(slots=True)
class PollRun:
    """Polls of one host, one after another, with the same outcome and the same failing collectors.

    Times are unix seconds. `detail`, `errors` and `duration` (seconds, None where it is not known) are those
    of the last of them.
    """

    outcome: Outcome
    first_time: float
    last_time: float
    detail: str
    errors: dict[str, str]
    duration: float | None
    polls: int = 1

    def continues_with(self, result: PollResult) -> bool:
        """Whether a result is one more of the same."""
        return result.outcome is self.outcome and result.errors.keys() == self.errors.keys()

    def view(self) -> dict[str, Any]:
        """As the API shows it."""
        return {
            "time": rfc3339(self.first_time),
            "last_time": rfc3339(self.last_time),
            "outcome": str(self.outcome),
            "detail": self.detail,
            "errors": self.errors,
            "polls": self.polls,
            "duration_seconds": self.duration,
        }


class PollLog:
    """A sink that remembers the last runs of each host; used in the event loop's thread alone.

    `since`: unix seconds, when it began to look; it knows nothing from before. `hosts`: those that there are;
    others are forgotten once they are many.
    """

    def __init__(self, *, since: float = 0.0, hosts: Callable[[], Container[str]] | None = None) -> None:
        self.since = since
        self._hosts = hosts
        self._runs: dict[str, deque[PollRun]] = {}
        self._prune_at = _SPARE_HOSTS

    def accept(self, result: PollResult) -> None:
        """Take one result; results of a host come in the order of their polls."""
        runs = self._runs.get(result.host)
        if runs is None:
            runs = self._add(result.host)
        elif runs[-1].continues_with(result):
            _continue(runs[-1], result)
            return
        runs.append(_begin(result))

    def runs(self, host: str, *, limit: int = KEPT_RUNS) -> list[PollRun]:
        """The last runs of a host, the newest first."""
        return list(self._runs.get(host, ()))[: -limit - 1 : -1]

    def _add(self, host: str) -> deque[PollRun]:
        if len(self._runs) >= self._prune_at:
            self._prune()
        runs = self._runs[host] = deque(maxlen=KEPT_RUNS)
        return runs

    def _prune(self) -> None:
        """Forget hosts that are gone; the next time is when there are as many again, and some."""
        if self._hosts is not None:
            hosts = self._hosts()
            self._runs = {name: runs for name, runs in self._runs.items() if name in hosts}
        self._prune_at = 2 * len(self._runs) + _SPARE_HOSTS


def _begin(result: PollResult) -> PollRun:
    return PollRun(
        outcome=result.outcome,
        first_time=result.time,
        last_time=result.time,
        detail=result.detail,
        errors=dict(result.errors),
        duration=_duration(result),
    )


def _continue(run: PollRun, result: PollResult) -> None:
    run.last_time = result.time
    run.detail = result.detail
    if result.errors:
        run.errors = dict(result.errors)
    run.duration = _duration(result)
    run.polls += 1


def _duration(result: PollResult) -> float | None:
    """None for a poll that another process made: it hands on what was found, not how long that took."""
    return round(result.duration, 3) if result.duration > 0 else None
