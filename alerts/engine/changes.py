"""What the engine emits: one change of one alert."""

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple

from alerts.notice import Reading
from alerts.rules.rule import Rule
from alerts.states import Resolution
from metrics.results import Labels, TopProcesses

SeriesKey = tuple[str, Labels]
"""A rule's name and the identity of a label set."""


class AlertKey(NamedTuple):
    """Which alert: of one rule, one host ("" for the poller itself) and one thing of it.

    `labels`: the identity of the thing's label set (`metrics.catalog.identity`).
    """

    rule: str
    host: str
    labels: Labels


class ChangeKind(StrEnum):
    """What happened to the alert, or that it is to be sent once more."""

    PENDING = "pending"
    CANCELLED = "cancelled"
    FIRING = "firing"
    RESOLVED = "resolved"
    REPEAT = "repeat"
    ESCALATION = "escalation"
    RULE_EDITED = "rule_edited"


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """What people need to know of an alert, as of its last evaluation. `labels`: all of them, sorted."""

    labels: Labels = ()
    tags: dict[str, str] = field(default_factory=dict)
    reason: str | None = None
    detail: str = ""
    readings: tuple[Reading, ...] = ()
    members: tuple[str, ...] = ()
    top: TopProcesses | None = None


Describe = Callable[[], About]
"""Gives an alert's details when they are needed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertChange:
    """One change, complete in itself; times are unix seconds.

    `rule`: None for an alert whose rule was gone when the process started. `since`, `fired_at`: of the alert.
    `damped_until`: until when its rule fires again for this host only when it lasts, None where it does not.
    """

    kind: ChangeKind
    key: AlertKey
    rule: Rule | None
    time: float
    since: float
    fired_at: float | None
    about: About
    is_flapping: bool = False
    resolution: Resolution | None = None
    damped_until: float | None = None

    @property
    def labels(self) -> Labels:
        """All labels, where they are known; else those that name the thing."""
        return self.about.labels or self.key.labels
