"""The values on the sides of an expression's comparisons, for people to read."""

import math
from collections.abc import Iterator, Mapping
from itertools import pairwise
from types import MappingProxyType

from alerts.expression.facts import Fields, HostFacts, Windows
from alerts.expression.interpreter import Interpreter
from alerts.expression.tree import (
    Comparison,
    Condition,
    Membership,
    MetricValue,
    NoData,
    Side,
    WindowValue,
    parts,
)
from alerts.notice import Reading
from metrics.catalog import LABELS, UNITS

_MIRRORED = MappingProxyType({"<": ">", "<=": ">=", ">": "<", ">=": "<=", "==": "==", "!=": "!="})
_PER_SECOND = "per_second"


class Moment:
    """All values at one time; `labels`: those of the series that are evaluated together."""

    def __init__(
        self,
        interpreter: Interpreter,
        fields: Fields,
        windows: Windows,
        host: HostFacts,
        labels: Mapping[str, str],
    ) -> None:
        self._interpreter = interpreter
        self._values = fields, windows, host
        self._host = host
        self._labels = labels

    def readings(self, condition: Condition) -> Iterator[Reading]:
        """One for each comparison, in order.

        `nodata(…)` counts as a comparison of the seconds of silence; the threshold of `in` is its texts, with
        commas.
        """
        for part in parts(condition):
            match part:
                case Comparison():
                    yield from self._of_comparison(part)
                case Membership():
                    yield self._of_membership(part)
                case NoData():
                    yield self._of_silence(part)

    def _of_comparison(self, comparison: Comparison) -> Iterator[Reading]:
        pairs = zip(comparison.operators, pairwise(comparison.sides), comparison.texts, strict=True)
        for operator, (left, right), text in pairs:
            if _is_of_metric(right) and not _is_of_metric(left):
                yield self._reading(text, right, _MIRRORED[operator], left)
            else:
                yield self._reading(text, left, operator, right)

    def _reading(self, text: str, left: Side, operator: str, right: Side) -> Reading:
        value, threshold = self._value(left), self._value(right)
        if not isinstance(left, MetricValue | WindowValue):
            return Reading(text=text, metric=None, value=value, operator=operator, threshold=threshold)
        own = LABELS[left.metric.measurement]
        return Reading(
            text=text,
            metric=left.metric.name,
            value=value,
            operator=operator,
            threshold=threshold,
            unit=_unit(left),
            labels={name: label for name, label in self._labels.items() if name in own},
        )

    def _of_membership(self, membership: Membership) -> Reading:
        return Reading(
            text=membership.text,
            metric=None,
            value=self._value(membership.side),
            operator="not in" if membership.is_negated else "in",
            threshold=", ".join(membership.choices),
        )

    def _of_silence(self, silence: NoData) -> Reading:
        seconds = self._host.silent_seconds
        return Reading(
            text=silence.text,
            metric=None,
            value=float(seconds) if math.isfinite(seconds) else None,
            operator=">=",
            threshold=silence.seconds,
            unit="seconds",
        )

    def _value(self, side: Side) -> float | str | None:
        value = self._interpreter.side(side)(*self._values)
        return value if value is None or isinstance(value, str) else float(value)


def _is_of_metric(side: Side) -> bool:
    return isinstance(side, MetricValue | WindowValue)


def _unit(side: MetricValue | WindowValue) -> str:
    """The unit of a metric or of a function of it; "" where the catalogue has none for it."""
    unit = side.metric.unit
    if isinstance(side, MetricValue) or side.call.function != "rate":
        return unit
    rated = _PER_SECOND if unit == "count" else f"{unit}_{_PER_SECOND}"
    return rated if rated in UNITS else ""
