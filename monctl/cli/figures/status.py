"""`monctl status`: a line a host."""

import typer

from foundation.display.text import clean_text
from monctl.cli.installed import installed
from monctl.cli.options import ConfigOption, DataDirOption, HostsArgument, InventoryOption, JsonOption
from monctl.daemon.lock import running_daemon
from monctl.daemon.web.fleet_view import latest_view
from monctl.installation import Installation, chosen_hosts
from monctl.render.exit_status import EXIT_BAD
from monctl.render.fleet import print_fleet
from monctl.render.printing import err, out, print_json

_BAD_STATES = ("down", "late")
_SHOWN_ALERTS = 3
_ALERT_CHARACTERS = 600


def status(
    hosts: HostsArgument = None,
    as_json: JsonOption = False,
    inventory: InventoryOption = None,
    config: ConfigOption = None,
    data_dir: DataDirOption = None,
) -> None:
    """Show each host's state, reason, age, CPU, memory, load and fullest disk; exit 1 if any is down."""
    with installed(inventory, config, data_dir, reads=True) as installation:
        specs = chosen_hosts(installation.hosts(is_to_be_shown=True), hosts or [])
        view = latest_view(installation.latest(specs), specs)
        if as_json:
            print_json(view)
        else:
            print_fleet(view["hosts"])
            _print_alerts(installation, hosts or [])
            _warn_without_daemon(installation)
    if any(host["state"] in _BAD_STATES for host in view["hosts"]):
        raise typer.Exit(EXIT_BAD)


def _print_alerts(installation: Installation, hosts: list[str]) -> None:
    """How many alerts fire on these hosts, and the worst of them; nothing when none does."""
    rows, total = installation.firing_alerts(tuple(hosts), limit=_SHOWN_ALERTS)
    if not total:
        return
    text = ", ".join(f"{row.severity} {row.rule} on {row.host or 'the poller'}" for row in rows)
    more = f" and {total - len(rows)} more" if total > len(rows) else ""
    line = f"{total} alert{'' if total == 1 else 's'} firing: {text}{more} (monctl alerts list)"
    out.print(clean_text(line, limit=_ALERT_CHARACTERS), style="bold red", markup=False, soft_wrap=True)


def _warn_without_daemon(installation: Installation) -> None:
    if not running_daemon(installation.data_dir):
        err.print("No daemon polls from this data directory now; start it with: monctl poll", style="yellow")
