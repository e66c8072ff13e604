"""The status of every alert; each step that makes a difference is handed on as a change."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from alerts.engine.changes import About, AlertChange, AlertKey, ChangeKind, Describe, SeriesKey
from alerts.engine.machine import FLAP_SECONDS, AlertStatus, Evaluation, Event, Step, step
from alerts.engine.quota import DAMPED_SECONDS, FIRED_EXCEEDED, OPEN_EXCEEDED, AlertQuota
from alerts.rules.rule import Rule
from alerts.severity import Severity
from alerts.states import AlertState, Resolution


@dataclass(slots=True)
class Entry:
    """One alert and its status; `describe` gives the details as of its last evaluation.

    `notified_at`: unix seconds of the last firing or repeat notice. `is_escalated`: the escalation was sent.
    `begun_at`: from when an escalation counts. `reported_at`: when the host last brought what it is about.
    """

    status: AlertStatus
    # None where an alert from before a restart has lost its rule.
    rule: Rule | None
    describe: Describe
    notified_at: float = 0.0
    is_escalated: bool = False
    begun_at: float = 0.0
    reported_at: float = 0.0

    def keep_time(self, now: float) -> None:
        """Count from `now` what seems to lie ahead: the clock was set back, or the host's own is ahead."""
        self.notified_at = min(self.notified_at, now)
        self.begun_at = min(self.begun_at, now)

    @property
    def is_open(self) -> bool:
        """Whether the alert is pending or firing, rather than only remembered."""
        return self.status.state is not AlertState.RESOLVED


class Ledger:
    """The entries of all alerts by host; used in the event loop's thread alone.

    By host first, since every poll asks for the entries of one host; most hosts have none, and then share an
    empty mapping.
    """

    def __init__(self, emit: Callable[[AlertChange], None], quota: AlertQuota | None = None) -> None:
        self._emit = emit
        self._hosts: dict[str, dict[SeriesKey, Entry]] = {}
        self._none: dict[SeriesKey, Entry] = {}
        self._quota = AlertQuota() if quota is None else quota

    def of(self, host: str) -> dict[SeriesKey, Entry]:
        """A host's entries: to be read, not changed."""
        return self._hosts.get(host, self._none)

    def entry(self, key: AlertKey) -> Entry | None:
        """One alert's entry."""
        return self.of(key.host).get((key.rule, key.labels))

    def open_alerts(self) -> Iterator[tuple[AlertKey, Entry]]:
        """Every alert that is pending or firing; alerts may end while this is iterated over."""
        for host, entries in list(self._hosts.items()):
            for (rule, labels), entry in list(entries.items()):
                if entry.is_open:
                    yield AlertKey(rule, host, labels), entry

    def restore(self, key: AlertKey, entry: Entry) -> None:
        """Take over an entry from the database."""
        self._put(key, entry)
        if entry.is_open:
            self._quota.note_begun(key)

    def advance(self, key: AlertKey, rule: Rule, evaluation: Evaluation, describe: Describe) -> str:
        """Take one alert a step further, and hand on what happened.

        Gives "", or what keeps the alert from beginning or firing: its host has too many.
        """
        entry = self.entry(key)
        before = None if entry is None else entry.status
        # `describe` is called only for a change that is handed on: at most polls nobody needs the details.
        (after, events), excess = self._step(key, before, evaluation, rule)
        if excess == OPEN_EXCEEDED:
            return excess
        if after is None:
            self._forget(key)
        elif entry is None:
            entry = Entry(after, rule, describe)
            self._put(key, entry)
        else:
            entry.status, entry.rule, entry.describe = after, rule, describe
        if Event.FIRING in events:
            self._quota.note_fired(key, evaluation.now)
        for event in events:
            self._tell(event, key, rule, evaluation.now, status=after, before=before, describe=describe)
        if Event.FIRING in events and entry is not None:
            # Each firing is told from the beginning: repeats count from it, and it may be escalated again.
            entry.notified_at = entry.begun_at = evaluation.now
            entry.is_escalated = False
        return excess

    def note_reported(self, key: AlertKey, time: float) -> None:
        """Note that a host brought what an alert is about, be it enough to tell whether it is over or not."""
        entry = self.entry(key)
        if entry is not None:
            entry.reported_at = time

    def end(self, key: AlertKey, resolution: Resolution, now: float) -> None:
        """End an alert for another reason than its condition; its firings are forgotten too."""
        entry = self.entry(key)
        if entry is None:
            return
        self._forget(key)
        if not entry.is_open:
            return
        self._quota.note_ended(key)
        is_firing = entry.status.state is AlertState.FIRING
        kind = ChangeKind.RESOLVED if is_firing else ChangeKind.CANCELLED
        change = _change(kind, key, entry.rule, now, entry.status, entry.describe)
        if resolution is Resolution.GONE:
            # The last figures say nothing of how the thing is now.
            change = replace(change, about=replace(change.about, readings=(), top=None))
        self._emit(replace(change, resolution=resolution))

    def acknowledge(self, key: AlertKey, *, is_acknowledged: bool) -> None:
        """Note whether somebody has acknowledged an alert."""
        entry = self.entry(key)
        if entry is not None and entry.is_open:
            # No change is handed on: the database, where this comes from, has it already.
            entry.status = replace(entry.status, is_acknowledged=is_acknowledged)

    def remind(self, key: AlertKey, entry: Entry, kind: ChangeKind, now: float) -> None:
        """Send a firing alert once more, as a repetition or as an escalation."""
        if kind is ChangeKind.REPEAT:
            entry.notified_at = now
        else:
            # `notified_at` stays: an escalation goes to the channels that it names, and puts off no repeat.
            entry.is_escalated = True
        self._emit(_change(kind, key, entry.rule, now, entry.status, entry.describe))

    def edit(self, key: AlertKey, entry: Entry, rule: Rule, now: float) -> None:
        """Go by an edited rule; a firing alert is told to those whom it concerns only now."""
        before, entry.rule = entry.rule, rule
        is_firing = entry.status.state is AlertState.FIRING
        if is_firing and before is not None and _audience(before) != _audience(rule):
            self._emit(_change(ChangeKind.RULE_EDITED, key, rule, now, entry.status, entry.describe))

    def forget_old(self, now: float) -> None:
        """Forget ended alerts whose last firing no longer counts towards flapping."""
        self._quota.forget_old(now)
        for host, entries in list(self._hosts.items()):
            for series, entry in list(entries.items()):
                # There is a last firing: an ended alert without any is not kept at all (machine.py).
                if not entry.is_open and now - entry.status.firings[-1] >= FLAP_SECONDS:
                    self._forget(AlertKey(series[0], host, series[1]))

    def _step(
        self, key: AlertKey, before: AlertStatus | None, evaluation: Evaluation, rule: Rule
    ) -> tuple[Step, str]:
        """The machine's step within the host's quota, and what of that is exceeded."""
        excess = ""
        after, events = step(before, evaluation)
        if Event.FIRING in events and after is not None and self._is_damped(key, after, evaluation, rule):
            after, events = step(before, replace(evaluation, is_held=True))
        if Event.FIRING in events and not self._quota.may_fire(key, evaluation.now):
            after, events = step(before, replace(evaluation, is_held=True))
            excess = FIRED_EXCEEDED
        was_open, is_open = _is_open(before), _is_open(after)
        if is_open and not was_open:
            if not self._quota.may_begin(key):
                return (before, ()), OPEN_EXCEEDED
            self._quota.note_begun(key)
        elif was_open and not is_open:
            self._quota.note_ended(key)
        return (after, events), excess

    def _is_damped(self, key: AlertKey, after: AlertStatus, evaluation: Evaluation, rule: Rule) -> bool:
        patience = evaluation.for_seconds + DAMPED_SECONDS[rule.severity]
        return evaluation.now - after.since < patience and self._quota.is_damped(key, evaluation.now)

    def _put(self, key: AlertKey, entry: Entry) -> None:
        self._hosts.setdefault(key.host, {})[key.rule, key.labels] = entry

    def _forget(self, key: AlertKey) -> None:
        entries = self._hosts.get(key.host)
        if entries is not None:
            entries.pop((key.rule, key.labels), None)
            if not entries:
                del self._hosts[key.host]

    def _tell(
        self,
        event: Event,
        key: AlertKey,
        rule: Rule,
        now: float,
        *,
        status: AlertStatus | None,
        before: AlertStatus | None,
        describe: Describe,
    ) -> None:
        is_end = event in (Event.CANCELLED, Event.RESOLVED)
        # The new status of an alert that ended no longer says since when it was true: the one before does.
        about = before if is_end else status
        assert about is not None
        change = _change(ChangeKind(event.value), key, rule, now, about, describe)
        if event is Event.RESOLVED:
            change = replace(change, resolution=Resolution.CLEARED)
        damped_until = self._quota.damped_until(key, now) if event is Event.FIRING else None
        if damped_until is not None:
            change = replace(change, damped_until=damped_until)
        self._emit(change)


def _audience(rule: Rule) -> tuple[Severity, tuple[str, ...] | None]:
    """What decides on whom an alert concerns."""
    return rule.severity, rule.channels


def _is_open(status: AlertStatus | None) -> bool:
    return status is not None and status.state is not AlertState.RESOLVED


def _change(
    kind: ChangeKind, key: AlertKey, rule: Rule | None, now: float, status: AlertStatus, describe: Describe
) -> AlertChange:
    # A pending alert that ends is deleted, and nobody is told of it: its details are not worth making.
    about = About() if kind is ChangeKind.CANCELLED else describe()
    return AlertChange(
        kind=kind,
        key=key,
        rule=rule,
        time=now,
        since=status.since,
        fired_at=status.fired_at,
        about=about,
        is_flapping=status.is_flapping,
    )
