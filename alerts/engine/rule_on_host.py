"""A rule bound to one label set of one host: everything that evaluating it needs, looked up once."""

from collections.abc import Callable, Iterable
from typing import NamedTuple

from alerts.engine.changes import SeriesKey
from alerts.engine.facts import HostFacts
from alerts.engine.host_windows import HostWindows
from alerts.engine.prepared import Fields, PreparedRule
from alerts.engine.windows import Add, Read
from alerts.expression.compiled import Compiled
from alerts.notice import Reading
from metrics.catalog import LABELS, identity
from metrics.results import Labels, Number

_NOTHING: dict[str, Number] = {}

Check = Callable[[Fields, tuple[()], HostFacts], bool | None]

Values = tuple[float | None, ...]


class RuleReading(NamedTuple):
    """The result of one rule for one label set; None for what is not known.

    `is_over`: whether an open alert has reached its end. The rest is what `readings` needs.
    """

    prepared_rule: PreparedRule
    labels: Labels
    is_true: bool | None
    is_over: bool | None
    fields: Fields = ()
    values: Values = ()
    facts: HostFacts | None = None

    @property
    def is_reported(self) -> bool:
        """Whether the host brought any of the rule's metrics for the label set."""
        when = self.prepared_rule.when
        places = (metric.partition(".") for metric in when.metrics)
        return bool(self.fields) and any(
            field in self.fields[when.measurements.index(measurement)] for measurement, _, field in places
        )

    def readings(self) -> tuple[Reading, ...]:
        """The values and thresholds of every comparison; made only when a change is emitted."""
        if self.facts is None:
            return ()
        return self.prepared_rule.when.readings(self.fields, self.values, self.facts, dict(self.labels))


class _Feed(NamedTuple):
    """Where a window's samples are, and what takes them."""

    measurement: int
    field: str
    add: Add


class BoundRule:
    """Evaluates one rule for one label set."""

    __slots__ = ("_clear_reads", "_feeds", "_when_reads", "key", "labels", "prepared_rule")

    def __init__(self, prepared_rule: PreparedRule, labels: Labels, windows: HostWindows) -> None:
        self.prepared_rule = prepared_rule
        self.labels = labels
        self.key: SeriesKey = (prepared_rule.name, identity(labels))
        feeds: dict[int, _Feed] = {}
        self._when_reads = _reads(prepared_rule.when, prepared_rule, labels, windows=windows, feeds=feeds)
        clear = prepared_rule.clear
        self._clear_reads = (
            () if clear is None else _reads(clear, prepared_rule, labels, windows=windows, feeds=feeds)
        )
        self._feeds = tuple(feeds.values())

    def judge(self, fields: Fields, facts: HostFacts, now: float, *, is_open: bool) -> RuleReading | None:
        """The rule's result at `now` (unix seconds); None where it is not true and no alert is open."""
        for measurement, field, add in self._feeds:
            sample = fields[measurement].get(field)
            if sample is not None:
                add(now, sample)
        return self._reading(fields, tuple([reader() for reader in self._when_reads]), facts, is_open=is_open)

    def judge_without_data(self, facts: HostFacts, *, is_open: bool) -> RuleReading | None:
        """The result for a poll that failed: no metric has a value, and earlier ones no longer count."""
        fields = (_NOTHING,) * len(self.prepared_rule.when.measurements)
        return self._reading(fields, (None,) * len(self._when_reads), facts, is_open=is_open)

    def _reading(
        self, fields: Fields, values: Values, facts: HostFacts, *, is_open: bool
    ) -> RuleReading | None:
        prepared_rule = self.prepared_rule
        is_true = prepared_rule.when.check(fields, values, facts)
        if not is_true and not is_open:
            return None
        if prepared_rule.clear is None:
            is_over = None if is_true is None else not is_true
        else:
            to_clear = tuple([reader() for reader in self._clear_reads])
            is_over = prepared_rule.clear.check(prepared_rule.fields_to_clear(fields), to_clear, facts)
        return RuleReading(prepared_rule, self.labels, is_true, is_over, fields, values, facts)


class SeriesRules(NamedTuple):
    """The rules on one label set.

    `plain`: those that need only its fields, each with its check, which the hot loop calls without having to
    look it up.
    """

    plain: tuple[tuple[Check, BoundRule], ...]
    remembering: tuple[BoundRule, ...]


def series_rules(rules: Iterable[BoundRule]) -> SeriesRules:
    """Rules sorted into those two kinds."""
    bound_rules = list(rules)
    return SeriesRules(
        tuple(
            (bound.prepared_rule.when.check, bound) for bound in bound_rules if bound.prepared_rule.is_plain
        ),
        tuple(bound for bound in bound_rules if not bound.prepared_rule.is_plain),
    )


def _reads(
    expression: Compiled,
    prepared_rule: PreparedRule,
    labels: Labels,
    *,
    windows: HostWindows,
    feeds: dict[int, _Feed],
) -> tuple[Read, ...]:
    """What gives the values of the expression's calls; a window that is new is added to `feeds`."""
    reads = []
    for call in expression.windows:
        measurement, _, field = call.metric.partition(".")
        own = tuple(pair for pair in labels if pair[0] in LABELS[measurement])
        window = windows.window(call, identity(own))  # a disk mounted anew has the past of its path
        index = prepared_rule.when.measurements.index(measurement)
        feeds.setdefault(id(window), _Feed(index, field, window.add))
        reads.append(window.reader(call.function))
    return tuple(reads)
