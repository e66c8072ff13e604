"""What the routes work with: whoever builds the app hands it everything here, and the app has no globals."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Annotated

from fastapi import Depends, Request

from access.accounts import Accounts
from access.audit.log import AuditLog
from alerts.channels.tester import Tester
from alerts.replay import Replayer
from alerts.repositories import AlertRepositories
from inventory.host_table.repository import HostRepository
from metrics.store import MetricStore
from web.auth.host_names import HostNames
from web.auth.limits import Limit
from web.auth.login_limits import LoginLimits
from web.auth.session import Sessions
from web.history.bodies import HistoryBodies
from web.history.work import WorkLimit
from web.hosts.current import CurrentAnswers
from web.hosts.polls import PollLog
from web.hosts.views import HostViews
from web.http.openapi import Documents
from web.live.hub import LiveHub
from web.ports import FleetView, HostChecker, HostKeyService, PushIntake, ReadinessCheck
from web.prometheus.telemetry import Telemetry


@dataclass(frozen=True, slots=True, kw_only=True)
class WebOptions:
    """What can be set. `rate_limit`: per identity, else per address. `token_seconds`: life of a JWT.

    `host_variables`: patterns of the environment variables that hosts made over the API may refer to.
    `is_https`: whether browsers reach the API over TLS. `kiosk`: anybody may look at the fleet's state.
    `host_names`: the names that such requests may have for this host, None for any.
    `own_origins`: of pages that are as good as those of the address asked for.
    """

    rate_limit: str = "100/minute"
    cors_origins: tuple[str, ...] = ()
    token_seconds: float = 3600.0
    host_variables: tuple[str, ...] = ("MONCTL_HOST_*",)
    is_https: bool = False
    kiosk: bool = False
    host_names: HostNames | None = None
    own_origins: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Dependencies:
    """What one app works with.

    `push` is None in a process that does not poll, `host_keys` where no host is asked for its keys.
    `readiness`: name -> check. `unavailable`: errors which say that the database is away. `clock`: unix
    seconds. `current_answers`, `history_bodies`, `documents`: caches of answers. `work`: how much history is
    read at once. `telemetry`: monctl's own metrics.
    """

    options: WebOptions
    fleet: FleetView
    repository: HostRepository
    host_views: HostViews
    store: MetricStore
    accounts: Accounts
    logins: LoginLimits
    sessions: Sessions
    limit: Limit
    push_limit: Limit
    audit: AuditLog
    live: LiveHub
    alerts: AlertRepositories
    channel_tester: Tester
    rule_replayer: Replayer
    checker: HostChecker
    push: PushIntake | None = None
    host_keys: HostKeyService | None = None
    poll_log: PollLog = field(default_factory=PollLog)
    readiness: Mapping[str, ReadinessCheck] = field(default_factory=dict)
    unavailable: tuple[type[Exception], ...] = ()
    clock: Callable[[], float] = time.time
    current_answers: CurrentAnswers = field(default_factory=CurrentAnswers)
    history_bodies: HistoryBodies = field(default_factory=HistoryBodies)
    telemetry: Telemetry = field(default_factory=Telemetry)
    documents: Documents = field(default_factory=Documents)
    work: WorkLimit = field(default_factory=WorkLimit)


def parts_of(request: Request) -> Dependencies:
    """The parts of the app that a request came to."""
    parts: Dependencies = request.app.state.parts
    return parts


AppDependencies = Annotated[Dependencies, Depends(parts_of)]
