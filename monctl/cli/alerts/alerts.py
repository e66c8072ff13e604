"""`monctl alerts …`: what is wrong now, and was before."""

import time
from enum import StrEnum
from typing import Annotated, Any

import typer
from rich.markup import escape
from rich.table import Table

from access.audit.log import AuditLog
from alerts.history.filter import OPEN, AlertFilter
from alerts.history.repository import AlertRepository
from alerts.history.view import alert_view, story_view
from alerts.severity import Severity
from alerts.silences.book import SilenceBook
from alerts.silences.repository import SilenceRepository
from alerts.states import AlertState
from alerts.tables import AlertRow
from foundation.display.pages import page_view
from foundation.display.text import clean_text
from foundation.documents.errors import ValueInvalid
from foundation.times import local_text
from metrics.catalog import nearest
from monctl.cli.access import accounts
from monctl.cli.installed import installed
from monctl.cli.moments import seconds_since
from monctl.cli.options import ConfigOption, DataDirOption, HostsArgument, InventoryOption, JsonOption
from monctl.daemon.lock import running_daemon
from monctl.errors import UnknownHost
from monctl.installation import Installation
from monctl.render.alert_table import WIDE_COLUMNS, alert_lines, alert_table, summary_line
from monctl.render.exit_status import EXIT_BAD
from monctl.render.printing import err, fail, out, print_json
from web.hosts.choice import is_pattern

app = typer.Typer(no_args_is_help=True, help="Alerts: what is wrong now, and was before.")
HostOption = Annotated[
    list[str] | None, typer.Option("--host", help="A name, pattern or tag; repeatable.", show_default="all")
]
RuleOption = Annotated[
    list[str] | None,
    typer.Option("--rule", help="A rule's name or a pattern; repeatable.", show_default="all"),
]
AlertArgument = Annotated[int, typer.Argument(help="The alert's id.", min=1, max=2**31 - 1)]
AlertsArgument = Annotated[list[int], typer.Argument(help="The alerts' ids.", min=1, max=2**31 - 1)]
_ALL = 1_000_000
_TEXT_CHARACTERS = 1000
_NOTE_CHARACTERS = 1000
_TIMES = ("since", "fired_at", "resolved_at", "notified_at", "escalated_at")
_NOT_ON_LINES = ("notifications", "readings", "cleared_readings", "top_processes")


class StateChoice(StrEnum):
    """The states of `alerts.tables`, which would load a database library for every command."""

    PENDING = "pending"
    FIRING = "firing"
    RESOLVED = "resolved"


@app.command("list")
def list_alerts(
    hosts: HostsArgument = None,
    state: Annotated[
        list[StateChoice] | None, typer.Option(help="Repeatable.", show_default="pending and firing")
    ] = None,
    rule: RuleOption = None,
    severity: Annotated[list[Severity] | None, typer.Option(help="Repeatable.", show_default="all")] = None,
    as_json: JsonOption = False,
    inventory: InventoryOption = None,
    config: ConfigOption = None,
    data_dir: DataDirOption = None,
) -> None:
    """List the open alerts, the worst first; exit 1 if any of them fires."""
    alert_filter = AlertFilter(
        states=frozenset(map(AlertState, state or OPEN)),
        hosts=tuple(hosts or ()),
        rules=tuple(rule or ()),
        severities=frozenset(severity or Severity),
    )
    with installed(inventory, config, data_dir, sync=False, reads=True) as installation:
        rows, total = _book(installation).page(alert_filter, limit=_ALL)
        _refuse_unknown(installation, hosts or [], rows)
        views = _views(installation, rows)
        has_daemon = running_daemon(installation.data_dir)
    if as_json:
        _print_page(views, total, limit=total)
    else:
        _print_alerts(views)
        if not has_daemon:
            err.print("No daemon evaluates rules in this data directory now.", style="yellow")
    if any(view["state"] == StateChoice.FIRING for view in views):
        raise typer.Exit(EXIT_BAD)


@app.command()
def history(
    hosts: HostsArgument = None,
    since: Annotated[
        str, typer.Option("--since", help="How far back, or from when: 24h, 1w, 2026-01-31, 18:00.")
    ] = "7d",
    host: HostOption = None,
    rule: RuleOption = None,
    limit: Annotated[int, typer.Option(help="The most that are shown.", min=1, max=_ALL)] = 100,
    as_json: JsonOption = False,
    inventory: InventoryOption = None,
    config: ConfigOption = None,
    data_dir: DataDirOption = None,
) -> None:
    """List all alerts that were firing at some time, the newest first; those that still fire too."""
    end = time.time()
    start = max(0.0, end - _seconds(since, end))
    chosen_hosts = [*(hosts or []), *(host or [])]
    alert_filter = AlertFilter(hosts=tuple(chosen_hosts), rules=tuple(rule or ()))
    with installed(inventory, config, data_dir, sync=False, reads=True) as installation:
        rows, total = _book(installation).history(alert_filter, start=start, end=end, limit=limit)
        _refuse_unknown(installation, chosen_hosts, rows)
        views = _views(installation, rows)
    if as_json:
        _print_page(views, total, limit=limit)
        return
    _print_alerts(views)
    if total > len(views):
        err.print(f"{total - len(views)} older ones are left out: see --limit.", style="yellow")


@app.command()
def show(
    alert: AlertArgument,
    as_json: JsonOption = False,
    inventory: InventoryOption = None,
    config: ConfigOption = None,
    data_dir: DataDirOption = None,
) -> None:
    """Show all that is known of an alert, and what was told of it to whom."""
    with installed(inventory, config, data_dir, sync=False, reads=True) as installation:
        story = _book(installation).get(alert)
        view = story_view(story, silences=_silences(installation), now=time.time())
    if as_json:
        print_json(view)
        return
    for name, value in view.items():
        if name not in _NOT_ON_LINES and value not in (None, "", {}, []):
            shown = local_text(value) if name in _TIMES else value
            out.print(f"[bold]{name:<12}[/] {escape(_text(shown))}", soft_wrap=True)
    if view["notifications"]:
        out.print()
        out.print(_notifications(view["notifications"]))


@app.command()
def ack(
    alerts: AlertsArgument,
    note: Annotated[str, typer.Option(help="What others should know.")] = "",
    undo: Annotated[bool, typer.Option("--undo", help="Take the acknowledgement back.")] = False,
    inventory: InventoryOption = None,
    config: ConfigOption = None,
    data_dir: DataDirOption = None,
) -> None:
    """Say that somebody is on it: no more repeats, no escalation; the end is still told."""
    if len(note) > _NOTE_CHARACTERS or not note.isprintable():
        fail(f"--note: takes one line of at most {_NOTE_CHARACTERS} characters")
    with installed(inventory, config, data_dir, sync=False) as installation:
        for number in alerts:
            row = _take_back(installation, number) if undo else _acknowledge(installation, number, note)
            new_state = "no longer acknowledged" if undo else "acknowledged"
            alert_name = f"{row.rule} on {row.host}" if row.host else row.rule
            out.print(
                f"{new_state} {number}: {escape(clean_text(alert_name, limit=_TEXT_CHARACTERS))}",
                soft_wrap=True,
            )


def _acknowledge(installation: Installation, number: int, text: str) -> AlertRow:
    actor = accounts.actor()
    note = AuditLog(installation.engine).note(actor, "alert.ack", str(number), note=text)
    return _book(installation).acknowledge(number, by=actor.name, text=text, note=note)


def _take_back(installation: Installation, number: int) -> AlertRow:
    note = AuditLog(installation.engine).note(accounts.actor(), "alert.unack", str(number))
    return _book(installation).unacknowledge(number, note=note)


def _book(installation: Installation) -> AlertRepository:
    return AlertRepository(installation.engine)


def _silences(installation: Installation) -> Any:
    return SilenceBook(SilenceRepository(installation.engine).unexpired())


def _views(installation: Installation, rows: list[AlertRow]) -> list[dict[str, Any]]:
    silences, now = _silences(installation), time.time()
    return [alert_view(row, silences=silences, now=now) for row in rows]


def _refuse_unknown(installation: Installation, names: list[str], rows: list[AlertRow]) -> None:
    """Raise UnknownHost for a name, no pattern, of which neither inventory nor alerts know."""
    plain = [name for name in names if not is_pattern(name)]
    if not plain:
        return
    host_names = {host.name for host in installation.repository.list()} | {row.host for row in rows}
    for name in plain:
        if name not in host_names:
            raise UnknownHost(name, nearest(name, host_names))


def _print_page(views: list[dict[str, Any]], total: int, *, limit: int) -> None:
    print_json(page_view(views, total=total, offset=0, limit=limit))


def _print_alerts(views: list[dict[str, Any]]) -> None:
    if views and out.width >= WIDE_COLUMNS:
        out.print(alert_table(views, now=time.time()))
    else:
        for line in alert_lines(views, now=time.time()):
            out.print(line, soft_wrap=True)
    out.print(summary_line(views), style="bold")


def _notifications(notifications: list[dict[str, Any]]) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    for title in ("TOLD", "CHANNEL", "STATUS", "ATTEMPTS", "FINISHED"):
        table.add_column(title, no_wrap=True)
    table.add_column("WHY", overflow="fold")
    for one in notifications:
        silence = f"silence {one['silence']}" if one["silence"] is not None else ""
        table.add_row(
            one["kind"],
            escape(_text(one["channel"])),
            one["status"],
            str(one["attempts"]),
            local_text(one["finished_at"]) if one["finished_at"] else "-",
            escape(_text(one["error"] or silence)),
        )
    return table


def _text(value: object) -> str:
    match value:
        case dict():
            text = ", ".join(f"{name}={one}" for name, one in value.items() if one is not None)
        case list():
            text = ", ".join(str(one) for one in value)
        case bool():
            text = "yes" if value else "no"
        case _:
            text = str(value)
    return clean_text(" ".join(text.split()), limit=_TEXT_CHARACTERS)


def _seconds(text: str, now: float) -> float:
    try:
        return seconds_since(text, now=now)
    except ValueInvalid as error:
        fail(f"--since: {error.message}")
