"""The fleet as a table: a line a host, the worst first."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from rich.markup import escape
from rich.table import Table
from rich.text import Text

from foundation.display.numbers import age_text, bytes_text
from foundation.display.text import clean_text
from metrics.current.summary import summary_points
from metrics.results import Point

HostDocument = Mapping[str, Any]
"""A host as `GET /metrics/current` shows it."""

_STATE_ORDER = {"down": 0, "late": 1, "pending": 2, "ok": 3, "paused": 4}
_STATE_STYLE = {"down": "bold red", "late": "yellow", "pending": "dim", "ok": "green", "paused": "dim"}
_STATE_MARK = {"down": "x", "late": "!", "pending": "?", "ok": "+", "paused": "="}
_TITLES = ("STATE", "AGE", "CPU", "MEMORY", "LOAD", "DISK")
_NET_TITLES = ("NET IN", "NET OUT")
_NET_COLUMNS = 100
_WIDEST_COLUMNS = 150
_NAME_COLUMNS = (8, 40)
_REASON_COLUMNS = 36
_GAP_COLUMNS = 2
_REASON_CHARACTERS = 300
_WARN_PERCENT = 80.0
_BAD_PERCENT = 90.0

_MOST_PERCENT, _MOST_LOAD, _MOST_DAYS = 999, 9999, 9999
_MOST_RATE = 1e18
_DAY_SECONDS = 86_400.0

WIDE_COLUMNS = 120
"""From this width on the table has a column for reasons."""

SORT_KEYS = ("state", "host", "cpu", "mem", "load", "disk", "net")


def fleet_table(
    hosts: Iterable[HostDocument], *, sort: str | None = "state", width: int = 120, is_folding: bool = True
) -> Table:
    """A table of hosts sorted by one of `SORT_KEYS`, or in their order when `sort` is None.

    Fits into `width` columns (80 and more): where it is narrow, network rates go, and a reason is only its
    one word in place of the state (`reason_lines` has the rest). Long names are cut; long reasons are folded,
    or cut too, so that each host has one line.
    """
    ordered = list(hosts) if sort is None else sort_hosts(hosts, sort)
    is_wide = width >= WIDE_COLUMNS
    with_reasons = is_wide and any(_reason(host) for host in ordered)
    with_net = width >= (_WIDEST_COLUMNS if with_reasons else _NET_COLUMNS)
    titles = [*_TITLES, *(_NET_TITLES if with_net else ())]
    rows = [[*_figures(host, is_wide=is_wide), *(_net_cells(host) if with_net else ())] for host in ordered]
    columns_left = width - _room(titles, rows) - (_REASON_COLUMNS if with_reasons else 0)
    table = Table(box=None, pad_edge=False, header_style="bold", expand=False)
    name_width = max(_NAME_COLUMNS[0], min(columns_left, _NAME_COLUMNS[1]))
    table.add_column("HOST", overflow="ellipsis", no_wrap=True, max_width=name_width)
    for title in titles:
        table.add_column(title, justify="left" if title == "STATE" else "right", no_wrap=True)
    if with_reasons:
        table.add_column(
            "REASON",
            overflow="fold" if is_folding else "ellipsis",
            no_wrap=not is_folding,
            min_width=_REASON_COLUMNS - _GAP_COLUMNS,
        )
    for host, row in zip(ordered, rows, strict=True):
        reason = (escape(_reason(host)),) if with_reasons else ()
        table.add_row(escape(clean_text(host["host"], limit=100)), *row, *reason)
    return table


def reason_lines(hosts: Iterable[HostDocument]) -> list[str]:
    """`db-1: refused: …` for each host that has a reason, in the table's order; safe on a terminal."""
    reasons = [(clean_text(host["host"], limit=100), _reason(host)) for host in sort_hosts(hosts, "state")]
    return [f"{name}: {reason}" for name, reason in reasons if reason]


def sort_hosts(hosts: Iterable[HostDocument], sort: str, *, reverse: bool = False) -> list[HostDocument]:
    """Hosts in the table's order: bad states first, names ascending, numbers descending."""
    by_name = sorted(hosts, key=lambda host: str(host["host"]))
    if sort == "host":
        return by_name[::-1] if reverse else by_name
    if sort == "state":
        return sorted(by_name, key=lambda host: _STATE_ORDER.get(host["state"], 9), reverse=reverse)
    numbers = {"cpu": cpu, "mem": memory, "load": load, "disk": disk_percent, "net": net_total}[sort]
    return sorted(by_name, key=lambda host: _or_least(numbers(host)), reverse=not reverse)


def summary_line(hosts: Sequence[HostDocument]) -> str:
    """`12 hosts: 10 ok, 1 late, 1 down`."""
    counts = {
        state: sum(host["state"] == state for host in hosts)
        for state in ("ok", "late", "down", "pending", "paused")
    }
    text = ", ".join(f"{count} {state}" for state, count in counts.items() if count)
    return f"{len(hosts)} host{'' if len(hosts) == 1 else 's'}: {text}" if hosts else "no hosts"


def field(host: HostDocument, measurement: str, name: str, **labels: str) -> float | None:
    """One value of a host's view, of the first label set that has all of `labels`; None if absent."""
    for point in host["metrics"].get(measurement, ()):
        if labels.items() <= point["labels"].items():
            value = point["fields"].get(name)
            return None if value is None else float(value)
    return None


def cpu(host: HostDocument) -> float | None:
    """CPU time at work, percent of all processors; what earlier versions stored counts waiting as work."""
    busy = field(host, "cpu", "usage_busy", cpu="cpu-total")
    return field(host, "cpu", "usage_active", cpu="cpu-total") if busy is None else busy


def memory(host: HostDocument) -> float | None:
    """Memory not available, percent."""
    return field(host, "mem", "used_percent")


def load(host: HostDocument) -> float | None:
    """Load, mean of a minute."""
    return field(host, "system", "load1")


def disk_percent(host: HostDocument) -> float | None:
    """The fullest file system's space in use, percent."""
    fullest = _summary(host, "disk")
    return None if fullest is None else fullest.fields.get("used_percent")


def net_total(host: HostDocument) -> float | None:
    """Bytes a second, in and out, of the host."""
    both = [_net(host, "bytes_recv_per_second"), _net(host, "bytes_sent_per_second")]
    rates = [value for value in both if value is not None]
    return sum(rates) if rates else None


def _room(titles: Sequence[str], rows: Sequence[Sequence[str]]) -> int:
    """The columns that these cells take, with the gaps before each."""
    columns = zip(titles, *rows, strict=True)
    return sum(
        _GAP_COLUMNS + max(Text.from_markup(cell, emoji=False).cell_len for cell in column)
        for column in columns
    )


def _figures(host: HostDocument, *, is_wide: bool) -> tuple[str, ...]:
    """The cells of `_TITLES`, as rich markup."""
    return (
        _state(host, with_reason=not is_wide),
        _age(host["age_seconds"]),
        _percent(cpu(host)),
        _percent(memory(host)),
        _load(host),
        _disk(host, path_limit=20 if is_wide else 12),
    )


def _state(host: HostDocument, *, with_reason: bool) -> str:
    state = host["state"]
    word = host["reason"] if with_reason and host["reason"] else state
    return f"[{_STATE_STYLE.get(state, '')}]{_STATE_MARK.get(state, ' ')} {word}[/]"


def _net_cells(host: HostDocument) -> tuple[str, str]:
    return _rate(_net(host, "bytes_recv_per_second")), _rate(_net(host, "bytes_sent_per_second"))


def _reason(host: HostDocument) -> str:
    detail = host.get("detail") or ", ".join(f"{name}: {text}" for name, text in host["errors"].items())
    if host["state"] == "late" and not detail:
        detail = f"last heard of {age_text(host['age_seconds'])} ago"
    return clean_text(f"{host['reason']}: {detail}" if host["reason"] else detail, limit=_REASON_CHARACTERS)


def _percent(value: float | None) -> str:
    if value is None:
        return "-"
    text = f"{_bounded(value, 1, most=_MOST_PERCENT)} %"
    if value >= _BAD_PERCENT:
        return f"[bold red]{text}[/]"
    return f"[yellow]{text}[/]" if value >= _WARN_PERCENT else text


def _load(host: HostDocument) -> str:
    value, processors = load(host), field(host, "system", "n_cpus")
    if value is None:
        return "-"
    text = _bounded(value, 2, most=_MOST_LOAD)
    return f"{text}/{_bounded(processors, 0, most=_MOST_LOAD)}" if processors else text


def _bounded(value: float, digits: int, *, most: int) -> str:
    """A number, cut off beyond what machines have: one host's nonsense must not take the room of others."""
    if -most <= value <= most:
        return f"{value:.{digits}f}"
    return f">{most}" if value > 0 else f"<-{most}"


def _age(seconds: float | None) -> str:
    return f">{_MOST_DAYS} d" if (seconds or 0.0) > _MOST_DAYS * _DAY_SECONDS else age_text(seconds)


def _disk(host: HostDocument, *, path_limit: int) -> str:
    fullest = _summary(host, "disk")
    if fullest is None:
        return "-"
    path = str(dict(fullest.labels).get("path", ""))
    return f"{_percent(fullest.fields['used_percent'])} {escape(clean_text(path, limit=path_limit))}"


def _net(host: HostDocument, name: str) -> float | None:
    total = _summary(host, "net")
    return None if total is None else total.fields.get(name)


def _summary(host: HostDocument, measurement: str) -> Point | None:
    """The host's one figure of a measurement, as the API's summary has it."""
    points = [
        Point(measurement, tuple(point["labels"].items()), point["fields"])
        for point in host["metrics"].get(measurement, ())
    ]
    return next(iter(summary_points(points)), None)


def _rate(value: float | None) -> str:
    if value is None:
        return "-"
    return f"{bytes_text(value)}/s" if abs(value) < _MOST_RATE else "too much"


def _or_least(value: float | None) -> float:
    return float("-inf") if value is None else value
