"""The outbox in the database: rows are claimed under a lease, sent by whoever has them, and finished.

Every method is synchronous and one short transaction, whose first statement writes if any does, so that
SQLite never has to turn a reader into a writer. Several processes may work on one outbox: at any time the
rows of a channel are claimed by one of them. Database errors of SQLAlchemy pass through.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, Engine, Update, delete, func, or_, update
from sqlmodel import Session, col, select

from alerts.notice import Notice, NoticeKind
from alerts.outbox.notification import REACHED, number_of
from alerts.states import AlertState
from alerts.tables import AlertRow, DeliveryRow, NotificationRow, NotificationStatus
from foundation.times import utc_time

_ROW = NotificationRow
_RESOLVED = NoticeKind.RESOLVED.value


@dataclass(frozen=True, slots=True, kw_only=True)
class AttemptResult:
    """How an attempt ended for each row that was claimed for it.

    `retried_ids`: to be tried again at `due_at` (unix seconds), not before where `is_due_time_fixed`.
    `silenced`: id -> silence. `dropped`: id -> reason. `errors`: id -> what went wrong, of those retried and
    given up, and of those sent that not every target took. `reached`: id -> the targets that have one that is
    retried. `deliveries`: the messages that were tried.
    """

    now: float
    sent_ids: Collection[int] = ()
    retried_ids: Collection[int] = ()
    given_up_ids: Collection[int] = ()
    silenced: Mapping[int, int] = field(default_factory=dict)
    dropped: Mapping[int, str] = field(default_factory=dict)
    due_at: float = 0.0
    is_due_time_fixed: bool = False
    errors: Mapping[int, str] = field(default_factory=dict)
    reached: Mapping[int, Sequence[str]] = field(default_factory=dict)
    deliveries: Sequence[DeliveryRow] = ()


@dataclass(frozen=True, slots=True)
class Backlog:
    """What waits to be sent: how much, and since when the oldest (unix seconds, None for nothing)."""

    queued: int
    oldest: float | None


def new_notification(notice: Notice, channel: str, *, now: datetime) -> NotificationRow:
    """A row to be added in the transaction of the change that it tells of."""
    (values,) = notification_values(notice, [channel], now=now)
    return NotificationRow(**values)


def notification_values(notice: Notice, channels: Iterable[str], *, now: datetime) -> list[dict[str, Any]]:
    """The rows of one notice for several channels, for an INSERT of many: a storm has thousands."""
    values = {
        "alert_id": notice.alert_id,
        "kind": notice.kind.value,
        "severity": notice.severity.value,
        "payload": msgspec.to_builtins(notice),
        "status": NotificationStatus.QUEUED.value,
        "attempts": 0,
        "created_at": now,
        "due_at": now,
    }
    return [values | {"channel": channel} for channel in channels]


class OutboxRepository:
    """The outbox of one database; times are unix seconds."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def queued_channels(self) -> tuple[str, ...]:
        """The channels for which something is to be sent, by name."""
        channels = select(_ROW.channel).where(_is_queued()).distinct().order_by(col(_ROW.channel))
        with Session(self._engine) as session:
            return tuple(session.exec(channels))

    def peek(self, channel: str, *, limit: int) -> list[NotificationRow]:
        """The oldest rows that are to be sent to a channel, in order."""
        with Session(self._engine) as session:
            return list(session.exec(_in_order(channel).limit(limit)))

    def claim(
        self, channel: str, owner: str, *, now: float, lease_seconds: float, limit: int
    ) -> list[NotificationRow]:
        """Take the oldest rows of a channel under a lease, in order; none while another has any of them.

        1. The oldest row is claimed, unless a lease on it holds: of two who try, one waits here for the other
           and then finds it taken.
        2. Whoever got it has the channel, and takes the rows behind it.
        """
        # Together with the owner, this time marks the rows of this claim; an owner's older ones have another.
        until = utc_time(now + lease_seconds)
        claim = {
            "claimed_by": owner,
            "claimed_until": until,
            "attempts": col(_ROW.attempts) + 1,
        }
        oldest = _ids_in_order(channel).limit(1).scalar_subquery()
        with Session(self._engine) as session, session.begin():
            head = _change(_is_queued(), col(_ROW.id) == oldest, _is_free(now, lease_seconds)).values(claim)
            if not session.connection().execute(head).rowcount:
                return []
            behind = _ids_in_order(channel).where(_is_free(now, lease_seconds)).limit(limit - 1)
            session.connection().execute(_change(col(_ROW.id).in_(behind)).values(claim))
            mine = _in_order(channel).where(col(_ROW.claimed_by) == owner, col(_ROW.claimed_until) == until)
            rows = list(session.exec(mine))
            session.expunge_all()
        return rows

    def alerts_told_of(self, channel: str, alerts: Iterable[int]) -> frozenset[int]:
        """Those of the alerts whose beginning has been sent to the channel."""
        query = select(_ROW.alert_id).where(
            col(_ROW.channel) == channel,
            col(_ROW.alert_id).in_(set(alerts)),
            col(_ROW.status) == NotificationStatus.SENT.value,
            col(_ROW.kind) != _RESOLVED,
        )
        with Session(self._engine) as session:
            return frozenset(session.exec(query))

    def finish(self, owner: str, result: AttemptResult) -> None:
        """Write down how an attempt ended; rows that another has claimed meanwhile are left to that one.

        What was sent is sent, whoever has claimed it since.
        """
        with Session(self._engine) as session, session.begin():
            number = None
            for delivery in result.deliveries:
                number = _add(session, delivery)
            finished = {"finished_at": utc_time(result.now), "claimed_by": None, "claimed_until": None}
            mine = col(_ROW.claimed_by) == owner
            failure = {"delivery_id": number}
            for error, ids in _by_error(result, result.sent_ids):
                _settle(session, ids, finished, NotificationStatus.SENT, **failure, error=error)
            for error, ids in _by_error(result, result.given_up_ids):
                _settle(session, ids, finished, NotificationStatus.FAILED, mine, **failure, error=error)
            for silence, ids in _by_value(result.silenced).items():
                _settle(session, ids, finished, NotificationStatus.SILENCED, mine, silence_id=silence)
            for why, ids in _by_value(result.dropped).items():
                _settle(session, ids, finished, NotificationStatus.DROPPED, mine, error=why)
            requeued = {"claimed_by": None, "claimed_until": None, "due_at": utc_time(result.due_at)}
            for error, ids in _by_error(result, result.retried_ids):
                _settle(session, ids, requeued, NotificationStatus.QUEUED, mine, **failure, error=error)
            _note_reached(session, result.reached)

    def note_reached(self, reached: Mapping[int, Sequence[str]]) -> None:
        """Write down which of the channel's targets have rows that are still being sent."""
        with Session(self._engine) as session, session.begin():
            _note_reached(session, reached)

    def first_untried(self, channel: str) -> float | None:
        """When the oldest row of a channel was added that was never tried; None where there is none."""
        oldest = select(func.min(col(_ROW.created_at))).where(
            _is_queued(), col(_ROW.channel) == channel, col(_ROW.attempts) == 0
        )
        with Session(self._engine) as session:
            time = session.exec(oldest).one()
        return None if time is None else time.timestamp()

    def release_claims(self, owner: str) -> None:
        """Free the rows that a former process of this name had claimed and never finished."""
        free = _change(_is_queued(), col(_ROW.claimed_by) == owner).values(
            claimed_by=None, claimed_until=None
        )
        with self._engine.begin() as connection:
            connection.execute(free)

    def silenced_and_untold(self) -> list[NotificationRow]:
        """The newest row of each firing alert and channel that silences kept from hearing of it."""
        with Session(self._engine) as session:
            rows = session.exec(_untold().order_by(col(_ROW.id)))
            return list({(row.alert_id, row.channel): row for row in rows}.values())

    def requeue(self, ids: Collection[int], *, now: float) -> int:
        """Queue anew what these silenced rows say, unless another process has done so; how many."""
        is_chosen = col(_ROW.id).in_(ids)
        with Session(self._engine) as session, session.begin():
            # This update changes nothing. It takes the write lock, so that two processes which do this at
            # once do it one after the other, and the second finds nothing left to queue.
            session.connection().execute(_change(is_chosen).values(silence_id=col(_ROW.silence_id)))
            rows = session.exec(_untold().where(is_chosen)).all()
            session.add_all(_firing_again(row, now) for row in rows)
        return len(rows)

    def delete_before(self, time: float) -> None:
        """Forget what was finished before a time."""
        with self._engine.begin() as connection:
            connection.execute(delete(_ROW).where(col(_ROW.finished_at) < utc_time(time)))
            connection.execute(delete(DeliveryRow).where(col(DeliveryRow.time) < utc_time(time)))

    def counts(self) -> dict[NotificationStatus, int]:
        """How many notifications there are of each status, 0 included."""
        status = col(_ROW.status)
        with Session(self._engine) as session:
            count_by_status = dict(session.exec(select(status, func.count()).group_by(status)).all())
        return {each: count_by_status.get(each.value, 0) for each in NotificationStatus}

    def backlog(self) -> Backlog:
        """What waits to be sent."""
        query = select(func.count(), func.min(col(_ROW.created_at))).where(_is_queued())
        with Session(self._engine) as session:
            queued, oldest = session.exec(query).one()
        return Backlog(queued, None if oldest is None else oldest.timestamp())


def _is_queued() -> ColumnElement[bool]:
    return col(_ROW.status) == NotificationStatus.QUEUED.value


def _is_free(now: float, lease_seconds: float) -> ColumnElement[bool]:
    """No lease holds; one that reaches further than any can was made by a clock that was ahead."""
    until = col(_ROW.claimed_until)
    furthest = utc_time(now) + timedelta(seconds=lease_seconds)
    return or_(until.is_(None), until <= utc_time(now), until > furthest)


def _in_order(channel: str) -> Any:
    return select(_ROW).where(_is_queued(), col(_ROW.channel) == channel).order_by(col(_ROW.id))


def _ids_in_order(channel: str) -> Any:
    ids = select(_ROW.id).where(_is_queued(), col(_ROW.channel) == channel).order_by(col(_ROW.id))
    return ids.correlate(None)  # within an UPDATE, too, it is about the whole table


def _change(*conditions: ColumnElement[bool]) -> Update:
    return update(_ROW).where(*conditions).execution_options(synchronize_session=False)


def _settle(
    session: Session,
    ids: Sequence[int] | Collection[int],
    values: Mapping[str, Any],
    status: NotificationStatus,
    *conditions: ColumnElement[bool],
    **more: Any,
) -> None:
    if ids:
        statement = _change(_is_queued(), col(_ROW.id).in_(ids), *conditions)
        session.connection().execute(statement.values(**values, **more, status=status.value))


def _note_reached(session: Session, reached: Mapping[int, Sequence[str]]) -> None:
    for row in session.exec(select(_ROW).where(col(_ROW.id).in_(reached), _is_queued())):
        row.payload = row.payload | {REACHED: list(reached[number_of(row)])}


def _by_error(result: AttemptResult, ids: Collection[int]) -> Iterable[tuple[str | None, list[int]]]:
    return _by_value({number: result.errors.get(number) for number in ids}).items()


def _add(session: Session, delivery: DeliveryRow) -> int | None:
    # a copy: after an attempt that the database broke off, the same delivery comes again
    row = DeliveryRow(**delivery.model_dump(exclude={"id"}))
    session.add(row)
    session.flush()
    return row.id


def _by_value(value_by_id: Mapping[int, Any]) -> dict[Any, list[int]]:
    ids: dict[Any, list[int]] = {}
    for number, value in value_by_id.items():
        ids.setdefault(value, []).append(number)
    return ids


def _untold() -> Any:
    """Silenced rows of alerts that still fire, where the channel was told nothing and is not about to be."""
    others = NotificationRow.__table__.alias()  # type: ignore[attr-defined]
    something = (
        select(others.c.id)
        .where(
            others.c.alert_id == col(_ROW.alert_id),
            others.c.channel == col(_ROW.channel),
            others.c.status != NotificationStatus.SILENCED.value,
            others.c.kind != _RESOLVED,
        )
        .exists()
    )
    return (
        select(_ROW)
        .join(AlertRow, col(AlertRow.id) == col(_ROW.alert_id))
        .where(
            col(AlertRow.state) == AlertState.FIRING.value,
            col(_ROW.status) == NotificationStatus.SILENCED.value,
            col(_ROW.kind) != _RESOLVED,
            ~something,
        )
    )


def _firing_again(row: NotificationRow, now: float) -> NotificationRow:
    kind = NoticeKind.FIRING.value
    notice = {name: value for name, value in row.payload.items() if name != REACHED}
    return NotificationRow(
        alert_id=row.alert_id,
        channel=row.channel,
        kind=kind,
        severity=row.severity,
        payload=notice | {"kind": kind, "time": now},
        created_at=utc_time(now),
        due_at=utc_time(now),
    )
