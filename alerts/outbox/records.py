"""The outbox as others read it: deliveries, counts, what waits."""

from dataclasses import dataclass

from sqlalchemy import Engine, func
from sqlmodel import Session, col, select

from alerts.tables import DeliveryRow, NotificationRow, NotificationStatus


@dataclass(frozen=True, slots=True)
class Backlog:
    """What waits to be sent: how much, and since when the oldest (unix seconds, None for nothing)."""

    queued: int
    oldest: float | None


class OutboxRecords:
    """Reads the outbox of one database; every method is synchronous."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def deliveries(
        self, *, channel: str | None = None, offset: int = 0, limit: int = 100
    ) -> tuple[list[DeliveryRow], int]:
        """A page of attempts, the newest first, and how many there are in all."""
        query = select(DeliveryRow)
        if channel is not None:
            query = query.where(col(DeliveryRow.channel) == channel)
        with Session(self._engine) as session:
            total = session.exec(select(func.count()).select_from(query.subquery())).one()
            rows = session.exec(query.order_by(col(DeliveryRow.id).desc()).offset(offset).limit(limit))
            return list(rows), total

    def counts(self) -> dict[NotificationStatus, int]:
        """How many notifications there are of each status, 0 included."""
        status = col(NotificationRow.status)
        with Session(self._engine) as session:
            count_by_status = dict(session.exec(select(status, func.count()).group_by(status)).all())
        return {each: count_by_status.get(each.value, 0) for each in NotificationStatus}

    def backlog(self) -> Backlog:
        """What waits to be sent."""
        row = NotificationRow
        query = select(func.count(), func.min(col(row.created_at)))
        with Session(self._engine) as session:
            queued, oldest = session.exec(
                query.where(col(row.status) == NotificationStatus.QUEUED.value)
            ).one()
        return Backlog(queued, None if oldest is None else oldest.timestamp())
