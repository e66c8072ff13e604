"""What becomes of the rows that are due for a channel: which go into the message, and which are not told."""

from collections.abc import Callable, Iterable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field

from alerts.notice import Notice, NoticeKind
from alerts.outbox.notification import Queued

SilencedBy = Callable[[Notice, float], int | None]
"""The id of the silence that covers a notice at a time (unix seconds), None where none does."""

NOTHING_TOLD = "nothing was told of this alert"


@dataclass(slots=True)
class SortedRows:
    """Rows by what becomes of them, each list in the order of the rows.

    `silenced`: id -> silence. `dropped`: id -> why.
    """

    to_send: list[Queued] = field(default_factory=list)
    silenced: dict[int, int] = field(default_factory=dict)
    dropped: dict[int, str] = field(default_factory=dict)


def sort_out(
    rows: Sequence[Queued], *, told_alerts: AbstractSet[int], silenced_by: SilencedBy, now: float
) -> SortedRows:
    """Sort rows that are in the order of their ids.

    `told_alerts`: alerts whose beginning has reached the channel. The end of an alert is sent only for these,
    and for those whose beginning is in the same message: nobody needs to hear the end of what they never
    heard of.
    """
    sorted_rows = SortedRows()
    heard_alerts = set(told_alerts)
    for row in rows:
        # Asked now and not when the row was written: a silence that was made meanwhile counts too.
        silence = silenced_by(row.notice, now)
        if silence is not None:
            sorted_rows.silenced[row.id] = silence
        elif row.notice.kind is not NoticeKind.RESOLVED:
            heard_alerts.add(row.alert_id)
            sorted_rows.to_send.append(row)
        elif row.alert_id in heard_alerts:
            sorted_rows.to_send.append(row)
        else:
            sorted_rows.dropped[row.id] = NOTHING_TOLD
    return sorted_rows


def given_up(rows: Iterable[Queued], *, now: float, after_seconds: float) -> list[int]:
    """The ids of rows that are older than `after_seconds`."""
    return [row.id for row in rows if row.created_at + after_seconds <= now]
