"""Points of what can be read off one answer alone."""

from metrics.results import Number, Point
from metrics.sampling.labels import Labeller
from metrics.sampling.rounding import TEMPERATURE_DECIMALS, share_percent, two_decimals
from metrics.sampling.wire import Gauges, Pressure, System

_PRESSURES = tuple(
    (resource, kind, (("resource", resource), ("type", kind)))
    for resource in ("cpu", "memory", "io", "irq")
    for kind in ("some", "full")
)


def gauge_points(measurement: str, gauges: Gauges) -> list[Point]:
    """The point of a measurement that is stored as it was said."""
    return [Point(measurement, (), dict(gauges))] if gauges else []


def mem_points(gauges: Gauges) -> list[Point]:
    """The point of memory, with what follows from total and available."""
    fields: dict[str, Number] = dict(gauges)
    total, available = gauges.get("total"), gauges.get("available")
    if total is not None and available is not None:
        fields["used"] = used_bytes = max(total - available, 0)
        fields["used_percent"] = share_percent(used_bytes, total)
        fields["available_percent"] = share_percent(available, total)
    return [Point("mem", (), fields)] if fields else []


def swap_points(gauges: Gauges) -> list[Point]:
    """The point of swap; a host without swap space uses 0.0 % of it."""
    fields: dict[str, Number] = dict(gauges)
    if "used" in gauges and "total" in gauges:
        fields["used_percent"] = share_percent(gauges["used"], gauges["total"])
    return [Point("swap", (), fields)] if fields else []


def system_points(system: System | None, n_users: int | None) -> list[Point]:
    """The point of system, with the last known number of users, None if not known."""
    fields: dict[str, Number] = {}
    if system is not None:
        for name, load in (("load1", system.load1), ("load5", system.load5), ("load15", system.load15)):
            if load is not None:
                fields[name] = two_decimals(load)
        if system.n_cpus is not None:
            fields["n_cpus"] = system.n_cpus
        if system.uptime is not None:
            fields["uptime"] = system.uptime
    if n_users is not None:
        fields["n_users"] = n_users
    return [Point("system", (), fields)] if fields else []


def pressure_points(pressure: Pressure) -> list[Point]:
    """A point for each resource and type that Linux knows."""
    points = []
    for resource, kind, labels in _PRESSURES:
        stall = pressure[resource].get(kind) if resource in pressure else None
        if stall is not None:
            avg10, avg60, avg300, total = stall
            fields: dict[str, Number] = {
                "avg10": two_decimals(avg10),
                "avg60": two_decimals(avg60),
                "avg300": two_decimals(avg300),
                "total": total,
            }
            points.append(Point("pressure", labels, fields))
    return points


def temp_points(temperatures: dict[str, float], labeller: Labeller[str]) -> list[Point]:
    """A point for each sensor, in degrees Celsius."""
    labels = labeller.labels(temperatures.keys())
    labelled_temperatures = ((labels[raw], celsius) for raw, celsius in temperatures.items())
    return [
        Point("temp", own, {"temp": round(celsius, TEMPERATURE_DECIMALS)})
        for own, celsius in labelled_temperatures
        if own is not None
    ]
