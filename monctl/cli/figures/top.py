"""`monctl top`: the fleet live, full screen, sortable."""

import sys
import time
from dataclasses import dataclass
from typing import Annotated, Any

import typer
from rich.console import Group, RenderableType
from rich.live import Live
from rich.text import Text

from inventory.host import HostSpec
from metrics.store import MetricStore
from monctl import event_loop as aio
from monctl.cli.installed import installed
from monctl.cli.options import ConfigOption, DataDirOption, HostsArgument, InventoryOption
from monctl.daemon.lock import running_daemon
from monctl.daemon.web.fleet_view import stored_view
from monctl.installation import Installation, chosen_hosts
from monctl.render.fleet_table import SORT_KEYS, fleet_table, sort_hosts, summary_line
from monctl.render.key_presses import key_presses
from monctl.render.printing import err, fail, out

_HINTS = {"s": "state", "h": "host", "c": "cpu", "m": "mem", "l": "load", "d": "disk", "n": "net"}
_FRAME_LINES = 5


@dataclass(slots=True)
class Screen:
    """What is shown: the order, and the first line of the table that is on the screen."""

    sort: str = "state"
    reverse: bool = False
    first: int = 0

    def press(self, key: str | None, *, page: int) -> bool:
        """Act on a key; False to leave."""
        if key in ("q", "\x03", "\x1b"):
            return False
        if key in _HINTS:
            self.reverse = not self.reverse if self.sort == _HINTS[key] else False
            self.sort, self.first = _HINTS[key], 0
        moves = {"j": 1, "down": 1, "k": -1, "up": -1, "page down": page, " ": page, "page up": -page}
        self.first = max(0, self.first + moves.get(key or "", 0))
        return True


def top(
    hosts: HostsArgument = None,
    sort: Annotated[str, typer.Option("--sort", help=f"One of {', '.join(SORT_KEYS)}.")] = "state",
    every: Annotated[float, typer.Option("--every", help="Seconds between updates.", min=0.5)] = 2.0,
    inventory: InventoryOption = None,
    config: ConfigOption = None,
    data_dir: DataDirOption = None,
) -> None:
    """Show the fleet live; keys: s h c m l d n sort (again: other way round), j k scroll, q leaves."""
    if sort not in SORT_KEYS:
        fail(f"--sort {sort}: choose one of {', '.join(SORT_KEYS)}")
    if not (out.is_terminal and sys.stdin.isatty()):
        fail("top needs a terminal; use: monctl status")
    with installed(inventory, config, data_dir, reads=True) as installation:
        specs = chosen_hosts(installation.hosts(is_to_be_shown=True), hosts or [])
        aio.run(_show(installation, specs, Screen(sort=sort), every))
    if not running_daemon(installation.data_dir):
        err.print("No daemon polls from this data directory now; start it with: monctl poll", style="yellow")


async def _show(installation: Installation, hosts: dict[str, HostSpec], screen: Screen, every: float) -> None:
    store = await installation.open_store(read_only=True)
    try:
        with key_presses() as next_key, Live(console=out, screen=True, auto_refresh=False) as live:
            while await _one_update(live, store, hosts, screen=screen, next_key=next_key, every=every):
                pass
    finally:
        await store.close()


async def _one_update(
    live: Live, store: MetricStore, hosts: dict[str, HostSpec], *, screen: Screen, next_key: Any, every: float
) -> bool:
    """Read once, then redraw for each key until the next reading is due; False to leave."""
    view = await stored_view(store, hosts)
    until = time.monotonic() + every
    while (seconds_left := until - time.monotonic()) > 0:
        live.update(_frame(view["hosts"], screen), refresh=True)
        # nothing else runs in this loop, so that waiting for a key may block it
        if not screen.press(next_key(seconds_left), page=_page()):
            return False
    return True


def _frame(hosts: list[dict[str, Any]], screen: Screen) -> RenderableType:
    ordered = sort_hosts(hosts, screen.sort, reverse=screen.reverse)
    screen.first = min(screen.first, max(0, len(ordered) - _page()))
    visible_hosts = ordered[screen.first : screen.first + _page()]
    keys = "  ".join(f"{key} {name}" for key, name in _HINTS.items())
    more = (
        f" · {screen.first + 1}-{screen.first + len(visible_hosts)} of {len(ordered)}"
        if len(visible_hosts) < len(ordered)
        else ""
    )
    head = Text(
        f"monctl · {summary_line(hosts)} · by {screen.sort}{more} · {time.strftime('%H:%M:%S')}", style="bold"
    )
    return Group(
        head,
        fleet_table(visible_hosts, sort=None, width=out.width, is_folding=False),
        Text(f"sort: {keys}   j k scroll   q leave", style="dim"),
    )


def _page() -> int:
    return max(1, out.size.height - _FRAME_LINES)
