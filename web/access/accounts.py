"""Who is behind a token or a key, and log-in: users, keys and tokens together."""

import asyncio
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Engine

from web.access.identity import Identity, IdentityKind
from web.access.keys import KEY_PREFIX, Keys
from web.access.passwords import Verifier
from web.access.roles import Role
from web.access.session import Sessions
from web.access.tables import AccountRow
from web.access.tokens import Claims, Tokens, signing_secret
from web.access.users import Users
from web.audit.log import AuditLog, utc_now

_CACHE_SECONDS = 1.0
_CACHE_ENTRIES = 5000
_USED_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class _Cached:
    """An identity as of `at` (monotonic), which holds until `until` (aware UTC) at most."""

    identity: Identity
    at: float
    until: datetime | None


class Accounts:
    """The authenticator of the API. What the database says is believed for a second."""

    def __init__(
        self, users: Users, keys: Keys, tokens: Tokens, *, clock: Callable[[], datetime] = utc_now
    ) -> None:
        self.users = users
        self.keys = keys
        self.tokens = tokens
        self._clock = clock
        self._cache: dict[str, _Cached] = {}
        self._used: dict[int, float] = {}
        self._verifier: Verifier | None = None

    async def identify(self, token: str) -> Identity | None:
        """The owner of a JWT or an API key, None for what is not valid now."""
        if token.startswith(KEY_PREFIX):
            return await self.identify_key(token)
        claims = self.tokens.read(token)
        if claims is None:
            return None
        known = self._cached(token)
        if known is not None:
            return known
        row = await asyncio.to_thread(self.users.by_id, claims.user_id)
        if row is None or not row.is_active or row.token_version != claims.version:
            return None
        return self._keep(token, _identity(row, claims), until=None)

    async def identify_key(self, key: str) -> Identity | None:
        """The owner of an API key, None for what is not valid now."""
        known = self._cached(key)
        if known is None:
            found = await asyncio.to_thread(self.keys.identify, key)
            if found is None:
                return None
            known = self._keep(key, found[0], until=found[1])
        await self._note_use(known)
        return known

    async def log_in(self, name: str, password: str) -> AccountRow | None:
        """The user whose name and password these are; None otherwise, without saying why."""
        row = await asyncio.to_thread(self._active, name)
        if self._verifier is None:
            self._verifier = await asyncio.to_thread(Verifier)
        is_right, fresh = await self._verifier.verify(password, row.password_hash if row else None)
        if row is None or not is_right:
            return None
        await asyncio.to_thread(self.users.logged_in, row.id or 0, fresh_hash=fresh)
        return row

    def token(self, row: AccountRow) -> str:
        """A token for a program."""
        return self.tokens.make(row.id or 0, row.token_version)

    def session_token(self, row: AccountRow) -> tuple[str, str]:
        """A token for a new browser session, and the session's id."""
        session = secrets.token_urlsafe(16)
        return self.tokens.make(row.id or 0, row.token_version, session=session), session

    def renewed(self, cookie: str) -> str | None:
        """A fresh token of the same session, once half of the old one's life is over."""
        claims = self.tokens.read(cookie)
        if claims is None or claims.session is None:
            return None
        if claims.expires_at - self._clock().timestamp() > self.tokens.seconds / 2:
            return None
        return self.tokens.make(
            claims.user_id, claims.version, session=claims.session, session_start=claims.session_start
        )

    def forget_cached(self) -> None:
        """Look at the database anew from now on; to be called after each change of users and keys."""
        self._cache.clear()

    def _active(self, name: str) -> AccountRow | None:
        found = self.users.find(name)
        return found if found is not None and found.is_active else None

    def _cached(self, credential: str) -> Identity | None:
        known = self._cache.get(credential)
        if known is None or time.monotonic() - known.at > _CACHE_SECONDS:
            return None
        return None if known.until is not None and known.until <= self._clock() else known.identity

    def _keep(self, credential: str, identity: Identity, *, until: datetime | None) -> Identity:
        if len(self._cache) >= _CACHE_ENTRIES:
            self._cache.clear()
        self._cache[credential] = _Cached(identity, time.monotonic(), until)
        return identity

    async def _note_use(self, identity: Identity) -> None:
        """Write the time of use, once a minute at most."""
        now = time.monotonic()
        if now - self._used.get(identity.id, -_USED_SECONDS) >= _USED_SECONDS:
            self._used[identity.id] = now
            await asyncio.to_thread(self.keys.used, identity.id)


def _identity(row: AccountRow, claims: Claims) -> Identity:
    return Identity(
        kind=IdentityKind.USER,
        id=row.id or 0,
        name=row.name,
        role=Role(row.role),
        session=claims.session,
    )


@dataclass(frozen=True, slots=True)
class Access:
    """What one database says of who may use the API."""

    accounts: Accounts
    sessions: Sessions
    audit: AuditLog


def open_access(engine: Engine, *, token_seconds: float = 3600.0) -> Access:
    """Users, keys, tokens and audit log of a database; reads and, the first time, makes its signing key."""
    audit = AuditLog(engine)
    secret = signing_secret(engine)
    accounts = Accounts(Users(engine, audit), Keys(engine, audit), Tokens(secret, seconds=token_seconds))
    return Access(accounts, Sessions(secret), audit)
