"""What each metric of the catalogue is called for Prometheus.

By its conventions: base units (ratios for percent, seconds for milliseconds), the unit once and at the end,
`_total` after it for counters and only for them.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from metrics.catalog import METRICS, Kind, Metric

PREFIX = "monctl"

_PERCENT = 100
_MILLI = 1_000
_MICRO = 1_000_000
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

_EXCEPTIONS: Mapping[str, tuple[str, int]] = {
    "pressure.total": ("pressure_stalled_seconds_total", _MICRO),  # counted in microseconds
    "processes.total": ("processes", 1),  # not a counter, so not a _total
    "disk.inodes_total": ("disk_inodes", 1),
}


@dataclass(frozen=True, slots=True)
class Exposed:
    """A metric as Prometheus sees it; its values are divided by `divisor`."""

    name: str
    type: str
    help: str
    divisor: int


def exposed(metric: Metric) -> Exposed:
    """Name, type, help and divisor of a metric of the catalogue."""
    name, divisor = _EXCEPTIONS.get(metric.name) or _regular(metric)
    is_counter = metric.kind is Kind.COUNTER
    text = "Time stalled since the system started" if metric.name == "pressure.total" else metric.help
    return Exposed(f"{PREFIX}_{name}", "counter" if is_counter else "gauge", text, divisor)


def exposed_metrics() -> dict[tuple[str, str], Exposed]:
    """All of the catalogue, by measurement and field."""
    return {(metric.measurement, metric.field): exposed(metric) for metric in METRICS.values()}


def _regular(metric: Metric) -> tuple[str, int]:
    unit, divisor = _WORDS[metric.unit]
    spelled = _SPELLED.get(metric.unit, (metric.unit,))
    words = [word for word in metric.field.split("_") if word not in spelled]
    if words == [metric.measurement]:
        words = []
    parts = [metric.measurement, *words, unit, "total" if metric.kind is Kind.COUNTER else ""]
    return "_".join(part for part in parts if part), divisor
