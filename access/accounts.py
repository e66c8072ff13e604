"""Who is behind a token or a key, and log-in: users, keys and tokens together."""

import asyncio
import logging
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from access.credentials.keys import KEY_PREFIX, Keys
from access.credentials.passwords import Verifier
from access.credentials.revoked_sessions import RevokedSessions
from access.credentials.tokens import Claims, Tokens
from access.identity import Identity, IdentityKind
from access.roles import Role
from access.tables import AccountRow
from access.users import Users
from foundation.times import utc_now

_CACHE_SECONDS = 1.0
_CACHE_ENTRIES = 5000
_USED_SECONDS = 60.0
_SETTLE_SECONDS = 2.0

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Cached:
    """An identity as of `at` (monotonic), which holds until `until` (aware UTC) at most."""

    identity: Identity
    at: float
    until: datetime | None


class Accounts:
    """The authenticator of the API. What the database says is believed for a second.

    `unavailable`: errors which say that the database is away.
    """

    def __init__(
        self,
        users: Users,
        keys: Keys,
        tokens: Tokens,
        *,
        clock: Callable[[], datetime] = utc_now,
        unavailable: tuple[type[Exception], ...] = (),
    ) -> None:
        self.users = users
        self.keys = keys
        self.tokens = tokens
        self._clock = clock
        self._unavailable = unavailable
        self._revoked_sessions = RevokedSessions(seconds=tokens.seconds)
        self._cache: dict[str, _Cached] = {}
        self._generation = 0
        self._used_at: dict[int, float] = {}
        self._writes: set[asyncio.Future[None]] = set()
        self._verifier: Verifier | None = None

    async def identify(self, token: str) -> Identity | None:
        """The owner of a JWT or an API key, None for what is not valid now."""
        if token.startswith(KEY_PREFIX):
            return await self.identify_key(token)
        claims = self.tokens.read(token)
        if claims is None or (claims.session is not None and claims.session in self._revoked_sessions):
            return None
        identity = self._cached_identity(token)
        if identity is not None:
            return identity
        moment = self._moment_of_question()
        row = await asyncio.to_thread(self.users.by_id, claims.user_id)
        if row is None or not row.is_active or row.token_version != claims.version:
            return None
        return self._keep(token, _identity(row, claims), moment, until=None)

    async def identify_key(self, key: str) -> Identity | None:
        """The owner of an API key, None for what is not valid now."""
        identity = self._cached_identity(key)
        if identity is None:
            moment = self._moment_of_question()
            key_owner = await asyncio.to_thread(self.keys.identify, key)
            if key_owner is None:
                return None
            identity = self._keep(key, key_owner[0], moment, until=key_owner[1])
        self._note_use(identity)
        return identity

    async def log_in(self, name: str, password: str) -> AccountRow | None:
        """The user whose name and password these are; None otherwise, without saying why."""
        row = await asyncio.to_thread(self._active, name)
        if self._verifier is None:
            self._verifier = await asyncio.to_thread(Verifier)
        is_right, new_hash = await self._verifier.verify(password, row.password_hash if row else None)
        if row is None or not is_right:
            return None
        await asyncio.to_thread(self._note_login, row, new_hash)
        return row

    def token(self, row: AccountRow) -> str:
        """A token for a program."""
        return self.tokens.make(row.id or 0, row.token_version)

    def session_token(self, row: AccountRow) -> tuple[str, str]:
        """A token for a new browser session, and the session's id."""
        session = secrets.token_urlsafe(16)
        return self.tokens.make(row.id or 0, row.token_version, session=session), session

    def end_session(self, session: str) -> None:
        """Refuse the tokens of a browser session from now on, wherever a copy of them may be.

        It is this process' memory: another one on the same database believes them until they expire.
        """
        self._revoked_sessions.add(session)

    def same_session(self, cookie: str, row: AccountRow) -> str | None:
        """A token of the session of a cookie whose user's other tokens have ended just now."""
        claims = self.tokens.read(cookie)
        if claims is None or claims.session is None or claims.user_id != row.id:
            return None
        return self.tokens.make(
            claims.user_id, row.token_version, session=claims.session, session_start=claims.session_start
        )

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
        self._generation += 1
        self._cache.clear()

    async def settle(self) -> None:
        """Wait, for a bounded time, until the use of keys is written; before the database is closed."""
        if self._writes:
            await asyncio.wait(self._writes, timeout=_SETTLE_SECONDS)

    def _active(self, name: str) -> AccountRow | None:
        row = self.users.find(name)
        return row if row is not None and row.is_active else None

    def _cached_identity(self, credential: str) -> Identity | None:
        entry = self._cache.get(credential)
        if entry is None or time.monotonic() - entry.at > _CACHE_SECONDS:
            return None
        return None if entry.until is not None and entry.until <= self._clock() else entry.identity

    def _moment_of_question(self) -> tuple[float, int]:
        """When the database is asked, and after how many changes."""
        return time.monotonic(), self._generation

    def _keep(
        self, credential: str, identity: Identity, moment: tuple[float, int], *, until: datetime | None
    ) -> Identity:
        at, generation = moment
        if generation != self._generation:  # there was a change while the database answered
            return identity
        if len(self._cache) >= _CACHE_ENTRIES:
            self._cache.clear()
        self._cache[credential] = _Cached(identity, at, until)
        return identity

    def _note_use(self, identity: Identity) -> None:
        """Have the time of use written, once a minute at most; the request does not wait for it."""
        now = time.monotonic()
        if now - self._used_at.get(identity.id, -_USED_SECONDS) >= _USED_SECONDS:
            self._used_at[identity.id] = now
            loop = asyncio.get_running_loop()
            write = loop.run_in_executor(None, self._write_use, identity)
            self._writes.add(write)
            write.add_done_callback(self._writes.discard)

    def _write_use(self, identity: Identity) -> None:
        try:
            self.keys.note_use(identity.id)
        except self._unavailable as error:
            log.warning("the use of key %s cannot be kept: %s", identity.name, error)

    def _note_login(self, row: AccountRow, fresh_hash: str | None) -> None:
        try:
            self.users.logged_in(row, fresh_hash=fresh_hash)
        except self._unavailable as error:  # a full disk keeps nobody from looking
            log.warning("the log-in of %s cannot be kept: %s", row.name, error)


def _identity(row: AccountRow, claims: Claims) -> Identity:
    return Identity(
        kind=IdentityKind.USER,
        id=row.id or 0,
        name=row.name,
        role=Role(row.role),
        session=claims.session,
    )
