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
class Sorted:
    """Rows by what becomes of them, each list in the order of the rows.

    `silenced`: id -> silence. `dropped`: id -> why.
    """

    to_send: list[Queued] = field(default_factory=list)
    silenced: dict[int, int] = field(default_factory=dict)
    dropped: dict[int, str] = field(default_factory=dict)


def sort_out(
    rows: Sequence[Queued], *, told: AbstractSet[int], silenced_by: SilencedBy, now: float
) -> Sorted:
    """Sort rows that are in the order in which they came about.

    `told`: the alerts whose beginning has reached the channel; that one is over is told of these alone, and
    of those whose beginning is in the same message.
    """
    found = Sorted()
    known = set(told)
    for row in rows:
        silence = silenced_by(row.notice, now)
        if silence is not None:
            found.silenced[row.id] = silence
        elif row.notice.kind is not NoticeKind.RESOLVED:
            known.add(row.alert_id)
            found.to_send.append(row)
        elif row.alert_id in known:
            found.to_send.append(row)
        else:
            found.dropped[row.id] = NOTHING_TOLD
    return found


def given_up(rows: Iterable[Queued], *, now: float, after_seconds: float) -> list[int]:
    """The ids of those that have been tried for so long that it is enough."""
    return [row.id for row in rows if row.created_at + after_seconds <= now]
