"""One host under its rules: evaluates their conditions on each poll result."""

from collections.abc import Container, Iterator, Sequence
from itertools import chain, product

from alerts.engine.changes import SeriesKey
from alerts.engine.facts import HostFacts
from alerts.engine.host_windows import HostWindows
from alerts.engine.machine import MIN_GAP_SECONDS
from alerts.engine.prepared import Fields, PreparedRule
from alerts.engine.presence import Presence
from alerts.engine.rule_on_host import BoundRule, RuleReading, SeriesRules, series_rules
from alerts.expression.compiled import Scope
from inventory.host import HostSpec
from metrics.catalog import LABELS
from metrics.current.host_state import HostState
from metrics.results import Labels, Number, Outcome, Point, PollResult

MAX_COMBINATIONS = 1_000
"""Label sets that one rule is evaluated for at most, where it combines those of several measurements."""

_MANY_LABEL_SETS = 4_096
"""So many remembered label sets of a measurement, and all are forgotten.

Containers and mounts come and go with new labels: without a bound a host would fill memory over months. What
is forgotten is bound again at its next sample; functions over time have their windows elsewhere.
"""

_GAP_RUNS = 3.0
"""A host that has been silent for so many intervals may have been fine in between."""

_KEPT_RUNS = 3.0
_KEPT_AT_LEAST_SECONDS = 30.0

_Entries = dict[str, Number]
_NOTHING: _Entries = {}


class HostWatch:
    """Evaluates rules on one host's results, which come in the order of their times.

    `facts` are as of the last result. A condition over several measurements takes the last values of those
    that did not come this time, as long as they are no older than three runs of their collector.
    `gap_seconds`: after a longer silence of the host the clock of `for` starts anew. `presence`:
    what it brings while alerts are open. `is_quiet_when_ok`: a good poll makes no rule on the host itself
    true.
    """

    def __init__(
        self,
        host: HostSpec,
        rules: Sequence[PreparedRule],
        *,
        facts: HostFacts | None = None,
        windows: HostWindows | None = None,
    ) -> None:
        self.host = host
        self.facts = HostFacts(host.tags) if facts is None else facts
        self.windows = HostWindows(host) if windows is None else windows
        slowest = max(host.interval, *(every or 0.0 for every in host.collectors.values()))
        self.gap_seconds = max(MIN_GAP_SECONDS, _GAP_RUNS * slowest)
        self.presence = Presence(host, gap_seconds=self.gap_seconds)
        self.use(rules)

    def use(self, rules: Sequence[PreparedRule]) -> None:
        """Evaluate these rules from now on, as far as they select this host."""
        self.rules = tuple(rule for rule in rules if rule.is_for(self.host))
        series = [rule for rule in self.rules if rule.scope is Scope.SERIES]
        self._host_rules = tuple(one for one in self.rules if one.scope is Scope.HOST)
        self.is_quiet_when_ok = self._is_quiet_when_ok()
        # Nearly every rule is over one measurement: sorted by it here, so that a poll looks at each of its
        # points once and only at the rules on it. Bound rules are made anew with each change of the rules,
        # their windows, which hold the past, stay in `self.windows`.
        self._single: dict[str, list[PreparedRule]] = {}
        for rule in series:
            if len(rule.when.measurements) == 1:
                self._single.setdefault(rule.when.measurements[0], []).append(rule)
        self._matching: dict[str, dict[Labels, SeriesRules]] = {one: {} for one in self._single}
        self._joint = tuple(one for one in series if len(one.when.measurements) > 1)
        self._joint_measurements = frozenset(name for one in self._joint for name in one.when.measurements)
        self._bound: dict[SeriesKey, BoundRule] = {}
        self._matches_by_series: dict[SeriesKey, bool] = {}
        self._last_points: dict[str, tuple[float, list[Point]]] = {}
        self._kept_seconds = {name: self._seconds_to_keep(name) for name in self._joint_measurements}
        self._hears_failures = any(one.when.uses_host for one in series)

    def evaluate(self, result: PollResult, open_alerts: Container[SeriesKey]) -> list[RuleReading]:
        """The rules on metrics that are true, or have an alert open, for a label set of this result."""
        facts, now = self.facts, result.time
        facts.update(result, self.host)
        findings: list[RuleReading] = []
        matching = self._matching
        for point in result.points:
            by_labels = matching.get(point.measurement)
            if by_labels is None:
                continue
            rules = by_labels.get(point.labels)
            if rules is None:
                rules = self._match(point, by_labels)
            fields = (point.fields,)
            # This is the hot loop, run for every rule on every point of every poll. Nearly all checks are
            # false with no alert open, and then cost one call and one look-up.
            for check, bound in rules.plain:
                if check(fields, (), facts) or bound.key in open_alerts:
                    self._judge(bound, fields, open_alerts, findings, now)
            # These have windows, which need every sample, whatever the condition says.
            for bound in rules.remembering:
                self._judge(bound, fields, open_alerts, findings, now)
        if self._joint:
            self._evaluate_jointly(result, open_alerts, findings)
        if self._hears_failures and result.outcome is not Outcome.OK:
            self._evaluate_without_data(open_alerts, findings)
        if open_alerts:
            self.presence.note(result)
        return findings

    def evaluate_host_rules(self) -> Iterator[RuleReading]:
        """What each rule on the host itself says as of the last result."""
        for rule in self._host_rules:
            is_true = rule.when.check((), (), self.facts)
            if rule.clear is not None:
                is_over = rule.clear.check((), (), self.facts)
            else:
                is_over = None if is_true is None else not is_true
            yield RuleReading(rule, (), is_true, is_over, (), (), self.facts)

    def _is_quiet_when_ok(self) -> bool:
        """Whether no rule on the host can be true after a good poll, which then need not be evaluated."""
        facts = HostFacts(self.host.tags)
        # One trial speaks for every good poll: after each the host's state, reason and silence are these.
        facts.state = HostState.OK
        return all(rule.when.check((), (), facts) is False for rule in self._host_rules)

    def _match(self, point: Point, by_labels: dict[Labels, SeriesRules]) -> SeriesRules:
        """The rules on this point's measurement whose labels match it; remembered."""
        if len(by_labels) >= _MANY_LABEL_SETS:
            by_labels.clear()
        rules = by_labels[point.labels] = series_rules(
            BoundRule(rule, point.labels, self.windows)
            for rule in self._single[point.measurement]
            if rule.filter.matches(point.labels)
        )
        return rules

    def _judge(
        self,
        bound: BoundRule,
        fields: Fields,
        open_alerts: Container[SeriesKey],
        findings: list[RuleReading],
        now: float,
    ) -> None:
        finding = bound.judge(fields, self.facts, now, is_open=bound.key in open_alerts)
        if finding is not None:
            findings.append(finding)

    def _evaluate_jointly(
        self, result: PollResult, open_alerts: Container[SeriesKey], findings: list[RuleReading]
    ) -> None:
        new_points: dict[str, list[Point]] = {}
        for point in result.points:
            if point.measurement in self._joint_measurements:
                new_points.setdefault(point.measurement, []).append(point)
        for measurement, points in new_points.items():
            self._last_points[measurement] = (result.time, points)
        # A rule is evaluated when any of its measurements came; the others count with their last values, for
        # collectors have intervals of their own and do not come together.
        for rule in self._joint:
            if not new_points.keys().isdisjoint(rule.when.measurements):
                for labels, fields in self._combinations(rule, result.time):
                    bound = self._bind(rule, labels)
                    self._judge(bound, fields, open_alerts, findings, result.time)

    def _bind(self, rule: PreparedRule, labels: Labels) -> BoundRule:
        key = (rule.name, labels)
        bound = self._bound.get(key)
        if bound is None:
            if len(self._bound) >= _MANY_LABEL_SETS:
                self._bound.clear()
            bound = self._bound[key] = BoundRule(rule, labels, self.windows)
        return bound

    def _combinations(self, rule: PreparedRule, now: float) -> Iterator[tuple[Labels, Fields]]:
        """Each combination of the measurements' label sets; none while one that has labels is missing."""
        choices = [self._choices(measurement, rule, now) for measurement in rule.when.measurements]
        if not rule.has_labels:
            yield (), tuple([fields for ((_, fields),) in choices])
            return
        for count, combination in enumerate(product(*choices)):
            if count >= MAX_COMBINATIONS:
                return
            labels = tuple(sorted(pair for point_labels, _ in combination for pair in point_labels))
            yield labels, tuple(fields for _, fields in combination)

    def _choices(self, measurement: str, rule: PreparedRule, now: float) -> list[tuple[Labels, _Entries]]:
        time, points = self._last_points.get(measurement, (0.0, []))
        if now - time > self._kept_seconds[measurement]:
            points = []
        if not LABELS[measurement]:
            # Missing, it is unknown and not absent: the rest of the condition may decide without it.
            return [((), points[0].fields if points else _NOTHING)]
        return [(point.labels, point.fields) for point in points if self._is_meant(rule, point.labels)]

    def _is_meant(self, rule: PreparedRule, labels: Labels) -> bool:
        """Whether a rule over several measurements is about this label set; remembered."""
        key = (rule.name, labels)
        is_meant = self._matches_by_series.get(key)
        if is_meant is None:
            if len(self._matches_by_series) >= _MANY_LABEL_SETS:
                self._matches_by_series.clear()
            is_meant = self._matches_by_series[key] = rule.filter.matches(labels)
        return is_meant

    def _seconds_to_keep(self, measurement: str) -> float:
        every = max(self.host.interval, self.host.collectors.get(measurement) or 0.0)
        return max(_KEPT_RUNS * every, _KEPT_AT_LEAST_SECONDS)

    def _evaluate_without_data(self, open_alerts: Container[SeriesKey], findings: list[RuleReading]) -> None:
        """Evaluate rules that mix metrics with `host.state` or `nodata`: a failed poll can make them true."""
        # Rules that ask for the host are never among the plain ones, which need nothing but their point.
        single = (rules.remembering for by_labels in self._matching.values() for rules in by_labels.values())
        for bound in (*chain.from_iterable(single), *self._bound.values()):
            if bound.prepared_rule.when.uses_host:
                finding = bound.judge_without_data(self.facts, is_open=bound.key in open_alerts)
                if finding is not None:
                    findings.append(finding)
