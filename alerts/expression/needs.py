"""What an expression needs to be evaluated."""

from dataclasses import dataclass
from enum import StrEnum

from alerts.expression.tree import (
    Condition,
    CutOff,
    HostField,
    MetricValue,
    NoData,
    WindowCall,
    WindowValue,
    parts,
)


class Scope(StrEnum):
    """What an expression is about."""

    SERIES = "series"
    """At least one metric: it is evaluated for each label set."""

    HOST = "host"
    """Only the host's state, reason, tags and silence."""

    POLLER = "poller"
    """Only the poller itself."""


@dataclass(frozen=True, slots=True)
class Needs:
    """What an expression uses; see `alerts.expression.compiled.Compiled`."""

    scope: Scope
    measurements: tuple[str, ...]
    metrics: tuple[str, ...]
    windows: tuple[WindowCall, ...]
    uses_host: bool


def needs_of(condition: Condition) -> Needs:
    """What an expression uses."""
    all_parts = list(parts(condition))
    metrics = [part.metric for part in all_parts if isinstance(part, MetricValue | WindowValue)]
    return Needs(
        scope=_scope(
            has_metrics=bool(metrics), is_poller=any(isinstance(part, CutOff) for part in all_parts)
        ),
        measurements=tuple(sorted({metric.measurement for metric in metrics})),
        metrics=tuple(sorted({metric.name for metric in metrics})),
        windows=tuple(dict.fromkeys(part.call for part in all_parts if isinstance(part, WindowValue))),
        uses_host=any(isinstance(part, HostField | NoData) for part in all_parts),
    )


def _scope(*, has_metrics: bool, is_poller: bool) -> Scope:
    if has_metrics:
        return Scope.SERIES
    return Scope.POLLER if is_poller else Scope.HOST
