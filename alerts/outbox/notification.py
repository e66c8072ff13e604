"""A notification as it is read from the outbox."""

from dataclasses import dataclass

import msgspec

from alerts.notice import Notice
from alerts.tables import NotificationRow

REACHED = "reached"
"""Beside the notice in a payload: the keys of the targets that have it, where others have not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Queued:
    """A row of the outbox that is to be sent. `created_at`: unix seconds; `attempts`: this one included.

    `reached`: the keys of the channel's targets that have it.
    """

    id: int
    alert_id: int
    notice: Notice
    created_at: float
    attempts: int
    reached: frozenset[str] = frozenset()


def read_notice(row: NotificationRow) -> Notice:
    """The notice in a row; raises msgspec.ValidationError for a payload that is no notice."""
    notice = msgspec.convert(row.payload, Notice)
    return notice if notice.alert_id else msgspec.structs.replace(notice, alert_id=row.alert_id)


def read_queued(row: NotificationRow) -> Queued:
    """A stored row; raises msgspec.ValidationError for a payload that is no notice."""
    return Queued(
        id=number_of(row),
        alert_id=row.alert_id,
        notice=read_notice(row),
        created_at=row.created_at.timestamp(),
        attempts=row.attempts,
        reached=frozenset(map(str, row.payload.get(REACHED, ()))),
    )


def number_of(row: NotificationRow) -> int:
    """The id of a row that is in the table."""
    assert row.id is not None
    return row.id
