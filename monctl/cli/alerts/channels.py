"""`monctl channels …`: the places that alerts go to."""

import sys
from typing import Annotated, Any

import typer
from rich.markup import escape
from rich.table import Table

from access.audit.log import AuditLog
from alerts.channels.apprise_notifier import AppriseNotifier
from alerts.channels.repository import ChannelRepository
from alerts.channels.tester import Tester
from alerts.channels.view import channel_view
from alerts.severity import Severity
from foundation.database.changes import Note
from foundation.display.pages import page_view
from foundation.display.text import clean_text
from monctl import event_loop as aio
from monctl.cli.access import accounts
from monctl.cli.installed import installed
from monctl.cli.options import ConfigOption, DataDirOption, InventoryOption, JsonOption, YesOption
from monctl.daemon.alerting.repositories import open_alert_repositories
from monctl.installation import Installation
from monctl.render.exit_status import EXIT_BAD
from monctl.render.printing import out, print_json

app = typer.Typer(no_args_is_help=True, help="Channels: the places that alerts go to.")
ChannelArgument = Annotated[str, typer.Argument(help="The channel's name.")]
_SHOWN_CHARACTERS = 200


@app.command("list")
def list_channels(
    as_json: JsonOption = False,
    inventory: InventoryOption = None,
    config: ConfigOption = None,
    data_dir: DataDirOption = None,
) -> None:
    """List the channels: service, least severity, owner, how the last delivery went. URLs are not shown."""
    with installed(inventory, config, data_dir, sync=False, reads=True) as installation:
        channels = _open_channels(installation)
        last = channels.last_deliveries()
        views = [channel_view(channel, last.get(channel.name)) for channel in channels.list()]
    if as_json:
        print_json(page_view(views, total=len(views), offset=0, limit=len(views)))
        return
    out.print(_table(views))
    for view in views:
        if view["problem"]:
            warning = clean_text(f"{view['name']} cannot be used: {view['problem']}", limit=_SHOWN_CHARACTERS)
            out.print(warning, style="red", markup=False, soft_wrap=True)


@app.command("test")
def send_test(
    channel: ChannelArgument,
    as_json: JsonOption = False,
    inventory: InventoryOption = None,
    config: ConfigOption = None,
    data_dir: DataDirOption = None,
) -> None:
    """Send a test message and show what the service said; ends with status 1 if it did not arrive."""
    with installed(inventory, config, data_dir, sync=False, reads=True) as installation:
        notifier = AppriseNotifier(addresses=installation.settings.alerts.address_policy)
        result = aio.run(Tester(_open_channels(installation), notifier).test(channel))
    if as_json:
        print_json(result)
    else:
        style, verdict = ("green", "arrived") if result["ok"] else ("red", "did not arrive")
        out.print(f"[{style}]{escape(channel)}: {verdict}[/] after {result['seconds']:.1f} s")
        if result["answer"]:
            out.print(result["answer"], markup=False, soft_wrap=True)
    if not result["ok"]:
        raise typer.Exit(EXIT_BAD)


@app.command()
def add(
    channel: ChannelArgument,
    url: Annotated[str, typer.Argument(help="An Apprise URL, its secrets as '${MONCTL_CHANNEL_…}'.")],
    min_severity: Annotated[Severity, typer.Option(help="The least that goes there.")] = Severity.INFO,
    inventory: InventoryOption = None,
    config: ConfigOption = None,
    data_dir: DataDirOption = None,
) -> None:
    """Add a channel that belongs to the API and the command line rather than to monctl.yaml."""
    with installed(inventory, config, data_dir, sync=False) as installation:
        note = _note(installation, "channel.create", channel, min_severity=min_severity.value)
        _open_channels(installation).add(channel, url=url, min_severity=min_severity, note=note)
    out.print(f"added {escape(channel)}; next: monctl channels test {escape(channel)}", soft_wrap=True)


@app.command()
def remove(
    channel: ChannelArgument,
    yes: YesOption = False,
    inventory: InventoryOption = None,
    config: ConfigOption = None,
    data_dir: DataDirOption = None,
) -> None:
    """Remove a channel that belongs to the API; one of monctl.yaml is removed there."""
    with installed(inventory, config, data_dir, sync=False) as installation:
        channels = _open_channels(installation)
        channels.get(channel)
        if not yes and sys.stdin.isatty() and not typer.confirm(f"Remove {channel}?"):
            raise typer.Exit(1)
        channels.remove(channel, note=_note(installation, "channel.delete", channel))
    out.print(f"removed {escape(channel)}")


def _open_channels(installation: Installation) -> ChannelRepository:
    return open_alert_repositories(installation).channels


def _note(installation: Installation, action: str, target: str, **detail: Any) -> Note:
    """The entry of the audit log that goes with a change."""
    return AuditLog(installation.engine).note(accounts.actor(), action, target, **detail)


def _table(views: list[dict[str, Any]]) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    for title in ("CHANNEL", "SERVICE", "FROM", "OWNER", "LAST DELIVERY"):
        table.add_column(title, overflow="fold")
    for view in views:
        service = view["service"] or (f"{view['scheme']}://" if view["scheme"] else "[red]unknown[/]")
        cells = (view["name"], service, view["min_severity"], _owner(view), _last(view))
        table.add_row(*(cell if cell == "[red]unknown[/]" else escape(cell) for cell in cells))
    return table


def _owner(view: dict[str, Any]) -> str:
    if view["file"] is None:
        return "API"
    return view["file"] if view["line"] is None else f"{view['file']}:{view['line']}"


def _last(view: dict[str, Any]) -> str:
    last = view["last_delivery"]
    if last is None:
        return "never"
    time = last["time"][:19].replace("T", " ")
    return time if last["ok"] else clean_text(f"{time} failed: {last['error']}", limit=_SHOWN_CHARACTERS)
