"""The API in the test's own process, without a daemon: real database and routes, known tokens, no network."""

import asyncio
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
from fastapi import FastAPI
from sqlalchemy import Engine

from access.accounts import Accounts
from access.identity import Identity, IdentityKind
from access.roles import Role
from alerts.channels.repository import ChannelRepository
from alerts.history.repository import AlertRepository
from alerts.repositories import AlertRepositories
from alerts.rules.repository import RuleRepository
from alerts.rules.rule import Rule
from alerts.silences.repository import SilenceRepository
from foundation.database.errors import DatabaseUnusable
from foundation.times import rfc3339
from inventory.host import HostSpec
from inventory.host_table.repository import HostRepository
from metrics.current.state import CurrentState
from metrics.store import MetricStore
from metrics.stores.memory import MemoryStore
from tests.support.databases import SQLITE, Database
from web.app import create_app
from web.auth.limits import Limit
from web.auth.login_limits import LoginLimits
from web.auth.opening import open_access
from web.dependencies import Dependencies, WebOptions
from web.hosts.views import HostViews
from web.live.hub import LiveHub
from web.ports import PushIntake

TOKENS = {role: f"{role}-token" for role in Role}


class KnownTokens(Accounts):
    """Accounts that know, beside the real ones, one token of each role."""

    async def identify(self, token: str) -> Identity | None:
        """The user of a token."""
        return _identity_of(token) or await super().identify(token)

    async def identify_key(self, key: str) -> Identity | None:
        """The user of a key."""
        return _identity_of(key) or await super().identify_key(key)


def _identity_of(token: str) -> Identity | None:
    for number, (role, role_token) in enumerate(TOKENS.items(), start=1):
        if token == role_token:
            return Identity(kind=IdentityKind.USER, id=number, name=str(role), role=role)
    return None


@dataclass
class FixedFleet:
    """A fleet view over a repository, read anew whenever it is asked for."""

    repository: HostRepository
    current: CurrentState = field(default_factory=CurrentState)
    refreshed: int = 0

    @property
    def hosts(self) -> Mapping[str, HostSpec]:
        """The table's hosts."""
        return self.repository.specs().hosts

    async def refresh(self) -> None:
        """Count the calls."""
        self.refreshed += 1


class FixedChecker:
    """A checker whose walks go well, or fail at the second step for hosts named bad-…."""

    async def check(self, host: HostSpec) -> AsyncIterator[Mapping[str, Any]]:
        """Two steps."""
        yield {"step": "dns", "ok": True, "reason": None, "detail": host.address, "advice": ""}
        await asyncio.sleep(0)
        is_ok = not host.name.startswith("bad-")
        reason = None if is_ok else "refused"
        yield {
            "step": "tcp",
            "ok": is_ok,
            "reason": reason,
            "detail": "",
            "advice": "" if is_ok else "start sshd",
        }


class FixedTester:
    """A channel tester to which every service says yes."""

    async def test(self, name: str) -> Mapping[str, Any]:
        """No message."""
        return {"channel": name, "ok": True, "seconds": 0.0, "answer": "200 OK"}


class FixedReplayer:
    """A replayer that finds no alert."""

    async def replay(
        self, rule: Rule, *, start: float, end: float, step: float | None = None
    ) -> Mapping[str, Any]:
        """Nothing happened."""
        return {
            "rule": rule.name,
            "start": rfc3339(start),
            "end": rfc3339(end),
            "step_seconds": step or 60.0,
            "hosts": 0,
            "alerts": [],
            "truncated": False,
        }


def alert_repositories(
    engine: Engine, environ: Mapping[str, str], *, channels: ChannelRepository | None = None
) -> AlertRepositories:
    """Rules, channels, silences and alerts of a database; `channels` in the place of those made here."""
    return AlertRepositories(
        rules=RuleRepository(engine),
        channels=channels or ChannelRepository(engine, environ=environ),
        silences=SilenceRepository(engine),
        book=AlertRepository(engine),
    )


@dataclass
class ApiUnderTest:
    """An app, its parts, and a client for it."""

    app: FastAPI
    parts: Dependencies
    fleet: FixedFleet
    client: httpx.AsyncClient

    async def call(
        self, method: str, path: str, *, role: Role | None = Role.ADMIN, **arguments: Any
    ) -> httpx.Response:
        """A request to a path under /api/v1 (or a root path starting with `//`) as a role, or as nobody."""
        headers = dict(arguments.pop("headers", {}))
        if role is not None:
            headers["Authorization"] = f"Bearer {TOKENS[role]}"
        url = path[1:] if path.startswith("//") else f"/api/v1{path}"
        return await self.client.request(method, url, headers=headers, **arguments)


@asynccontextmanager
async def api_under_test(
    folder: Path,
    *,
    database: Database | None = None,
    options: WebOptions | None = None,
    store: MetricStore | None = None,
    push: PushIntake | None = None,
    environ: Mapping[str, str] | None = None,
    **parts: Any,
) -> AsyncIterator[ApiUnderTest]:
    """An API on a database, a new one in `folder` without any; `parts` replace those made here."""
    engine = (database or Database(SQLITE, folder)).open()
    repository = HostRepository(engine, environ=environ or {})
    fleet = FixedFleet(repository)
    web_options = options or WebOptions(rate_limit="100000/minute")
    access = open_access(engine, token_seconds=web_options.token_seconds)
    accounts = KnownTokens(access.accounts.users, access.accounts.keys, access.accounts.tokens)
    defaults: dict[str, Any] = {
        "options": web_options,
        "fleet": fleet,
        "repository": repository,
        "host_views": HostViews(repository),
        "store": store or MemoryStore(),
        "accounts": accounts,
        "logins": LoginLimits(),
        "sessions": access.sessions,
        "limit": Limit(web_options.rate_limit),
        "push_limit": Limit("100/minute"),
        "audit": access.audit,
        "live": LiveHub(fleet),
        "alerts": alert_repositories(engine, environ or {}),
        "channel_tester": FixedTester(),
        "rule_replayer": FixedReplayer(),
        "checker": FixedChecker(),
        "push": push,
        "unavailable": (DatabaseUnusable,),
        "clock": time.time,
    }
    built = Dependencies(**(defaults | parts))
    app = create_app(built, version="test")
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
    try:
        async with httpx.AsyncClient(transport=transport, base_url="http://monctl.test") as client:
            yield ApiUnderTest(app, built, fleet, client)
    finally:
        await accounts.settle()
        engine.dispose()
