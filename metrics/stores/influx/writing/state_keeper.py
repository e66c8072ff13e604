"""The writer's memory of what is last known of each host, and which of it is to be written."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from metrics.results import Outcome, PollResult
from metrics.stores.influx.writing.state_line import StoredState, state_line
from metrics.stores.latest_state import Extra, LatestHostState, extra_of

WRITE_EVERY = 60_000
"""ms of results' time after which a state is written again, whatever it says."""

_NOTHING = Extra()

WrittenStates = list[tuple[str, int, int]]
"""(host, its state's time in ms, its count of changes) of states that were put into lines."""


@dataclass(slots=True)
class _HostEntry:
    state: LatestHostState
    tags: Mapping[str, str] = field(default_factory=dict)
    written_at: int = -1
    is_due: bool = False
    changes: int = 0


class StateKeeper:
    """States by host. For one thread."""

    def __init__(self) -> None:
        self._entries: dict[str, _HostEntry] = {}

    def restore(self, states: Mapping[str, StoredState]) -> None:
        """Take over what the database knows; what is known already stays."""
        for host, host_state in states.items():
            entry = _HostEntry(host_state.state, host_state.tags, written_at=host_state.state.time)
            self._entries.setdefault(host, entry)

    def take(self, results: Sequence[PollResult]) -> None:
        """Bring results into their hosts' states; what is newer already stays."""
        for result in results:
            at = round(result.time * 1000)
            entry = self._entries.get(result.host)
            if entry is None:
                entry = self._entries[result.host] = _HostEntry(LatestHostState(measurements={}), is_due=True)
            if _is_telling(result, entry, at) or at - entry.written_at >= WRITE_EVERY:
                entry.is_due = True
            if at > entry.state.time:
                entry.tags = result.tags
            entry.changes += 1
            entry.state.take(at, extra_of(result) or _NOTHING, result.points)

    def due_lines(self) -> tuple[list[str], WrittenStates]:
        """The lines of states that are to be written now."""
        return _lines((host, entry) for host, entry in self._entries.items() if entry.is_due)

    def pending_lines(self, before: float) -> tuple[list[str], WrittenStates]:
        """The lines of states older than `before` (ms) of which something is not written."""
        return _lines(
            (host, entry)
            for host, entry in self._entries.items()
            if entry.is_due or (entry.written_at < entry.state.time < before)
        )

    def settle(self, written_states: WrittenStates) -> None:
        """Note that these states are in the database."""
        for host, at, changes in written_states:
            entry = self._entries.get(host)
            if entry is not None:
                entry.written_at = max(entry.written_at, at)
                # Results that came while the line was on its way are not in it: the state stays due.
                entry.is_due = entry.is_due and entry.changes > changes

    def forget(self, host: str) -> None:
        """Know nothing of a host."""
        self._entries.pop(host, None)


def _is_telling(result: PollResult, entry: _HostEntry, at: int) -> bool:
    """Whether a result brings what its points do not tell."""
    state = entry.state
    if result.top is not None or result.facts is not None:
        return True
    if at <= state.time:
        return False
    if result.outcome is not state.outcome or result.detail != state.detail or result.tags != entry.tags:
        return True
    return not result.points or (result.outcome is Outcome.OK and result.errors != state.errors)


def _lines(entries: Iterator[tuple[str, _HostEntry]]) -> tuple[list[str], WrittenStates]:
    lines: list[str] = []
    written_states: WrittenStates = []
    for host, entry in entries:
        lines.append(state_line(host, entry.state, entry.tags))
        written_states.append((host, entry.state.time, entry.changes))
    return lines, written_states
