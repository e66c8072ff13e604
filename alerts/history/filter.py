"""Which alerts are to be listed."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, and_, case
from sqlmodel import col

from alerts.severity import Severity
from alerts.silences.book import SilenceBook
from alerts.silences.matchers import is_host_selected, is_rule_selected
from alerts.states import AlertState
from alerts.tables import AlertRow

OPEN = frozenset({AlertState.PENDING, AlertState.FIRING})
"""The states of alerts that are not over."""

_PATTERN = frozenset("*?[")


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """The columns of an alert that a filter needs."""

    host: str
    rule: str
    state: str
    tags: Mapping[str, str]
    labels: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertFilter:
    """Conditions that alerts must meet; one that is empty or None is met by all.

    `hosts`: selectors (a name, `web-*`, `tag:env=prod`), any of them; "" is the poller itself, and tags are
    those of the alert.
    `rules`: patterns, any of them. `is_silenced`: by `silences`, at `now` (unix seconds); one that is over
    is not.
    """

    states: frozenset[AlertState] = frozenset(AlertState)
    hosts: tuple[str, ...] = ()
    rules: tuple[str, ...] = ()
    severities: frozenset[Severity] = frozenset(Severity)
    is_acknowledged: bool | None = None
    is_silenced: bool | None = None
    silences: SilenceBook = field(default_factory=SilenceBook, compare=False)
    now: float = 0.0

    @property
    def needs_a_look(self) -> bool:
        """Whether the database cannot decide alone: `condition` then lets too many alerts through."""
        patterns = [*self.hosts, *self.rules]
        return self.is_silenced is not None or any(map(_is_pattern, patterns))

    @property
    def condition(self) -> ColumnElement[bool]:
        """The part of the filter that the database decides."""
        parts = [
            col(AlertRow.state).in_(sorted(state.value for state in self.states)),
            col(AlertRow.severity).in_(sorted(severity.value for severity in self.severities)),
        ]
        if self.hosts and not any(map(_is_pattern, self.hosts)):
            parts.append(col(AlertRow.host).in_(self.hosts))
        if self.rules and not any(map(_is_pattern, self.rules)):
            parts.append(col(AlertRow.rule).in_(self.rules))
        if self.is_acknowledged is not None:
            acknowledged_at = col(AlertRow.acknowledged_at)
            parts.append(acknowledged_at.is_not(None) if self.is_acknowledged else acknowledged_at.is_(None))
        return and_(*parts)

    def takes(self, alert: Candidate) -> bool:
        """The part of the filter that the database cannot decide: selectors, patterns and silences."""
        return (
            (not self.hosts or self._has_host(alert))
            and (not self.rules or any(is_rule_selected(alert.rule, one) for one in self.rules))
            and (self.is_silenced is None or self.is_silenced is self._is_silenced(alert))
        )

    def _has_host(self, alert: Candidate) -> bool:
        return alert.host in self.hosts or any(
            is_host_selected(alert.host, alert.tags, selector) for selector in self.hosts
        )

    def _is_silenced(self, alert: Candidate) -> bool:
        if alert.state not in OPEN:
            return False
        silence_id = self.silences.covering(alert.host, alert.tags, alert.rule, alert.labels, now=self.now)
        return silence_id is not None


def is_open() -> ColumnElement[bool]:
    """The condition that an alert is not over."""
    return col(AlertRow.state).in_(sorted(state.value for state in OPEN))


def worst_first() -> tuple[ColumnElement[Any], ...]:
    """Firing before pending, critical before warning, then the newest."""
    states = {state.value: number for number, state in enumerate((AlertState.FIRING, AlertState.PENDING))}
    ranks = {severity.value: severity.rank for severity in Severity}
    return (
        case(states, value=col(AlertRow.state), else_=len(states)),
        case(ranks, value=col(AlertRow.severity), else_=-1).desc(),
        col(AlertRow.since).desc(),
        col(AlertRow.id).desc(),
    )


def newest_first() -> tuple[ColumnElement[Any], ...]:
    """The one that fired last first."""
    return (col(AlertRow.fired_at).desc(), col(AlertRow.id).desc())


def _is_pattern(text: str) -> bool:
    return text.startswith("tag:") or not _PATTERN.isdisjoint(text)
