"""The fleet as a table: a line a host, the worst first."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from rich.markup import escape
from rich.table import Table

from metrics.text import clean_text
from monctl.render.numbers import age_text, bytes_text

HostView = Mapping[str, Any]
"""A host as `GET /metrics/current` shows it."""

_STATE_ORDER = {"down": 0, "late": 1, "pending": 2, "ok": 3, "paused": 4}
_STATE_STYLE = {"down": "bold red", "late": "yellow", "pending": "dim", "ok": "green", "paused": "dim"}
_STATE_MARK = {"down": "x", "late": "!", "pending": "?", "ok": "+", "paused": "="}
_WIDE_COLUMNS = 130
_REASON_CHARACTERS = 300
_WARN_PERCENT = 80.0
_BAD_PERCENT = 90.0

SORT_KEYS = ("state", "host", "cpu", "mem", "load", "disk", "net")


def fleet_table(hosts: Iterable[HostView], *, sort: str | None = "state", width: int = 120) -> Table:
    """A table of hosts sorted by one of `SORT_KEYS`, or in their order when `sort` is None.

    Reasons are shown when there are any; where both do not fit into `width` columns, network rates go.
    """
    ordered = list(hosts) if sort is None else sort_hosts(hosts, sort)
    with_reasons = any(_reason(host) for host in ordered)
    with_net = not with_reasons or width >= _WIDE_COLUMNS
    table = Table(box=None, pad_edge=False, header_style="bold", expand=False)
    table.add_column("HOST", overflow="ellipsis", no_wrap=True, max_width=40)
    table.add_column("STATE", no_wrap=True)
    for title in ("AGE", "CPU", "MEMORY", "LOAD", "DISK", *(("NET IN", "NET OUT") if with_net else ())):
        table.add_column(title, justify="right", no_wrap=True)
    if with_reasons:
        table.add_column("REASON", overflow="fold", min_width=20)
    for host in ordered:
        net = _net_cells(host) if with_net else ()
        table.add_row(*_row(host), *net, *((escape(_reason(host)),) if with_reasons else ()))
    return table


def sort_hosts(hosts: Iterable[HostView], sort: str, *, reverse: bool = False) -> list[HostView]:
    """Hosts in the table's order: bad states first, names ascending, numbers descending."""
    by_name = sorted(hosts, key=lambda host: str(host["host"]))
    if sort == "host":
        return by_name[::-1] if reverse else by_name
    if sort == "state":
        return sorted(by_name, key=lambda host: _STATE_ORDER.get(host["state"], 9), reverse=reverse)
    numbers = {"cpu": cpu, "mem": memory, "load": load, "disk": disk_percent, "net": net_total}[sort]
    return sorted(by_name, key=lambda host: _or_least(numbers(host)), reverse=not reverse)


def summary_line(hosts: Sequence[HostView]) -> str:
    """`12 hosts: 10 ok, 1 late, 1 down`."""
    counts = {
        state: sum(host["state"] == state for host in hosts)
        for state in ("ok", "late", "down", "pending", "paused")
    }
    told = ", ".join(f"{count} {state}" for state, count in counts.items() if count)
    return f"{len(hosts)} host{'' if len(hosts) == 1 else 's'}: {told}" if hosts else "no hosts"


def field(host: HostView, measurement: str, name: str, **labels: str) -> float | None:
    """One value of a host's view, of the first label set that has all of `labels`; None if absent."""
    for point in host["metrics"].get(measurement, ()):
        if labels.items() <= point["labels"].items():
            value = point["fields"].get(name)
            return None if value is None else float(value)
    return None


def cpu(host: HostView) -> float | None:
    """CPU time not idle, percent of all processors."""
    return field(host, "cpu", "usage_active", cpu="cpu-total")


def memory(host: HostView) -> float | None:
    """Memory not available, percent."""
    return field(host, "mem", "used_percent")


def load(host: HostView) -> float | None:
    """Load, mean of a minute."""
    return field(host, "system", "load1")


def disk_percent(host: HostView) -> float | None:
    """The fullest file system's space in use, percent."""
    fullest = _fullest(host)
    return fullest[0] if fullest else None


def net_total(host: HostView) -> float | None:
    """Bytes a second, in and out, of all interfaces but the loopback."""
    both = [_net(host, "bytes_recv_per_second"), _net(host, "bytes_sent_per_second")]
    known = [value for value in both if value is not None]
    return sum(known) if known else None


def _row(host: HostView) -> tuple[str, ...]:
    state = host["state"]
    return (
        escape(clean_text(host["host"], limit=100)),
        f"[{_STATE_STYLE.get(state, '')}]{_STATE_MARK.get(state, ' ')} {state}[/]",
        age_text(host["age_seconds"]),
        _percent(cpu(host)),
        _percent(memory(host)),
        _load(host),
        _disk(host),
    )


def _net_cells(host: HostView) -> tuple[str, str]:
    return _rate(_net(host, "bytes_recv_per_second")), _rate(_net(host, "bytes_sent_per_second"))


def _reason(host: HostView) -> str:
    detail = host.get("detail") or ", ".join(f"{name}: {text}" for name, text in host["errors"].items())
    if host["state"] == "late" and not detail:
        detail = f"last heard of {age_text(host['age_seconds'])} ago"
    return clean_text(f"{host['reason']}: {detail}" if host["reason"] else detail, limit=_REASON_CHARACTERS)


def _percent(value: float | None) -> str:
    if value is None:
        return "-"
    text = f"{value:.1f} %"
    if value >= _BAD_PERCENT:
        return f"[bold red]{text}[/]"
    return f"[yellow]{text}[/]" if value >= _WARN_PERCENT else text


def _load(host: HostView) -> str:
    value, processors = load(host), field(host, "system", "n_cpus")
    if value is None:
        return "-"
    return f"{value:.2f}/{processors:.0f}" if processors else f"{value:.2f}"


def _disk(host: HostView) -> str:
    fullest = _fullest(host)
    if fullest is None:
        return "-"
    percent, path = fullest
    return f"{_percent(percent)} {escape(clean_text(path, limit=20))}"


def _fullest(host: HostView) -> tuple[float, str] | None:
    disks = [
        (float(point["fields"]["used_percent"]), str(point["labels"].get("path", "")))
        for point in host["metrics"].get("disk", ())
        if "used_percent" in point["fields"]
    ]
    return max(disks, default=None)


def _net(host: HostView, name: str) -> float | None:
    values = [
        float(point["fields"][name])
        for point in host["metrics"].get("net", ())
        if name in point["fields"] and point["labels"].get("interface") not in ("lo", "lo0")
    ]
    return sum(values) if values else None


def _rate(value: float | None) -> str:
    return "-" if value is None else f"{bytes_text(value)}/s"


def _or_least(value: float | None) -> float:
    return float("-inf") if value is None else value
