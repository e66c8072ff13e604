"""The few figures of a host that a line in a table needs.

| measurement | labels | fields |
| --- | --- | --- |
| cpu | cpu: cpu-total | usage_active, usage_busy |
| mem | | used_percent |
| swap | | used_percent |
| system | | load1, n_cpus, uptime |
| disk | those of the fullest file system that can be written to | used_percent |
| diskio | those of the busiest disk (`diskio.whole`) | util_percent |
| net | none: a total | bytes_recv_per_second, bytes_sent_per_second |
| poll | | up, duration_seconds |

The total of net leaves out loopback and those interfaces whose traffic passes through another one too
(`net.external`): bonds, bridges, VLANs, tunnels and the ends of containers and virtual machines.
"""

from collections.abc import Iterable, Sequence

from metrics.results import Number, Point
from metrics.sampling.rounding import one_decimal
from metrics.sampling.totals import is_external_name

_FIELDS = {
    "cpu": ("usage_active", "usage_busy"),
    "mem": ("used_percent",),
    "swap": ("used_percent",),
    "system": ("load1", "n_cpus", "uptime"),
    "disk": ("used_percent",),
    "diskio": ("util_percent",),
    "poll": ("up", "duration_seconds"),
}
_TOTALLED = ("bytes_recv_per_second", "bytes_sent_per_second")


def summary_points(points: Iterable[Point]) -> list[Point]:
    """The summary of one host's points, at most one a measurement; what is not known is left out."""
    by_measurement: dict[str, list[Point]] = {}
    for point in points:
        by_measurement.setdefault(point.measurement, []).append(point)
    summary = []
    for measurement, group in by_measurement.items():
        figures = _summary_point(measurement, group)
        if figures is not None and figures.fields:
            summary.append(figures)
    return summary


def _summary_point(measurement: str, group: Sequence[Point]) -> Point | None:
    match measurement:
        case "cpu":
            return _only(next((point for point in group if point.labels == (("cpu", "cpu-total"),)), None))
        case "disk":
            return _only(_highest((point for point in group if _is_writable(point)), "used_percent"))
        case "diskio":
            return _only(_highest(_whole_disks(group), "util_percent"))
        case "net":
            return _net_total(group)
        case "mem" | "swap" | "system" | "poll":
            return _only(group[0])
    return None


def _only(point: Point | None) -> Point | None:
    if point is None:
        return None
    names = _FIELDS[point.measurement]
    fields = {name: point.fields[name] for name in names if name in point.fields}
    return Point(point.measurement, point.labels, fields)


def _highest(points: Iterable[Point], field: str) -> Point | None:
    candidates = [point for point in points if field in point.fields]
    return max(candidates, key=lambda point: point.fields[field], default=None)


def _is_writable(point: Point) -> bool:
    return dict(point.labels).get("mode") != "ro"


def _net_total(group: Iterable[Point]) -> Point | None:
    real = [point for point in group if _is_external(point)]
    fields: dict[str, Number] = {}
    for name in _TOTALLED:
        values = [point.fields[name] for point in real if name in point.fields]
        if values:
            fields[name] = one_decimal(sum(values))
    return Point("net", (), fields)


def _is_external(point: Point) -> bool:
    """Whether an interface counts in the total; what earlier versions stored does not say it."""
    external = point.fields.get("external")
    return is_external_name(dict(point.labels).get("interface", "")) if external is None else external > 0


def _whole_disks(group: Sequence[Point]) -> Sequence[Point]:
    return [point for point in group if point.fields.get("whole", 1)] or group
