"""API and dashboard of a process: built of the process' parts, and run beside them."""

import contextlib
import logging
import socket
import sys
import time
from collections.abc import Coroutine, Iterator, Mapping
from functools import partial
from typing import Any

from access.first_admin import ensure_admin
from access.names import FIRST_ADMIN
from alerts.channels.apprise_notifier import AppriseNotifier
from alerts.channels.tester import Tester
from alerts.replay import Replayer
from alerts.repositories import AlertRepositories
from alerts.silences.book import SilenceBook
from foundation.database.errors import DatabaseUnusable
from foundation.documents.variables import variable
from foundation.mishaps import Mishaps
from metrics.results import Sink
from metrics.store import MetricStore
from metrics.stores.sink import StoreSink
from monctl.daemon.alerting.news import AlertNews
from monctl.daemon.web.checker import ConnectorChecker
from monctl.daemon.web.host_keys import ConnectorKeys
from monctl.installation import Installation
from monctl.private_files import forget_first_password, keep_first_password
from monctl.render.printing import out
from monctl.settings.web import ListenAddress
from monctl.version import version
from poller.ssh.connector import SshConnector
from web.app import create_app
from web.auth.host_names import HostNames
from web.auth.kiosk import kiosk_alert
from web.auth.limits import Limit
from web.auth.login_limits import LoginLimits
from web.auth.opening import open_access
from web.auth.origin import origin_of
from web.dependencies import Dependencies, WebOptions
from web.hosts.polls import PollLog
from web.hosts.views import HostViews
from web.http.server import Certificate, WebServer, listening_socket
from web.live.hub import LiveHub
from web.live.streams import EventGroup
from web.ports import FleetView, PushIntake, ReadinessCheck
from web.prometheus.telemetry import Telemetry

ADMIN_PASSWORD_VARIABLE = "MONCTL_ADMIN_PASSWORD"  # noqa: S105 -- the variable's name, not a password
_PUSH_RATE = "100/minute"

log = logging.getLogger(__name__)


@contextlib.contextmanager
def open_front_door(installation: Installation, listen: ListenAddress) -> Iterator[socket.socket]:
    """The socket to serve on, bound, with somebody there who may log in.

    Raises ServerUnusable, and AccountInvalid for a MONCTL_ADMIN_PASSWORD that cannot be one.
    """
    settings = installation.settings.web
    with contextlib.closing(listening_socket(listen.host, listen.port)) as sock:
        if not listen.is_loopback and settings.tls_certificate is None:
            log.warning(
                "LISTENING ON %s WITHOUT TLS: passwords and tokens can be read by anybody on the way. Set "
                "web.tls_certificate in monctl.yaml, or put a proxy that speaks TLS in front of 127.0.0.1",
                listen,
            )
        if settings.kiosk and not listen.is_loopback:
            log.warning(
                "web.kiosk LETS ANYBODY who reaches %s see names, states, figures and alerts of the hosts, "
                "without a log-in",
                listen,
            )
        password = ensure_admin(
            open_access(installation.engine).accounts.users,
            password=variable(ADMIN_PASSWORD_VARIABLE, installation.environ),
        )
        _announce(installation, listen, password)
        yield sock


def _announce(installation: Installation, listen: ListenAddress, password: str | None) -> None:
    """Say where the dashboard is and, once, how to log in; nobody needs it to poll."""
    scheme = "http" if installation.settings.web.tls_certificate is None else "https"
    try:
        where = f"Dashboard: {scheme}://{listen}  (API: {scheme}://{listen}/docs)"
        out.print(where, markup=False, soft_wrap=True)
        if password is not None:
            first = f"First start: log in as {FIRST_ADMIN} with {_shown_password(installation, password)}"
            out.print(first, markup=False, soft_wrap=True)
    except OSError as error:
        log.warning(
            "the address of the dashboard cannot be printed, nor a first password (set one with: monctl user "
            "password %s): %s",
            FIRST_ADMIN,
            error.strerror,
        )


def _shown_password(installation: Installation, password: str) -> str:
    """The password, for a terminal; else where it is kept, since journals keep what is printed."""
    if sys.stdout.isatty():
        return f"the password {password}"
    path = keep_first_password(installation.data_dir, password)
    return f"the password that, until it is changed, is in {path}"


class WebFront:
    """The API of one process. `parts()` is what has to run.

    `live` and `poll_log` are sinks for every result, `polls` one for those of this process' own polls.
    `connector`: how hosts are reached that somebody wants to check. `push` and `sink` (that of the metric
    store) are None in a process that does not poll. `silences`: those in force.
    """

    def __init__(
        self,
        installation: Installation,
        sock: socket.socket,
        *,
        fleet: FleetView,
        store: MetricStore,
        alerts: AlertRepositories,
        silences: SilenceBook,
        connector: SshConnector,
        readiness: Mapping[str, ReadinessCheck],
        push: PushIntake | None = None,
        sink: StoreSink | None = None,
        mishaps: Mishaps | None = None,
    ) -> None:
        mishaps = mishaps or Mishaps(log)
        self._installation = installation
        self._fleet = fleet
        self._options = _options(installation)
        self._access = open_access(
            installation.engine,
            token_seconds=self._options.token_seconds,
            unavailable=(DatabaseUnusable,),
            on_new_password=partial(forget_first_password, installation.data_dir),
        )
        self._version = version() or "unknown"
        self.live = LiveHub(fleet)
        self.poll_log = PollLog(since=time.time(), hosts=lambda: fleet.hosts)
        self._news = AlertNews(alerts.book, silences, self._publish_alert, mishaps=mishaps)
        self.telemetry = self._telemetry(sink)
        self.telemetry.watch_mishaps(mishaps.counts)
        self.polls: Sink = self.telemetry.polls
        parts = self._dependencies(store, alerts, connector, readiness=readiness, push=push)
        self._server = self._web_server(parts, sock)

    def _telemetry(self, sink: StoreSink | None) -> Telemetry:
        telemetry = Telemetry(self._version)
        telemetry.watch_live(self.live)
        telemetry.watch_alerts(self._news.open_alerts)
        if sink is not None:
            telemetry.watch_store(sink)
        return telemetry

    def _dependencies(
        self,
        store: MetricStore,
        alerts: AlertRepositories,
        connector: SshConnector,
        *,
        readiness: Mapping[str, ReadinessCheck],
        push: PushIntake | None,
    ) -> Dependencies:
        return Dependencies(
            options=self._options,
            fleet=self._fleet,
            repository=self._installation.repository,
            host_views=HostViews(self._installation.repository),
            store=store,
            accounts=self._access.accounts,
            logins=LoginLimits(),
            sessions=self._access.sessions,
            limit=Limit(self._options.rate_limit),
            push_limit=Limit(_PUSH_RATE),
            audit=self._access.audit,
            live=self.live,
            alerts=alerts,
            channel_tester=Tester(
                alerts.channels,
                AppriseNotifier(addresses=self._installation.settings.alerts.address_policy),
            ),
            rule_replayer=Replayer(store, lambda: self._fleet.hosts),
            telemetry=self.telemetry,
            checker=ConnectorChecker(connector),
            host_keys=ConnectorKeys(connector),
            poll_log=self.poll_log,
            push=push,
            readiness=readiness,
            unavailable=(DatabaseUnusable,),
        )

    def _web_server(self, parts: Dependencies, sock: socket.socket) -> WebServer:
        return WebServer(
            create_app(parts, version=self._version),
            sock,
            certificate=_certificate(self._installation),
            proxies=self._installation.settings.web.trusted_proxies,
            on_stop=self.live.close,
        )

    def parts(self) -> dict[str, Coroutine[Any, Any, None]]:
        """What runs, by name."""
        return {"live stream": self.live.run(), "alert news": self._news.run(), "web": self._run_server()}

    def _publish_alert(self, host: str, alert: Mapping[str, Any]) -> None:
        spec = self._fleet.hosts.get(host)
        self.live.publish("alert", alert, host=spec, group=EventGroup.ALERTS, kiosk_data=kiosk_alert(alert))

    async def _run_server(self) -> None:
        try:
            await self._server.run()
        finally:
            await self._access.accounts.settle()


def _options(installation: Installation) -> WebOptions:
    settings = installation.settings.web
    return WebOptions(
        rate_limit=settings.rate_limit,
        cors_origins=tuple(settings.cors_origins),
        token_seconds=settings.token_lifetime,
        host_variables=tuple(settings.host_variables),
        is_https=settings.tls_certificate is not None,
        kiosk=settings.kiosk,
        host_names=HostNames(settings.own_names) if settings.kiosk else None,
        own_origins=tuple(map(origin_of, [*filter(None, [settings.public_url]), *settings.cors_origins])),
    )


def _certificate(installation: Installation) -> Certificate | None:
    settings = installation.settings.web
    if settings.tls_certificate is None:
        return None
    return Certificate(certificate=settings.tls_certificate, key=settings.tls_key)
