"""The catalogue's units as Grafana calls them."""

from collections.abc import Iterable

from grafana_foundation_sdk.models import units

from metrics.catalog import find_metric

GRAFANA_UNITS = {
    "percent": units.Percent,
    "bytes": units.BytesIEC,
    "bytes_per_second": units.BytesPerSecondIEC,
    "count": units.Short,
    "per_second": units.CountsPerSecond,
    "seconds": units.Seconds,
    "milliseconds": units.Milliseconds,
    "celsius": units.Celsius,
    "load": units.Short,
    "bool": units.NoUnit,
}
"""Every unit of the catalogue."""


def unit_of(names: Iterable[str]) -> str:
    """The one Grafana unit of these metrics; raises ValueError where they have several."""
    grafana_units = {GRAFANA_UNITS[find_metric(name).unit] for name in names}
    if len(grafana_units) != 1:
        raise ValueError(f"one panel, several units: {', '.join(sorted(grafana_units))}")
    return grafana_units.pop()
