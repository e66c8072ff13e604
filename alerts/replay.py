"""A rule held against stored history: when it would have fired, and when cleared."""

import asyncio
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import msgspec

from alerts.engine.changes import AlertChange, ChangeKind
from alerts.engine.engine import AlertEngine
from alerts.engine.host_windows import lookback_seconds
from alerts.engine.prepared import PreparedRule, prepare
from alerts.expression.compiled import Scope
from alerts.rules.rule import Rule
from foundation.display.times import rfc3339
from inventory.host import HostSpec
from metrics.results import Labels, Number, Outcome, Point, PollResult
from metrics.store import HistoryQuery, MetricStore

MAX_ALERTS = 1_000
BUDGET_SECONDS = 30.0
"""How long one replay may take; what was not reached by then is said."""

_UP = "poll.up"
_FINEST_FOR_SECONDS = 2 * 86_400.0
_MINUTES_FOR_SECONDS = 30 * 86_400.0
_MANY_HOSTS = 20

_Moments = dict[float, dict[tuple[str, Labels], dict[str, Number]]]


@dataclass(slots=True)
class _Found:
    """One alert of the past; times are unix seconds, None for what has not come about."""

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
    """Replays rules over the history of hosts, which it asks for each time; `clock`: unix seconds."""

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

        Raises StoreError's kinds and ExpressionInvalid.
        """
        prepared = prepare(replace(rule, repeat_seconds=None, escalate=None, is_enabled=True))
        hosts = self._hosts() if callable(self._hosts) else self._hosts
        chosen = {} if prepared.scope is Scope.POLLER else _chosen(hosts, prepared)
        finest = 0.0 if len(chosen) <= _MANY_HOSTS else 60.0
        deadline = self._clock() + self._budget_seconds
        found: list[_Found] = []
        reached = 0
        used = step or 0.0
        for host in chosen.values():
            if self._clock() > deadline or len(found) >= MAX_ALERTS:
                break
            used = step or max(_step(host, end - start), finest)
            moments = await self._moments(prepared, host, start, end, used)
            found += await asyncio.to_thread(
                _run, prepared.rule, replace(host, interval=max(host.interval, used)), moments, start
            )
            reached += 1
        found = [one for one in found if one.fired_at is not None]
        found.sort(key=lambda one: one.fired_at or 0.0)
        return {
            "rule": rule.name,
            "start": rfc3339(start),
            "end": rfc3339(end),
            "step_seconds": used,
            "hosts": reached,
            "alerts": [one.view() for one in found[:MAX_ALERTS]],
            "truncated": reached < len(chosen) or len(found) > MAX_ALERTS,
        }

    async def _moments(
        self, prepared: PreparedRule, host: HostSpec, start: float, end: float, step: float
    ) -> _Moments:
        """Every time with what was measured then, from as long before `start` as the rule looks back."""
        begin = start - _lookback(prepared)
        moments: _Moments = {}
        for metric in (*_metrics(prepared), _UP):
            query = HistoryQuery(hosts=(host.name,), metric=metric, start=begin, end=end, step=step)
            measurement, _, name = metric.partition(".")
            for series in (await self._store.history(query)).series:
                for moment, value in series.points:
                    if value is not None:
                        fields = moments.setdefault(moment, {}).setdefault((measurement, series.labels), {})
                        fields[name] = value
        return moments


def _chosen(hosts: Mapping[str, HostSpec], prepared: PreparedRule) -> dict[str, HostSpec]:
    return {name: hosts[name] for name in sorted(hosts) if prepared.is_for(hosts[name])}


def _metrics(prepared: PreparedRule) -> tuple[str, ...]:
    clear = () if prepared.clear is None else prepared.clear.metrics
    return tuple(sorted({*prepared.when.metrics, *clear} - {_UP}))


def _lookback(prepared: PreparedRule) -> float:
    expressions = [one for one in (prepared.when, prepared.clear) if one is not None]
    return max((lookback_seconds(call) for one in expressions for call in one.windows), default=0.0)


def _step(host: HostSpec, span: float) -> float:
    if span <= _FINEST_FOR_SECONDS:
        return host.interval
    return max(host.interval, 60.0 if span <= _MINUTES_FOR_SECONDS else 900.0)


def _run(rule: Rule, host: HostSpec, moments: _Moments, start: float) -> list[_Found]:
    """The alerts of one host that were not over before `start`."""
    changes: list[AlertChange] = []
    engine = AlertEngine(changes.append)
    engine.apply_rules([rule], start)
    engine.apply_hosts({host.name: replace(host, paused=False, jump=None)}, start)
    for moment in sorted(moments):
        engine.accept(_result(host, moment, moments[moment]))
    found: dict[Labels, _Found] = {}
    done: list[_Found] = []
    for change in changes:
        _note(change, found, done)
    return [
        one
        for one in (*done, *found.values())
        if (one.resolved_at is None or one.resolved_at >= start) and one.fired_at is not None
    ]


def _result(host: HostSpec, moment: float, values: dict[tuple[str, Labels], dict[str, Number]]) -> PollResult:
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


def _note(change: AlertChange, found: dict[Labels, _Found], done: list[_Found]) -> None:
    labels = change.key.labels
    match change.kind:
        case ChangeKind.PENDING:
            found[labels] = _Found(change.key.host, labels, change.since)
        case ChangeKind.CANCELLED:
            found.pop(labels, None)
        case ChangeKind.FIRING:
            one = found.setdefault(labels, _Found(change.key.host, labels, change.since))
            one.fired_at = change.time
            one.readings = [msgspec.to_builtins(reading) for reading in change.about.readings]
        case ChangeKind.RESOLVED:
            ended = found.pop(labels, None)
            if ended is not None:
                ended.resolved_at = change.time
                done.append(ended)
