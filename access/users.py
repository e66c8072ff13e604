"""The users of one database; every method is synchronous and one transaction."""

import secrets
from collections.abc import Callable
from datetime import datetime

from sqlalchemy import Engine, func
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, select

from access.audit.log import Actor, AuditLog
from access.credentials.lock import lock_access
from access.credentials.passwords import hash_password
from access.errors import AccountExists, AccountInvalid, AccountUnknown, LastAdmin
from access.names import check_account_name
from access.roles import Role
from access.tables import AccountRow
from foundation.times import utc_now

_MAX_FIRST_VERSION = 2**30


class Users:
    """Adds, changes and removes users; each change is in the audit log.

    `on_new_password` is given the name of each user whose password is not what it was.
    """

    def __init__(
        self,
        engine: Engine,
        audit: AuditLog,
        *,
        clock: Callable[[], datetime] = utc_now,
        on_new_password: Callable[[str], None] = lambda name: None,
    ) -> None:
        self._on_new_password = on_new_password
        self._engine = engine
        self._audit = audit
        self._clock = clock

    def page(self, *, offset: int = 0, limit: int = 100) -> tuple[list[AccountRow], int]:
        """Users by name, and how many there are in all."""
        with Session(self._engine) as session:
            total = session.exec(select(func.count()).select_from(AccountRow)).one()
            rows = session.exec(select(AccountRow).order_by(col(AccountRow.name)).offset(offset).limit(limit))
            return list(rows), total

    def get(self, name: str) -> AccountRow:
        """One user; raises AccountUnknown."""
        with Session(self._engine) as session:
            return _find(session, name)

    def find(self, name: str) -> AccountRow | None:
        """One user, None where there is none of that name."""
        with Session(self._engine) as session:
            return session.exec(select(AccountRow).where(AccountRow.name == name)).first()

    def by_id(self, number: int) -> AccountRow | None:
        """The user of a row's id."""
        with Session(self._engine) as session:
            return session.get(AccountRow, number)

    def add(self, name: str, password: str, role: Role, *, actor: Actor) -> AccountRow:
        """Make a user; raises AccountInvalid and AccountExists."""
        check_account_name(name)
        _check_role(role)
        row = self._new(name, password, role)
        try:
            with Session(self._engine, expire_on_commit=False) as session, session.begin():
                session.add(row)
                self._audit.note(actor, "user.create", name, role=str(role))(session)
        except IntegrityError as error:
            raise AccountExists("user", name) from error
        return row

    def add_first(self, name: str, password: str, role: Role, *, actor: Actor) -> bool:
        """Make a user if there is none at all; whether it was made. Safe against another process."""
        row = self._new(name, password, role)
        try:
            with Session(self._engine) as session, session.begin():
                lock_access(session)
                if session.exec(select(func.count()).select_from(AccountRow)).one():
                    return False
                session.add(row)
                session.flush()
                self._audit.note(actor, "user.create", name, role=str(role))(session)
        except IntegrityError:
            return False
        return True

    def is_empty(self) -> bool:
        """Whether there are no users."""
        with Session(self._engine) as session:
            return session.exec(select(AccountRow.id).limit(1)).first() is None

    def set_password(self, name: str, password: str, *, actor: Actor) -> AccountRow:
        """Another password, which ends the user's tokens; raises AccountInvalid and AccountUnknown."""
        hashed = hash_password(password)
        with Session(self._engine, expire_on_commit=False) as session, session.begin():
            lock_access(session)
            row = _find(session, name)
            row.password_hash = hashed
            row.token_version += 1
            session.add(row)
            self._audit.note(actor, "user.password", name)(session)
        self._on_new_password(name)
        return row

    def change(
        self, name: str, *, actor: Actor, role: Role | None = None, is_active: bool | None = None
    ) -> AccountRow:
        """Change role or activity; deactivating ends the tokens. Raises LastAdmin and AccountUnknown."""
        if role is not None:
            _check_role(role)
        with Session(self._engine, expire_on_commit=False) as session, session.begin():
            lock_access(session)
            row = _find(session, name)
            was_admin = _is_admin(row)
            changes: dict[str, object] = {}
            if role is not None and row.role != role:
                row.role = changes["role"] = str(role)
            if is_active is not None and row.is_active != is_active:
                row.is_active = is_active
                changes["is_active"] = is_active
                row.token_version += 0 if is_active else 1
            session.add(row)
            session.flush()
            if was_admin:
                _refuse_without_admin(session, name)
            if changes:
                self._audit.note(actor, "user.update", name, **changes)(session)
        return row

    def remove(self, name: str, *, actor: Actor) -> None:
        """Remove a user and the keys that the user made; raises LastAdmin and AccountUnknown."""
        with Session(self._engine) as session, session.begin():
            lock_access(session)
            row = _find(session, name)
            was_admin = _is_admin(row)
            session.delete(row)
            session.flush()
            if was_admin:
                _refuse_without_admin(session, name)
            self._audit.note(actor, "user.delete", name)(session)
        self._on_new_password(name)

    def logged_in(self, user: AccountRow, *, fresh_hash: str | None) -> None:
        """Note a log-in, and the password's hash with the parameters of today."""
        with Session(self._engine) as session, session.begin():
            lock_access(session)
            row = session.get(AccountRow, user.id)
            # not where the password has been changed since it was verified
            if row is not None and row.token_version == user.token_version:
                row.last_login_at = self._clock()
                row.password_hash = fresh_hash or row.password_hash
                session.add(row)

    def _new(self, name: str, password: str, role: Role) -> AccountRow:
        return AccountRow(
            name=name,
            password_hash=hash_password(password),
            role=str(role),
            # SQLite gives the ids of removed rows again: a token of the former user must not fit the new one
            token_version=1 + secrets.randbelow(_MAX_FIRST_VERSION),
            created_at=self._clock(),
        )


def _is_admin(row: AccountRow) -> bool:
    return row.is_active and row.role == Role.ADMIN


def _check_role(role: Role) -> None:
    if role is Role.COLLECTOR:
        raise AccountInvalid("role", "collector is for keys: monctl key create NAME --role collector")


def _find(session: Session, name: str) -> AccountRow:
    row = session.exec(select(AccountRow).where(AccountRow.name == name)).first()
    if row is None:
        raise AccountUnknown("user", name)
    return row


def _refuse_without_admin(session: Session, name: str) -> None:
    admins = select(AccountRow.id).where(
        AccountRow.role == str(Role.ADMIN), col(AccountRow.is_active).is_(True)
    )
    if session.exec(admins.limit(1)).first() is None:
        raise LastAdmin(name)
