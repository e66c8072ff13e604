"""What the API is made of: whoever builds the app hands it everything here, and the app holds no globals."""

import time
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Annotated, Any, Protocol

from fastapi import Depends, Request

from inventory.host import HostSpec
from inventory.host_table.repository import HostRepository
from metrics.current.state import CurrentState
from metrics.push_outcome import Taken
from metrics.store import MetricStore
from web.alert_parts import AlertParts
from web.current_answers import CurrentAnswers
from web.history_bodies import HistoryBodies
from web.host_keys import HostKeyDesk
from web.polls_log import PollLog
from web.prometheus.telemetry import Telemetry

if TYPE_CHECKING:  # each of them needs the parts in turn
    from access.accounts import Accounts
    from access.audit.log import AuditLog
    from web.access.limits import Limit
    from web.access.login_limits import LoginLimits
    from web.access.session import Sessions
    from web.host_views import HostViews
    from web.live.hub import LiveHub


class FleetView(Protocol):
    """The hosts as they are polled now, and what is last known of each."""

    @property
    def hosts(self) -> Mapping[str, HostSpec]:
        """Every host that can be used, by name, paused ones included."""

    @property
    def current(self) -> CurrentState:
        """What is last known."""

    async def refresh(self) -> None:
        """Take over changes of the host table now rather than at the next look."""


class HostChecker(Protocol):
    """Walks to a host step by step."""

    def check(self, host: HostSpec) -> AsyncIterator[Mapping[str, Any]]:
        """Yield `{step, ok, reason, detail, advice}` as each step is done, up to the first that fails."""


class PushIntake(Protocol):
    """Takes the samples that hosts send by themselves."""

    async def take(
        self,
        host: HostSpec,
        answers: Sequence[bytes],
        *,
        hello: Mapping[str, Any] | None,
        now: float,
        sent: float | None = None,
    ) -> Sequence[Taken]:
        """Take probe answers (JSON, in any order); what became of each, in the same order.

        Returns when those accepted are stored. `now`: unix seconds. `sent`: the host's clock when it sent
        them, None where it does not say. Raises BadAnswer for a hello that is none, StoreUnavailable when
        storing takes too long, StoreError when the store refuses.
        """


ReadinessCheck = Callable[[], str | None]
"""Says why something is not ready; None when it is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WebOptions:
    """What can be set. `rate_limit`: per identity, else per address. `token_seconds`: life of a JWT.

    `host_variables`: patterns of the environment variables that hosts made over the API may refer to.
    `is_https`: whether browsers reach the API over TLS. `kiosk`: anybody may look at the fleet's state.
    """

    rate_limit: str = "100/minute"
    cors_origins: tuple[str, ...] = ()
    token_seconds: float = 3600.0
    host_variables: tuple[str, ...] = ("MONCTL_HOST_*",)
    is_https: bool = False
    kiosk: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """The parts of one app. `push` is None in a process that does not poll, `host_keys` where none is asked.

    `readiness`: name -> check. `unavailable`: errors which say that the database is away. `clock`: unix
    seconds. `current_answers`, `history_bodies`: answers that are given again while they hold. `telemetry`:
    what monctl says of itself.
    """

    options: WebOptions
    fleet: FleetView
    repository: HostRepository
    host_views: "HostViews"
    store: MetricStore
    accounts: "Accounts"
    logins: "LoginLimits"
    sessions: "Sessions"
    limit: "Limit"
    push_limit: "Limit"
    audit: "AuditLog"
    live: "LiveHub"
    alerts: AlertParts
    checker: HostChecker
    push: PushIntake | None = None
    host_keys: HostKeyDesk | None = None
    poll_log: PollLog = field(default_factory=PollLog)
    readiness: Mapping[str, ReadinessCheck] = field(default_factory=dict)
    unavailable: tuple[type[Exception], ...] = ()
    clock: Callable[[], float] = time.time
    current_answers: CurrentAnswers = field(default_factory=CurrentAnswers)
    history_bodies: HistoryBodies = field(default_factory=HistoryBodies)
    telemetry: Telemetry = field(default_factory=Telemetry)


def parts_of(request: Request) -> Parts:
    """The parts of the app that a request came to."""
    parts: Parts = request.app.state.parts
    return parts


AppParts = Annotated[Parts, Depends(parts_of)]
