"""A rule evaluated over stored history: when it would have fired, and when cleared."""

import asyncio
import heapq
import math
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import groupby
from operator import itemgetter
from typing import Any

import msgspec

from alerts.engine.changes import AlertChange, ChangeKind
from alerts.engine.engine import AlertEngine
from alerts.engine.host_windows import lookback_seconds
from alerts.engine.prepared import PreparedRule, prepare
from alerts.expression.compiled import Scope
from alerts.rules.rule import Rule
from foundation.times import rfc3339
from inventory.host import HostSpec
from metrics.errors import TooManyPoints
from metrics.results import Labels, Number, Outcome, Point, PollResult
from metrics.store import HistoryQuery, MetricStore, Series

MAX_ALERTS = 1_000
BUDGET_SECONDS = 30.0
"""How long one replay may take; the result says whether hosts were left out for it."""

POINTS_OF_HOST = 400_000
"""What is held of one host at a time; a finer step is refused, or made coarser where nobody chose it."""

_UP = "poll.up"
_FINEST_FOR_SECONDS = 2 * 86_400.0
_MINUTES_FOR_SECONDS = 30 * 86_400.0
_MANY_HOSTS = 20

_Values = dict[tuple[str, Labels], dict[str, Number]]
_Lines = list[tuple[str, Series]]
"""Metrics with their series, over the same buckets."""


@dataclass(slots=True)
class _PastAlert:
    """One alert of the past; times are unix seconds, None for what has not happened."""

    host: str
    labels: Labels
    pending_at: float
    fired_at: float | None = None
    resolved_at: float | None = None
    readings: list[Any] = field(default_factory=list)

    def view(self) -> dict[str, Any]:
        """As the API gives it."""
        return {
            "host": self.host,
            "labels": dict(self.labels),
            "pending_at": rfc3339(self.pending_at),
            "fired_at": None if self.fired_at is None else rfc3339(self.fired_at),
            "resolved_at": None if self.resolved_at is None else rfc3339(self.resolved_at),
            "readings": self.readings,
        }


class Replayer:
    """Evaluates rules over the history of hosts; `clock`: unix seconds."""

    def __init__(
        self,
        store: MetricStore,
        hosts: Mapping[str, HostSpec] | Callable[[], Mapping[str, HostSpec]],
        *,
        clock: Callable[[], float] = time.time,
        budget_seconds: float = BUDGET_SECONDS,
    ) -> None:
        self._store = store
        self._hosts = hosts
        self._clock = clock
        self._budget_seconds = budget_seconds

    async def replay(
        self, rule: Rule, *, start: float, end: float, step: float | None = None
    ) -> dict[str, Any]:
        """When the rule would have fired between two times (unix seconds), as JSON.

        `step`: seconds between evaluations; by default each host's interval for up to two days, a minute for
        up to a month. Alerts by the time they fired. That a host was down is known, but not why.

        Raises ExpressionInvalid and StoreError's kinds: TooManyPoints for a `step` too fine for the time.
        """
        # Repetitions and escalations are not alerts of their own, and a rule that is off can be tried too.
        prepared_rule = prepare(replace(rule, repeat_seconds=None, escalate=None, is_enabled=True))
        hosts = self._hosts() if callable(self._hosts) else self._hosts
        chosen_hosts = {} if prepared_rule.scope is Scope.POLLER else _chosen_hosts(hosts, prepared_rule)
        finest = 0.0 if len(chosen_hosts) <= _MANY_HOSTS else 60.0
        deadline = self._clock() + self._budget_seconds
        alerts: list[_PastAlert] = []
        reached = 0
        step_seconds = step or 0.0
        for host in chosen_hosts.values():
            if self._clock() > deadline or len(alerts) >= MAX_ALERTS:
                break
            step_seconds = step or max(_step(host, end - start), finest)
            lines, step_seconds = await self._lines(
                prepared_rule, host, start, end, step_seconds, may_be_coarser=step is None
            )
            alerts += await asyncio.to_thread(
                _run,
                prepared_rule.rule,
                replace(host, interval=max(host.interval, step_seconds)),
                lines,
                start,
            )
            reached += 1
        alerts = [alert for alert in alerts if alert.fired_at is not None]
        alerts.sort(key=lambda alert: alert.fired_at or 0.0)
        return {
            "rule": rule.name,
            "start": rfc3339(start),
            "end": rfc3339(end),
            "step_seconds": step_seconds,
            "hosts": reached,
            "alerts": [alert.view() for alert in alerts[:MAX_ALERTS]],
            "truncated": reached < len(chosen_hosts) or len(alerts) > MAX_ALERTS,
        }

    async def _lines(
        self,
        prepared_rule: PreparedRule,
        host: HostSpec,
        start: float,
        end: float,
        step: float,
        *,
        may_be_coarser: bool,
    ) -> tuple[_Lines, float]:
        """The series, from as long before `start` as the rule looks back, and the step that they have."""
        # Functions over time must know their past at `start`, as they do in a daemon that has been running.
        begin = start - _lookback(prepared_rule)
        while True:
            try:
                return await self._read(prepared_rule, host, begin, end, step), step
            except TooManyPoints as error:
                if not may_be_coarser:
                    raise
                step *= max(2, math.ceil(error.point_count / error.limit)) if error.limit else 2

    async def _read(
        self, prepared_rule: PreparedRule, host: HostSpec, begin: float, end: float, step: float
    ) -> _Lines:
        """Raises TooManyPoints where they are more than are held at once."""
        lines: _Lines = []
        points = 0
        for metric in (*_metrics(prepared_rule), _UP):
            query = HistoryQuery(
                hosts=(host.name,),
                metric=metric,
                start=begin,
                end=end,
                step=step,
                max_points=POINTS_OF_HOST - points,
            )
            try:
                history = await self._store.history(query)
            except TooManyPoints as error:
                raise TooManyPoints(points + error.point_count, POINTS_OF_HOST) from error
            lines += [(metric, series) for series in history.series]
            points += sum(len(series.points) for series in history.series)
        return lines


def _moments(lines: _Lines) -> Iterator[tuple[float, _Values]]:
    """Each time with its values, ascending: one at a time, since all together take ten times as much."""
    merged = heapq.merge(*(_line(metric, series) for metric, series in lines), key=itemgetter(0))
    for moment, together in groupby(merged, key=itemgetter(0)):
        values: _Values = {}
        for _, measurement, name, labels, value in together:
            values.setdefault((measurement, labels), {})[name] = value
        yield moment, values


def _line(metric: str, series: Series) -> Iterator[tuple[float, str, str, Labels, Number]]:
    measurement, _, name = metric.partition(".")
    for moment, value in series.points:
        if value is not None:
            yield moment, measurement, name, series.labels, value


def _chosen_hosts(hosts: Mapping[str, HostSpec], prepared_rule: PreparedRule) -> dict[str, HostSpec]:
    return {name: hosts[name] for name in sorted(hosts) if prepared_rule.is_for(hosts[name])}


def _metrics(prepared_rule: PreparedRule) -> tuple[str, ...]:
    clear = () if prepared_rule.clear is None else prepared_rule.clear.metrics
    return tuple(sorted({*prepared_rule.when.metrics, *clear} - {_UP}))


def _lookback(prepared_rule: PreparedRule) -> float:
    expressions = [one for one in (prepared_rule.when, prepared_rule.clear) if one is not None]
    return max((lookback_seconds(call) for one in expressions for call in one.windows), default=0.0)


def _step(host: HostSpec, span: float) -> float:
    if span <= _FINEST_FOR_SECONDS:
        return host.interval
    return max(host.interval, 60.0 if span <= _MINUTES_FOR_SECONDS else 900.0)


def _run(rule: Rule, host: HostSpec, lines: _Lines, start: float) -> list[_PastAlert]:
    """The alerts of one host that were not over before `start`."""
    changes: list[AlertChange] = []
    engine = AlertEngine(changes.append)
    engine.apply_rules([rule], start)
    engine.apply_hosts({host.name: replace(host, paused=False, jump=None)}, start)
    for moment, values in _moments(lines):
        engine.accept(_result(host, moment, values))
    open_alerts: dict[Labels, _PastAlert] = {}
    past_alerts: list[_PastAlert] = []
    for change in changes:
        _note(change, open_alerts, past_alerts)
    return [
        alert
        for alert in (*past_alerts, *open_alerts.values())
        if (alert.resolved_at is None or alert.resolved_at >= start) and alert.fired_at is not None
    ]


def _result(host: HostSpec, moment: float, values: _Values) -> PollResult:
    up = values.get(("poll", ()), {}).get("up", 1)
    points = tuple(Point(measurement, labels, fields) for (measurement, labels), fields in values.items())
    return PollResult(
        host=host.name,
        time=moment,
        outcome=Outcome.OK if up > 0 else Outcome.TIMEOUT,
        duration=0.0,
        points=points,
        tags=host.tags,
    )


def _note(change: AlertChange, open_alerts: dict[Labels, _PastAlert], past_alerts: list[_PastAlert]) -> None:
    labels = change.labels
    key = change.key.labels
    match change.kind:
        case ChangeKind.PENDING:
            open_alerts[key] = _PastAlert(change.key.host, labels, change.since)
        case ChangeKind.CANCELLED:
            open_alerts.pop(key, None)
        case ChangeKind.FIRING:
            one = open_alerts.setdefault(key, _PastAlert(change.key.host, labels, change.since))
            one.fired_at = change.time
            one.readings = [msgspec.to_builtins(reading) for reading in change.about.readings]
        case ChangeKind.RESOLVED:
            alert = open_alerts.pop(key, None)
            if alert is not None:
                alert.resolved_at = change.time
                past_alerts.append(alert)
