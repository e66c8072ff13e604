"""The states of one alert: a pure function from a status and an evaluation to the next status and events.

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
    `FLAP_SECONDS`. A resolved status is only the memory of these.
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


def step(status: AlertStatus | None, evaluation: Evaluation) -> Step:
    """The next status (None when there is nothing to remember) and what happened."""
    if status is None or status.state is AlertState.RESOLVED:
        return _begin(status, evaluation)
    if status.state is AlertState.PENDING:
        return _while_pending(status, evaluation)
    return _while_firing(status, evaluation)


def hold_seconds(firings: int) -> float:
    """How long an alert that fired so often within `FLAP_SECONDS` has to stay clear to be resolved."""
    if firings < FLAPPING_FROM:
        return 0.0
    # Bounded before it is a power, which after a thousand firings no double would hold.
    doublings = min(firings - FLAPPING_FROM, 10)
    return float(min(_FIRST_HOLD_SECONDS * 2**doublings, _LONGEST_HOLD_SECONDS))


def _begin(memory: AlertStatus | None, evaluation: Evaluation) -> Step:
    firings = () if memory is None else _recent(memory.firings, evaluation.now)
    if not evaluation.is_true:
        # what has fired lately is remembered though it is over: only so can flapping be counted
        return (memory if firings else None), ()
    status = AlertStatus(
        state=AlertState.PENDING, since=evaluation.now, seen_at=evaluation.now, firings=firings
    )
    if evaluation.for_seconds <= 0 and not evaluation.is_held:
        return _fire(status, evaluation.now), (Event.FIRING,)
    return status, (Event.PENDING,)


def _while_pending(status: AlertStatus, evaluation: Evaluation) -> Step:
    if evaluation.is_true is None:
        # No data proves nothing. `seen_at` stays as it is, so that a long lack of data restarts the clock.
        return status, ()
    if not evaluation.is_true:
        return _memory(status, evaluation.now), (Event.CANCELLED,)
    if evaluation.now - status.seen_at > max(evaluation.gap_seconds, evaluation.for_seconds):
        # Nobody knows whether the condition held in between: `for` promises that it held all the time.
        anew, events = _begin(_memory(status, evaluation.now), evaluation)
        return anew, (Event.CANCELLED, *events)
    since = min(status.since, evaluation.now)  # the clock may have been set back
    if evaluation.now - since >= evaluation.for_seconds and not evaluation.is_held:
        return _fire(replace(status, since=since), evaluation.now), (Event.FIRING,)
    return replace(status, since=since, seen_at=evaluation.now), ()


def _while_firing(status: AlertStatus, evaluation: Evaluation) -> Step:
    if evaluation.is_over is None:
        # An alert never ends for lack of data: a host that dies with a full disk still has a full disk.
        return status, ()
    if evaluation.is_true or not evaluation.is_over:  # a `clear` may overlap its `when`
        return replace(status, seen_at=evaluation.now, clear_since=None), ()
    clear_since = evaluation.now if status.clear_since is None else min(status.clear_since, evaluation.now)
    firings = _recent(status.firings, evaluation.now)
    # The more often it fired, the longer it has to stay clear: messages of a flapping alert grow rare.
    if evaluation.now - clear_since >= hold_seconds(len(firings)):
        return _memory(status, evaluation.now), (Event.RESOLVED,)
    return replace(status, seen_at=evaluation.now, clear_since=clear_since), ()


def _fire(status: AlertStatus, now: float) -> AlertStatus:
    firings = (*_recent(status.firings, now), now)
    return replace(status, state=AlertState.FIRING, seen_at=now, fired_at=now, firings=firings)


def _memory(status: AlertStatus, now: float) -> AlertStatus | None:
    firings = _recent(status.firings, now)
    if not firings:
        return None
    # An acknowledgement ends with the alert: whoever took this one has not seen the next.
    return AlertStatus(state=AlertState.RESOLVED, since=status.since, seen_at=now, firings=firings)


def _recent(firings: tuple[float, ...], now: float) -> tuple[float, ...]:
    return tuple(time for time in firings if now - time < FLAP_SECONDS)
