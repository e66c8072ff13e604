"""What `monctl serve` does: API and dashboard without polling."""

import asyncio
import logging
import socket

from alerts.repositories import AlertRepositories
from alerts.silences.book import SilenceBook
from foundation.database.errors import DatabaseUnusable
from foundation.mishaps import Mishaps
from metrics.store import MetricStore
from monctl import event_loop as aio
from monctl.daemon.alerting.repositories import open_alert_repositories
from monctl.daemon.inventory_follower import InventoryFollower
from monctl.daemon.process import raise_file_limit, share_interpreter
from monctl.daemon.signals import stop_on_signals
from monctl.daemon.web.front import WebFront, open_front_door
from monctl.daemon.web.read_only_fleet import ReadOnlyFleet
from monctl.installation import Installation
from monctl.logs import configure_logging
from monctl.private_files import guard_files, warn_of_open_keys
from monctl.render.printing import fail
from monctl.settings.web import ListenAddress
from poller.ssh.connector import SshConnector

_LOOK_SECONDS = 2.0

log = logging.getLogger(__name__)


def serve_on(installation: Installation, listen: ListenAddress) -> None:
    """Serve in the foreground until told to stop."""
    try:
        configure_logging(installation.settings.log)
    except OSError as error:
        fail(f"log file {installation.settings.log.file}: {error.strerror}")
    with open_front_door(installation, listen) as sock:
        aio.run(_serve(installation, sock))


async def _serve(installation: Installation, sock: socket.socket) -> None:
    raise_file_limit()
    share_interpreter()
    store = await installation.open_store(read_only=True)
    try:
        with stop_on_signals() as stop:
            await _run(installation, sock, store, stop)
    finally:
        await store.close()


async def _run(
    installation: Installation, sock: socket.socket, store: MetricStore, stop: asyncio.Event
) -> None:
    # a lambda, since fleet and follower need each other
    mishaps = Mishaps(log)
    fleet = ReadOnlyFleet(store, wake=lambda: follower.wake(), mishaps=mishaps)
    follower = InventoryFollower(installation, fleet.apply, mishaps=mishaps)
    await follower.read_table()
    await asyncio.to_thread(guard_files, installation)
    await warn_of_open_keys(fleet.hosts)
    await fleet.look()
    repositories = open_alert_repositories(installation)
    silences = SilenceBook()
    connector = SshConnector(find_host=fleet.hosts.get)
    front = WebFront(
        installation,
        sock,
        fleet=fleet,
        store=store,
        alerts=repositories,
        silences=silences,
        connector=connector,
        readiness={
            "inventory": lambda: None,
            "database": follower.database_problem,
            "store": lambda: "the metric store cannot be read" if fleet.is_failing else None,
            "poller": fleet.poller_problem,
        },
        mishaps=mishaps,
    )
    fleet.add_sink(front.live)
    fleet.add_sink(front.poll_log)
    parts = {
        "current values": fleet.run(),
        "inventory file": follower.follow_file(),
        "host table": follower.follow_table(),
        "silences": _follow_silences(repositories, silences, mishaps),
        **front.parts(),
    }
    try:
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(part, name=name) for name, part in parts.items()]
            await stop.wait()
            log.info("stopping")
            for task in reversed(tasks):
                task.cancel()
    finally:
        connector.close()


async def _follow_silences(repositories: AlertRepositories, silences: SilenceBook, mishaps: Mishaps) -> None:
    """Keep the silences that are shown beside alerts as they are in the database."""
    revision = -1
    mishaps.expect("silences")
    while True:
        with mishaps.survived("silences"):
            try:
                revision_now = await asyncio.to_thread(repositories.rules.revision)
                if revision_now != revision:
                    silences.replace(await asyncio.to_thread(repositories.silences.unexpired))
                    revision = revision_now
            except DatabaseUnusable as error:
                log.debug("silences stay as they are for now: %s", error)
        await asyncio.sleep(_LOOK_SECONDS)
