"""What each metric of the catalogue is called for Prometheus.

By its conventions: base units (ratios for percent, seconds for milliseconds), the unit once and at the end,
`_total` after it for counters and only for them.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from metrics.catalog import METRICS, Kind, Metric, PrometheusName

PREFIX = "monctl"

_PERCENT = 100
_MILLI = 1_000
_WORDS: Mapping[str, tuple[str, int]] = {
    "percent": ("ratio", _PERCENT),
    "bytes": ("bytes", 1),
    "bytes_per_second": ("bytes_per_second", 1),
    "per_second": ("per_second", 1),
    "seconds": ("seconds", 1),
    "milliseconds": ("seconds", _MILLI),
    "celsius": ("celsius", 1),
    "count": ("", 1),
    "load": ("", 1),
    "bool": ("", 1),
}
_SPELLED: Mapping[str, tuple[str, ...]] = {
    "percent": ("percent",),
    "milliseconds": ("ms",),
    "bytes_per_second": ("bytes", "per", "second"),
    "per_second": ("per", "second"),
}
"""The words that a unit takes in a field's name, where these are not the unit itself."""


@dataclass(frozen=True, slots=True)
class Exposed:
    """A metric as Prometheus sees it; its values are divided by `divisor`."""

    name: str
    type: str
    help: str
    divisor: int


def exposed(metric: Metric) -> Exposed:
    """Name, type, help and divisor of a metric of the catalogue."""
    prometheus = metric.prometheus or _regular(metric)
    is_counter = metric.kind is Kind.COUNTER
    return Exposed(
        f"{PREFIX}_{prometheus.name}",
        "counter" if is_counter else "gauge",
        prometheus.help or metric.help,
        prometheus.divisor,
    )


def exposed_metrics() -> dict[tuple[str, str], Exposed]:
    """All of the catalogue, by measurement and field."""
    return {(metric.measurement, metric.field): exposed(metric) for metric in METRICS.values()}


def _regular(metric: Metric) -> PrometheusName:
    unit, divisor = _WORDS[metric.unit]
    spelled = _SPELLED.get(metric.unit, (metric.unit,))
    words = [word for word in metric.field.split("_") if word not in spelled]
    if words == [metric.measurement]:
        words = []
    parts = [metric.measurement, *words, unit, "total" if metric.kind is Kind.COUNTER else ""]
    return PrometheusName("_".join(part for part in parts if part), divisor)
