"""The audit log: one row for every change."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Engine, func
from sqlmodel import Session, col, select

from access.audit.table import AuditRow
from foundation.times import utc_now


@dataclass(frozen=True, slots=True)
class Actor:
    """Who makes a change: `name` as `user:alice`, `key:ci`, `cli:root`; `address`: None on this machine."""

    name: str
    address: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditedChange:
    """What is changed: `action` as `host.create`, `target` the thing's name, `detail` without any secret."""

    action: str
    target: str
    detail: Mapping[str, Any]


class AuditLog:
    """Writes and reads the audit log of one database; every method is synchronous."""

    def __init__(self, engine: Engine, *, clock: Callable[[], datetime] = utc_now) -> None:
        self._engine = engine
        self._clock = clock

    def note(self, actor: Actor, action: str, target: str, **detail: Any) -> Callable[[Session], None]:
        """Something to call within the transaction of the change: neither is kept without the other."""
        change = AuditedChange(action=action, target=target, detail=detail)
        return lambda session: self._add(session, actor, change)

    def write(self, actor: Actor, action: str, target: str, **detail: Any) -> None:
        """Note a change that has no transaction of its own."""
        with Session(self._engine) as session, session.begin():
            self._add(session, actor, AuditedChange(action=action, target=target, detail=detail))

    def entries(
        self, *, offset: int = 0, limit: int = 100, target: str | None = None, actor: str | None = None
    ) -> tuple[list[AuditRow], int]:
        """A page of entries, the newest first, and how many there are in all."""
        statement = select(AuditRow)
        if target is not None:
            statement = statement.where(AuditRow.target == target)
        if actor is not None:
            statement = statement.where(AuditRow.actor == actor)
        with Session(self._engine) as session:
            total = session.exec(select(func.count()).select_from(statement.subquery())).one()
            rows = session.exec(statement.order_by(col(AuditRow.id).desc()).offset(offset).limit(limit))
            return list(rows), total

    def _add(self, session: Session, actor: Actor, change: AuditedChange) -> None:
        session.add(
            AuditRow(
                time=self._clock(),
                actor=actor.name,
                address=actor.address,
                action=change.action,
                target=change.target,
                detail=dict(change.detail),
            )
        )
