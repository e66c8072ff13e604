"""The alert engine: a sink that evaluates every poll result and emits each change of an alert.

It works in memory alone. Whoever takes its changes stores them; after a restart `restore` takes up what was
stored, so that no `for` starts anew.
"""

import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial

from alerts.engine.blame import HostGroups
from alerts.engine.changes import About, AlertChange, AlertKey, ChangeKind, SeriesKey
from alerts.engine.facts import HostFacts
from alerts.engine.host_watch import HostWatch
from alerts.engine.ledger import Entry, Ledger
from alerts.engine.machine import MIN_GAP_SECONDS, Evaluation
from alerts.engine.prepared import PreparedRule, prepare_all
from alerts.engine.quota import REFIRES_A_DAY, AlertQuota
from alerts.engine.reachability import Reachability
from alerts.engine.rule_on_host import RuleReading
from alerts.expression.compiled import Scope
from alerts.rules.rule import Rule
from alerts.states import AlertState, Resolution
from inventory.host import HostSpec
from metrics.catalog import identity
from metrics.current.host_state import HostState
from metrics.current.state import CurrentState
from metrics.results import Outcome, PollResult

POLLER = ""
"""The host of alerts that are about the poller itself."""

GONE_SECONDS = 600.0
"""An alert about a thing ends when a host that answers has not brought the thing for so long."""

SILENT_SECONDS = 3600.0
"""The same where the host brings nothing at all of what the alert is about, and does not say why."""

_NO_FACTS: Mapping[str, str] = {}

log = logging.getLogger(__name__)


class AlertEngine:
    """Evaluates results as they come; used in the event loop's thread alone.

    `emit` is given every change, in order. `is_full`, `is_host_full`: whether no more changes, or none of a
    host, can be taken for now; results are then left out, and counted in `skipped`, which only makes alerts
    later. `current` is filled before this sink. `left_out`: how often an alert did not begin or fire since
    its host had too many; `cut`: results of which something was left out before. `refires_a_day`: how often
    alerts of one rule and host may fire again within a day as usual.
    """

    def __init__(
        self,
        emit: Callable[[AlertChange], None],
        *,
        current: CurrentState | None = None,
        is_full: Callable[[], bool] = lambda: False,
        is_host_full: Callable[[str], bool] = lambda host: False,
        refires_a_day: Callable[[], int] = lambda: REFIRES_A_DAY,
    ) -> None:
        self._current = CurrentState() if current is None else current
        self._is_full = is_full
        self._is_host_full = is_host_full
        self._ledger = Ledger(emit, AlertQuota(refires_a_day))
        self._groups = HostGroups()
        self._reachability = Reachability()
        self._rules: tuple[PreparedRule, ...] = ()
        self._by_name: dict[str, PreparedRule] = {}
        self._hosts: dict[str, HostSpec] = {}
        self._watches: dict[str, HostWatch] = {}
        self._poller_facts = HostFacts(_NO_FACTS)
        self._failed: dict[str, PollResult] = {}
        self.evaluated = 0
        self.skipped = 0
        self.left_out = 0
        self.cut = 0

    @property
    def rules(self) -> tuple[PreparedRule, ...]:
        """The rules that are evaluated."""
        return self._rules

    @property
    def watches(self) -> Mapping[str, HostWatch]:
        """Every host's watch, by name."""
        return self._watches

    def accept(self, result: PollResult) -> None:
        """Evaluate one result."""
        # None where the host was removed or paused while its poll was under way.
        watch = self._watches.get(result.host)
        if watch is None:
            return
        if self._is_full() or self._is_host_full(result.host):
            self.skipped += 1
            return
        self.evaluated += 1
        self.cut += bool(result.excess)
        # Before any rule: whether an alert has to wait is asked below with this result counted in.
        self._reachability.note(result)
        if result.outcome is not Outcome.OK:
            # for a jump host's alert, which speaks of the jump host's own failure though the poll of a host
            # behind it may be what makes it fire
            self._failed[result.host] = result
        elif self._failed:
            self._failed.pop(result.host, None)
        for finding in _one_each(watch.evaluate(result, self._ledger.of(result.host))):
            self._advance(finding, watch, result)
        is_ok = result.outcome is Outcome.OK
        # The most frequent case by far: a good poll of a host that counts for no alert changes nothing.
        is_quiet = is_ok and watch.is_quiet_when_ok and not watch.facts.reason
        if not is_quiet or self._groups.counts(result.host):
            for finding in watch.evaluate_host_rules():
                self._advance_host(finding, watch, result)

    def tick(self, now: float) -> None:
        """Do what is due by the clock: once a second; `now` in unix seconds."""
        if self._is_full():
            return
        self._reachability.tick(now)
        self._poller_facts.is_cut_off = self._reachability.is_cut_off
        for one in self._rules:
            if one.scope is Scope.POLLER:
                self._advance_poller(one, now)
        for key, entry in self._ledger.open_alerts():
            self._let_time_pass(key, entry, now)
        self._ledger.forget_old(now)

    def acknowledge(self, key: AlertKey, *, is_acknowledged: bool) -> None:
        """Note that somebody has acknowledged an alert, or no longer does."""
        self._ledger.acknowledge(key, is_acknowledged=is_acknowledged)

    def restore(self, key: AlertKey, entry: Entry) -> None:
        """Take up an alert from before a restart; before the first result, after `apply_rules` and hosts."""
        self._ledger.restore(key, entry)
        prepared_rule = self._by_name.get(key.rule)
        if entry.is_open and prepared_rule is not None and prepared_rule.scope is Scope.HOST:
            # They count until their own polls say otherwise: without members the next tick would end it.
            for member in entry.describe().members or (key.host,):
                self._groups.put(key.rule, member, key.host)

    def settle(self, now: float) -> None:
        """After everything was restored: end the alerts whose rule or host no longer exists.

        Those whose rule has another severity by now are told to whom that concerns.
        """
        for key, entry in self._ledger.open_alerts():
            resolution = self._resolution_of_lost(key)
            if resolution is not None:
                self._ledger.end(key, resolution, now)
            else:
                self._ledger.edit(key, entry, self._by_name[key.rule].rule, now)
        for host in self._groups.hosts() - self._watches.keys():
            self._take_out(host, Resolution.HOST_REMOVED, now)

    def apply_rules(self, rules: Sequence[Rule], now: float) -> None:
        """Evaluate these rules from now on.

        An alert of a rule that is gone or switched off ends; one of a rule that changed goes on unless it is
        no longer about its host or label set, but a pending one starts anew when what it waits for changed.
        """
        before = self._by_name
        self._rules = prepare_all(rules)
        for watch in self._watches.values():
            watch.use(self._rules)
        after = self._by_name = {prepared_rule.name: prepared_rule for prepared_rule in self._rules}
        for name, old in before.items():
            if name not in after or after[name].scope is not old.scope:
                self._groups.remove_rule(name)
        for key, entry in self._ledger.open_alerts():
            was, new = before.get(key.rule), after.get(key.rule)
            if was is None:
                continue
            if new is None:
                self._ledger.end(key, Resolution.RULE_REMOVED, now)
            elif was.rule != new.rule and not self._outlives(key, entry, was, new):
                self._ledger.end(key, Resolution.RULE_CHANGED, now)
            elif was.rule != new.rule:
                self._ledger.edit(key, entry, new.rule, now)

    def apply_hosts(self, hosts: Mapping[str, HostSpec], now: float) -> None:
        """Watch these hosts from now on; the alerts of those that are removed or paused end."""
        before, self._hosts = self._hosts, dict(hosts)
        self._reachability.apply_hosts(hosts)
        for name in before.keys() | hosts.keys():
            host = hosts.get(name)
            # The watch of a host that did not change stays, with all that it remembers.
            if host == before.get(name):
                continue
            if host is None or host.paused:
                self._watches.pop(name, None)
                self._failed.pop(name, None)
                self._take_out(name, Resolution.HOST_REMOVED if host is None else Resolution.HOST_PAUSED, now)
            else:
                self._watch(host, now)

    def _watch(self, host: HostSpec, now: float) -> None:
        old = self._watches.get(host.name)
        state = self._current.last_known(host.name)
        # A host that was changed keeps its counts of failures and its windows: an edit of its tags must
        # neither make it fine nor empty the windows. A new host takes over what the current state knows.
        if old is not None:
            facts = HostFacts(host.tags, ok_time=old.facts.ok_time, failures=old.facts.failures)
        elif state is not None:
            facts = HostFacts(host.tags, ok_time=state.ok_time, failures=state.failures)
        else:
            facts = HostFacts(host.tags)
        windows = None if old is None else old.windows
        watch = self._watches[host.name] = HostWatch(host, self._rules, facts=facts, windows=windows)
        if old is None:
            return
        rule_names = {prepared_rule.name for prepared_rule in watch.rules}
        for (rule, labels), _ in list(self._ledger.of(host.name).items()):
            if rule not in rule_names and rule in self._by_name:
                self._ledger.end(AlertKey(rule, host.name, labels), Resolution.RULE_CHANGED, now)

    def _take_out(self, name: str, resolution: Resolution, now: float) -> None:
        # Alerts of jump hosts that it counted for end with their last member.
        for key in self._groups.remove(name):
            if key.host != name and not self._groups.has_members(key.rule, key.host):
                self._ledger.end(key, resolution, now)
        # Its own ends, unless hosts behind it still count for it: they cannot be reached as before.
        for rule, labels in list(self._ledger.of(name)):
            if not self._groups.has_members(rule, name):
                self._ledger.end(AlertKey(rule, name, labels), resolution, now)

    def _outlives(self, key: AlertKey, entry: Entry, old: PreparedRule, new: PreparedRule) -> bool:
        if old.scope is not new.scope:
            return False
        if entry.status.state is AlertState.PENDING and old.rule.when != new.rule.when:
            return False
        host = self._hosts.get(key.host)
        if host is not None and not new.is_for(host):
            return False
        is_same_series = old.when.measurements == new.when.measurements
        labels = entry.describe().labels or key.labels
        return new.scope is not Scope.SERIES or (is_same_series and new.filter.matches(labels))

    def _resolution_of_lost(self, key: AlertKey) -> Resolution | None:
        """Why no result can end an alert from before a restart any more; None where one can."""
        prepared_rule = self._by_name.get(key.rule)
        if prepared_rule is None:
            return Resolution.RULE_REMOVED
        if prepared_rule.scope is Scope.POLLER or self._groups.has_members(key.rule, key.host):
            return None
        host = self._hosts.get(key.host)
        if host is None:
            return Resolution.HOST_REMOVED
        if host.paused:
            return Resolution.HOST_PAUSED
        return None if prepared_rule.is_for(host) else Resolution.RULE_CHANGED

    def _advance(self, finding: RuleReading, watch: HostWatch, result: PollResult) -> None:
        key = AlertKey(finding.prepared_rule.name, result.host, identity(finding.labels))
        evaluation = self._evaluation_of(finding, key, result.time)
        excess = self._ledger.advance(
            key, finding.prepared_rule.rule, evaluation, partial(self._about, finding, watch)
        )
        if finding.is_reported:
            self._ledger.note_reported(key, result.time)
        if excess:
            self.left_out += 1
            watch.facts.note_excess(excess, result.time)

    def _advance_host(self, finding: RuleReading, watch: HostWatch, result: PollResult) -> None:
        """Evaluate the alert that a host counts for: its own, or that of the jump host to blame."""
        rule, host = finding.prepared_rule.name, result.host
        # Unknown proves nothing: the host goes on counting for what it counted for.
        if finding.is_true is None:
            return
        subject = self._subject(rule, result, finding)
        for affected in self._groups.put(rule, host, subject):
            key = AlertKey(rule, affected, ())
            # The alert is true as long as any host counts for it, whatever this one's poll says.
            is_true = self._groups.has_members(rule, affected)
            group_finding = finding._replace(is_true=is_true, is_over=not is_true)
            is_held = is_true and self._reachability.holds(host, result.time)
            evaluation = self._evaluation_of(group_finding, key, result.time, is_held=is_held)
            describe = partial(self._about_host, group_finding, watch, affected, result)
            self._ledger.advance(key, finding.prepared_rule.rule, evaluation, describe)

    def _subject(self, rule: str, result: PollResult, finding: RuleReading) -> str | None:
        """The host whose alert this host counts for now, None where it counts for none."""
        current = self._groups.subject(rule, result.host)
        if not finding.is_true:
            # neither true nor over: a rule with a `clear` of its own, which is not reached yet
            return current if current is not None and finding.is_over is False else None
        blamed = result.jump or result.host
        if current == result.host and blamed != current:
            entry = self._ledger.entry(AlertKey(rule, current, ()))
            if entry is not None and entry.status.state is AlertState.FIRING:
                return current  # people have been told of this host: its alert stays its own to the end
        return blamed

    def _let_time_pass(self, key: AlertKey, entry: Entry, now: float) -> None:
        """Do what time alone makes due for an open alert."""
        prepared_rule = self._by_name.get(key.rule)
        if prepared_rule is not None and prepared_rule.scope is Scope.HOST:
            if not self._groups.has_members(key.rule, key.host):
                # No host counts for it, so that no result will evaluate it: it is open only because it has to
                # stay clear for a while, or waits to be acknowledged.
                finding = RuleReading(prepared_rule, (), is_true=False, is_over=True)
                self._ledger.advance(
                    key, prepared_rule.rule, self._evaluation_of(finding, key, now), entry.describe
                )
                return
        elif self._is_gone(key, entry):
            self._ledger.end(key, Resolution.GONE, now)
            return
        if entry.status.state is AlertState.FIRING:
            self._remind(key, entry, now)

    def _advance_poller(self, prepared_rule: PreparedRule, now: float) -> None:
        facts = self._poller_facts
        is_true = prepared_rule.when.check((), (), facts)
        finding = RuleReading(prepared_rule, (), is_true, not is_true, (), (), facts)
        key = AlertKey(prepared_rule.name, POLLER, ())
        evaluation = self._evaluation_of(finding, key, now)
        self._ledger.advance(key, prepared_rule.rule, evaluation, partial(self._about_poller, finding))

    def _evaluation_of(
        self, finding: RuleReading, key: AlertKey, now: float, *, is_held: bool = False
    ) -> Evaluation:
        is_over = finding.is_over
        if finding.prepared_rule.never_clears and finding.is_true is not None:
            # `clear: never` has an end as well: once somebody has acknowledged it and its cause is gone.
            entry = self._ledger.entry(key)
            is_over = not finding.is_true and entry is not None and entry.status.is_acknowledged
        return Evaluation(
            now=now,
            is_true=finding.is_true,
            is_over=is_over,
            for_seconds=finding.prepared_rule.rule.for_seconds,
            is_held=is_held,
            gap_seconds=self._gap_seconds(key.host),
        )

    def _gap_seconds(self, host: str) -> float:
        watch = self._watches.get(host)
        return MIN_GAP_SECONDS if watch is None else watch.gap_seconds

    def _about(self, finding: RuleReading, watch: HostWatch) -> About:
        state = self._current.last_known(watch.host.name)
        return About(
            labels=finding.labels,
            tags=dict(watch.host.tags),
            readings=finding.readings(),
            top=None if state is None else state.top,
        )

    def _about_host(self, finding: RuleReading, watch: HostWatch, subject: str, result: PollResult) -> About:
        members = self._groups.members(finding.prepared_rule.name, subject) - {subject}
        is_own = subject == result.host or result.outcome is Outcome.OK
        own = result if is_own else self._failed.get(subject, result)
        spec = self._hosts.get(subject)
        reason = own.outcome if own.outcome is not Outcome.OK else None
        return About(
            tags={} if spec is None else dict(spec.tags),
            reason=None if reason is None else reason.value,
            detail=own.detail or (watch.facts.excess if subject == result.host else ""),
            readings=finding.readings(),
            members=tuple(sorted(members)),
        )

    def _about_poller(self, finding: RuleReading) -> About:
        return About(readings=finding.readings(), members=self._reachability.unreachable())

    def _remind(self, key: AlertKey, entry: Entry, now: float) -> None:
        rule, status = entry.rule, entry.status
        entry.keep_time(now)
        # Clear since a while, it is open only because it flaps: nobody is to be reminded of what is over.
        if rule is None or status.is_acknowledged or status.clear_since is not None:
            return
        escalate = None if entry.is_escalated else rule.escalate
        if escalate is not None and now - entry.begun_at >= escalate.after_seconds:
            self._ledger.remind(key, entry, ChangeKind.ESCALATION, now)
        if rule.repeat_seconds is None or self._is_out_of_sight(key):
            return
        if now - entry.notified_at >= rule.repeat_seconds:
            self._ledger.remind(key, entry, ChangeKind.REPEAT, now)

    def _is_out_of_sight(self, key: AlertKey) -> bool:
        """Whether nobody can say if an alert on metrics still holds, since its host is down."""
        watch, prepared_rule = self._watches.get(key.host), self._by_name.get(key.rule)
        if watch is None or prepared_rule is None or prepared_rule.scope is not Scope.SERIES:
            return False
        return watch.facts.state == HostState.DOWN and not prepared_rule.when.uses_host

    def _is_gone(self, key: AlertKey, entry: Entry) -> bool:
        """Whether the host answers, but has not brought this thing for long: say, a disk was unmounted."""
        watch = self._watches.get(key.host)
        prepared_rule = self._by_name.get(key.rule)
        if watch is None or prepared_rule is None or prepared_rule.scope is not Scope.SERIES:
            return False
        absence = watch.presence.absence(prepared_rule.when.measurements, key.labels, since=entry.reported_at)
        if absence.is_unknown:
            return False
        patience = max(GONE_SECONDS if absence.is_partial else SILENT_SECONDS, 2 * watch.gap_seconds)
        return absence.seconds > patience


def _one_each(findings: Sequence[RuleReading]) -> Iterable[RuleReading]:
    """One finding of each thing: where a host brings a thing twice, the worse counts."""
    if len(findings) < 2:
        return findings
    by_key: dict[SeriesKey, RuleReading] = {}
    for finding in findings:
        key = (finding.prepared_rule.name, identity(finding.labels))
        if finding.is_true or key not in by_key:
            by_key[key] = finding
    return by_key.values()
