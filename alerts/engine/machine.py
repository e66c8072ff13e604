"""The states of one alert: a pure function from one standing and one look to the next standing and an event.

pending -> firing, once the condition has held for the rule's `for`; firing -> resolved, once it has cleared.
An alert that fires again and again within an hour has to stay clear for longer and longer before it counts
as resolved, so that one that flaps does not become a stream of messages.
"""

from dataclasses import dataclass, replace
from enum import StrEnum

from alerts.states import AlertState

FLAP_SECONDS = 3600.0
"""How far back firings count towards flapping."""

FLAPPING_FROM = 3
"""So many firings within `FLAP_SECONDS` are flapping."""

MIN_GAP_SECONDS = 300.0
"""The least that `Evaluation.gap_seconds` should be."""

_FIRST_HOLD_SECONDS = 60.0
_LONGEST_HOLD_SECONDS = 900.0


class Event(StrEnum):
    """What happened to an alert."""

    PENDING = "pending"
    CANCELLED = "cancelled"
    FIRING = "firing"
    RESOLVED = "resolved"


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertStatus:
    """Where one alert stands; times are unix seconds.

    `since`: when the condition became true. `seen_at`: when it was last seen true or false. `clear_since`:
    since when a firing alert's condition has been clear without a break. `firings`: when it fired, within
    `FLAP_SECONDS`. A resolved standing is only the memory of these.
    """

    state: AlertState
    since: float
    seen_at: float
    fired_at: float | None = None
    clear_since: float | None = None
    firings: tuple[float, ...] = ()
    is_acknowledged: bool = False

    @property
    def is_flapping(self) -> bool:
        """Whether it has fired too often lately."""
        return len(self.firings) >= FLAPPING_FROM


@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluation:
    """One evaluation at `now` (unix seconds); None for what cannot be told.

    `is_over`: whether the alert's end is reached, by `clear` or because `when` is not true. `is_held`: it
    must not fire yet, however long the condition has held. `gap_seconds`: so long (or for `for_seconds`, if
    longer) a pending alert may go unseen without its clock restarting.
    """

    now: float
    is_true: bool | None
    is_over: bool | None
    for_seconds: float
    is_held: bool = False
    gap_seconds: float = MIN_GAP_SECONDS


Step = tuple[AlertStatus | None, tuple[Event, ...]]


def step(standing: AlertStatus | None, look: Evaluation) -> Step:
    """The next standing (None when there is nothing to remember) and what happened."""
    if standing is None or standing.state is AlertState.RESOLVED:
        return _begin(standing, look)
    if standing.state is AlertState.PENDING:
        return _while_pending(standing, look)
    return _while_firing(standing, look)


def hold_seconds(firings: int) -> float:
    """How long an alert that fired so often within `FLAP_SECONDS` has to stay clear to be resolved."""
    if firings < FLAPPING_FROM:
        return 0.0
    doublings = min(firings - FLAPPING_FROM, 10)
    return float(min(_FIRST_HOLD_SECONDS * 2**doublings, _LONGEST_HOLD_SECONDS))


def _begin(memory: AlertStatus | None, look: Evaluation) -> Step:
    firings = () if memory is None else _recent(memory.firings, look.now)
    if not look.is_true:
        return (memory if firings else None), ()
    pending = AlertStatus(state=AlertState.PENDING, since=look.now, seen_at=look.now, firings=firings)
    if look.for_seconds <= 0 and not look.is_held:
        return _fire(pending, look.now), (Event.FIRING,)
    return pending, (Event.PENDING,)


def _while_pending(standing: AlertStatus, look: Evaluation) -> Step:
    if look.is_true is None:
        return standing, ()
    if not look.is_true:
        return _memory(standing, look.now), (Event.CANCELLED,)
    if look.now - standing.seen_at > max(look.gap_seconds, look.for_seconds):
        anew, events = _begin(_memory(standing, look.now), look)
        return anew, (Event.CANCELLED, *events)
    since = min(standing.since, look.now)  # the clock may have been set back
    if look.now - since >= look.for_seconds and not look.is_held:
        return _fire(replace(standing, since=since), look.now), (Event.FIRING,)
    return replace(standing, since=since, seen_at=look.now), ()


def _while_firing(standing: AlertStatus, look: Evaluation) -> Step:
    if look.is_over is None:
        return standing, ()
    if look.is_true or not look.is_over:  # a `clear` may overlap its `when`
        return replace(standing, seen_at=look.now, clear_since=None), ()
    clear_since = look.now if standing.clear_since is None else min(standing.clear_since, look.now)
    firings = _recent(standing.firings, look.now)
    if look.now - clear_since >= hold_seconds(len(firings)):
        return _memory(standing, look.now), (Event.RESOLVED,)
    return replace(standing, seen_at=look.now, clear_since=clear_since), ()


def _fire(standing: AlertStatus, now: float) -> AlertStatus:
    firings = (*_recent(standing.firings, now), now)
    return replace(standing, state=AlertState.FIRING, seen_at=now, fired_at=now, firings=firings)


def _memory(standing: AlertStatus, now: float) -> AlertStatus | None:
    firings = _recent(standing.firings, now)
    if not firings:
        return None
    return AlertStatus(state=AlertState.RESOLVED, since=standing.since, seen_at=now, firings=firings)


def _recent(firings: tuple[float, ...], now: float) -> tuple[float, ...]:
    return tuple(time for time in firings if now - time < FLAP_SECONDS)
