"""The writer's memory of what is last known of each host, and which of it is to be written."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from metrics.results import Outcome, PollResult
from metrics.stores.influx.writing.state_line import StoredState, state_line
from metrics.stores.latest_state import Extra, LatestHostState, extra_of

WRITE_EVERY = 60_000
"""ms of results' time after which a state is written again, whatever it says."""

_NOTHING = Extra()

Written = list[tuple[str, int, int]]
"""(host, its state's time in ms, its count of changes) of states that were put into lines."""


@dataclass(slots=True)
class _Kept:
    state: LatestHostState
    tags: Mapping[str, str] = field(default_factory=dict)
    written: int = -1
    is_due: bool = False
    changes: int = 0


class StateKeeper:
    """States by host. For one thread."""

    def __init__(self) -> None:
        self._kept: dict[str, _Kept] = {}

    def restore(self, states: Mapping[str, StoredState]) -> None:
        """Take over what the database knows; what is known already stays."""
        for host, stored in states.items():
            kept = _Kept(stored.state, stored.tags, written=stored.state.time)
            self._kept.setdefault(host, kept)

    def take(self, results: Sequence[PollResult]) -> None:
        """Take in results; what is newer already stays."""
        for result in results:
            at = round(result.time * 1000)
            kept = self._kept.get(result.host)
            if kept is None:
                kept = self._kept[result.host] = _Kept(LatestHostState(measurements={}), is_due=True)
            if _is_telling(result, kept, at) or at - kept.written >= WRITE_EVERY:
                kept.is_due = True
            if at > kept.state.time:
                kept.tags = result.tags
            kept.changes += 1
            kept.state.take(at, extra_of(result) or _NOTHING, result.points)

    def due(self) -> tuple[list[str], Written]:
        """The lines of states that are to be written now."""
        return _lines((host, kept) for host, kept in self._kept.items() if kept.is_due)

    def pending(self, before: float) -> tuple[list[str], Written]:
        """The lines of states older than `before` (ms) of which something is not written."""
        return _lines(
            (host, kept)
            for host, kept in self._kept.items()
            if kept.is_due or (kept.written < kept.state.time < before)
        )

    def settle(self, written: Written) -> None:
        """Note that these states are in the database."""
        for host, at, changes in written:
            kept = self._kept.get(host)
            if kept is not None:
                kept.written = max(kept.written, at)
                kept.is_due = kept.is_due and kept.changes > changes

    def forget(self, host: str) -> None:
        """Know nothing of a host."""
        self._kept.pop(host, None)


def _is_telling(result: PollResult, kept: _Kept, at: int) -> bool:
    """Whether a result brings what its points do not tell."""
    state = kept.state
    if result.top is not None or result.facts is not None:
        return True
    if at <= state.time:
        return False
    if result.outcome is not state.outcome or result.detail != state.detail or result.tags != kept.tags:
        return True
    return not result.points or (result.outcome is Outcome.OK and result.errors != state.errors)


def _lines(due: Iterator[tuple[str, _Kept]]) -> tuple[list[str], Written]:
    lines: list[str] = []
    written: Written = []
    for host, kept in due:
        lines.append(state_line(host, kept.state, kept.tags))
        written.append((host, kept.state.time, kept.changes))
    return lines, written
