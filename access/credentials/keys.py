"""The API keys of one database; every method is synchronous and one transaction."""

import hashlib
import secrets
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from sqlalchemy import Engine, func, or_, update
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, select

from access.audit.log import Actor, AuditLog
from access.credentials.lock import lock_access
from access.errors import AccountExists, AccountInvalid, AccountUnknown
from access.identity import Identity, IdentityKind
from access.names import check_account_name
from access.roles import Role
from access.tables import AccountRow, ApiKeyRow
from foundation.documents.errors import ValueInvalid
from foundation.times import utc_now

KEY_PREFIX = "mctl_"
"""Every key starts so: people and secret scanners see what it is."""

_KEY_BYTES = 32
_KEY_CHARACTERS = len(KEY_PREFIX) + 43
_LONGEST_LIFE = timedelta(days=36500)
_USED_EVERY = timedelta(minutes=1)
_ORDER = (Role.VIEWER, Role.OPERATOR, Role.ADMIN)


class Keys:
    """Makes, revokes and recognises keys; only their SHA-256 is kept, since 256 random bits need no more.

    `check_host_name` raises ValueInvalid for what no host can be called.
    """

    def __init__(
        self,
        engine: Engine,
        audit: AuditLog,
        *,
        check_host_name: Callable[[str], None],
        clock: Callable[[], datetime] = utc_now,
    ) -> None:
        self._engine = engine
        self._audit = audit
        self._check_host_name = check_host_name
        self._clock = clock

    def page(self, *, offset: int = 0, limit: int = 100) -> tuple[list[ApiKeyRow], int]:
        """Keys by name, and how many there are in all."""
        with Session(self._engine) as session:
            total = session.exec(select(func.count()).select_from(ApiKeyRow)).one()
            rows = session.exec(select(ApiKeyRow).order_by(col(ApiKeyRow.name)).offset(offset).limit(limit))
            return list(rows), total

    def create(
        self,
        name: str,
        role: Role,
        *,
        actor: Actor,
        expires_at: datetime | None = None,
        host: str | None = None,
        owner_id: int | None = None,
    ) -> tuple[ApiKeyRow, str]:
        """A new key, whose text is given here and never again; raises AccountInvalid and AccountExists."""
        check_account_name(name)
        self._check_host(host, role)
        _check_expiry(expires_at, self._clock())
        key = KEY_PREFIX + secrets.token_urlsafe(_KEY_BYTES)
        row = ApiKeyRow(
            name=name,
            digest=_digest(key),
            role=str(role),
            host=host,
            owner_id=owner_id,
            created_at=self._clock(),
            expires_at=None if expires_at is None else expires_at.astimezone(UTC),
        )
        try:
            with Session(self._engine, expire_on_commit=False) as session, session.begin():
                lock_access(session)
                if owner_id is not None and session.get(AccountRow, owner_id) is None:
                    raise AccountInvalid("owner", "the user who makes this key is not there any more")
                session.add(row)
                self._audit.note(actor, "key.create", name, role=str(role), host=host)(session)
        except IntegrityError as error:
            raise AccountExists("key", name) from error
        return row, key

    def revoke(self, name: str, *, actor: Actor) -> None:
        """End a key for good; raises AccountUnknown."""
        with Session(self._engine) as session, session.begin():
            row = session.exec(select(ApiKeyRow).where(ApiKeyRow.name == name)).first()
            if row is None:
                raise AccountUnknown("key", name)
            session.delete(row)
            self._audit.note(actor, "key.revoke", name)(session)

    def identify(self, key: str) -> tuple[Identity, datetime | None] | None:
        """Whose key it is and until when it holds; None for one that is not valid now."""
        if len(key) != _KEY_CHARACTERS or not key.isascii():
            return None
        with Session(self._engine) as session:
            row = session.exec(select(ApiKeyRow).where(ApiKeyRow.digest == _digest(key))).first()
            if row is None or (row.expires_at is not None and row.expires_at <= self._clock()):
                return None
            role = _role(session, row)
            if role is None:
                return None
            identity = Identity(
                kind=IdentityKind.KEY, id=row.id or 0, name=row.name, role=role, host=row.host
            )
            return identity, row.expires_at

    def owner(self, number: int) -> int | None:
        """The id of the user who made a key, None for one made on the command line."""
        with Session(self._engine) as session:
            row = session.get(ApiKeyRow, number)
            return None if row is None else row.owner_id

    def note_use(self, number: int) -> None:
        """Note that a key was used now, unless that was noted within the last minute."""
        now = self._clock()
        last = col(ApiKeyRow.last_used_at)
        # one statement: the key may be revoked at this moment, and another process may serve it too
        statement = (
            update(ApiKeyRow)
            .where(col(ApiKeyRow.id) == number, or_(last.is_(None), last <= now - _USED_EVERY))
            .values(last_used_at=now)
        )
        with self._engine.begin() as connection:
            connection.execute(statement)

    def _check_host(self, host: str | None, role: Role) -> None:
        if host is None:
            return
        if role is not Role.COLLECTOR:
            raise AccountInvalid("host", "only a key of the role collector is bound to a host")
        try:
            self._check_host_name(host)
        except ValueInvalid as error:
            raise AccountInvalid("host", error.message) from error


def _check_expiry(expires_at: datetime | None, now: datetime) -> None:
    if expires_at is None:
        return
    if expires_at <= now:
        raise AccountInvalid("expires_at", "is in the past")
    if expires_at - now > _LONGEST_LIFE:
        raise AccountInvalid("expires_at", "is more than 100 years ahead; leave it out for a key without end")


def _digest(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()


def _role(session: Session, row: ApiKeyRow) -> Role | None:
    """The key's role, never more than its owner's now; None when the owner is inactive or too low."""
    role = Role(row.role)
    if row.owner_id is None:
        return role
    owner = session.get(AccountRow, row.owner_id)
    if owner is None or not owner.is_active:
        return None
    if role is Role.COLLECTOR:
        return role if owner.role == Role.ADMIN else None
    return min(role, Role(owner.role), key=_ORDER.index)
