"""What `monctl poll` does: the daemon in the foreground, or one round over all hosts."""

import contextlib
import logging
import time
from collections.abc import Iterator

import typer
from rich.progress import Progress

from metrics.current.state import CurrentState
from metrics.results import PollResult
from monctl import event_loop as aio
from monctl.daemon.daemon import Daemon
from monctl.daemon.lock import daemon_lock
from monctl.daemon.process import raise_file_limit
from monctl.daemon.web.fleet_view import view_of
from monctl.daemon.web.front import open_front_door
from monctl.installation import Installation
from monctl.logs import configure_logging
from monctl.render.exit_status import EXIT_BAD
from monctl.render.fleet import print_fleet
from monctl.render.fleet_table import summary_line
from monctl.render.printing import err, fail, out, print_json
from monctl.settings.web import ListenAddress
from poller.fleet import is_polled
from poller.once import poll_once
from poller.ssh.connector import SshConnector

_TABLE_HOSTS = 40

log = logging.getLogger(__name__)


def poll_on(installation: Installation, *, listen: ListenAddress | None) -> None:
    """Run the daemon in the foreground until told to stop; `listen`: where it serves, None for nowhere."""
    try:
        configure_logging(installation.settings.log)
    except OSError as error:
        fail(f"log file {installation.settings.log.file}: {error.strerror}")
    with daemon_lock(installation.data_dir):
        if listen is None:
            aio.run(Daemon(installation, on_first_round=_show).run())
            return
        with open_front_door(installation, listen) as sock:
            aio.run(Daemon(installation, on_first_round=_show, sock=sock).run())


def _show(daemon: Daemon) -> None:
    """The first round's result, for whoever started the daemon in a terminal; nobody needs it to poll."""
    try:
        _print_first_round(daemon)
    except OSError as error:  # the terminal went away, or the disk that standard output goes to is full
        log.warning("the first round cannot be printed: %s", error.strerror)


def _print_first_round(daemon: Daemon) -> None:
    hosts = view_of(daemon.current, daemon.fleet.hosts, now=time.time())["hosts"]
    if len(hosts) <= _TABLE_HOSTS:
        print_fleet(hosts)
    else:
        out.print(summary_line(hosts), style="bold")
    if not hosts:
        out.print("The inventory has no hosts yet: add some to hosts.yaml, it is watched.")
    out.print("Polling. Live: monctl top · Over time: monctl history HOST cpu.usage_busy", style="dim")


def poll_round(installation: Installation, *, as_json: bool) -> None:
    """Poll every host once and print; ends with status 1 if any failed."""
    hosts = {name: host for name, host in installation.hosts().items() if is_polled(host)}
    current = CurrentState()
    raise_file_limit()

    async def all_hosts() -> None:
        connector = SshConnector(find_host=installation.hosts().get)
        try:
            with Progress(console=err, transient=True, disable=not err.is_terminal) as progress:
                task = progress.add_task("polling", total=len(hosts))

                def accept(results: tuple[PollResult, ...]) -> None:
                    for result in results:
                        current.accept(result)
                    progress.advance(task)

                await poll_once(connector, hosts.values(), accept)
        finally:
            connector.close()

    with _quiet_poller():
        aio.run(all_hosts())
    view = view_of(current, hosts, now=time.time())
    if as_json:
        print_json(view)
    else:
        print_fleet(view["hosts"])
    if any(host["state"] != "ok" for host in view["hosts"]):
        raise typer.Exit(EXIT_BAD)


@contextlib.contextmanager
def _quiet_poller() -> Iterator[None]:
    """Log no host's failure: the table says why each failed."""
    logger = logging.getLogger("poller")
    level = logger.level
    logger.setLevel(logging.ERROR)
    try:
        yield
    finally:
        logger.setLevel(level)
