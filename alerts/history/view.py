"""Alerts as the API, `--json` and the live stream show them."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

import msgspec

from alerts.channels.reasons import public_reason
from alerts.history.filter import OPEN
from alerts.history.repository import AlertRepository, AlertStory
from alerts.messages.phrases import quantity_text, threshold_text
from alerts.notice import Reading
from alerts.silences.book import SilenceBook
from alerts.silences.silence import Silence
from alerts.silences.view import silence_view
from alerts.states import AlertState
from alerts.tables import AlertRow, NotificationRow, NotificationStatus
from foundation.display.text import clean_lines, clean_text
from foundation.times import rfc3339
from metrics.current.view import top_view
from metrics.results import TopProcesses

_SUMMARY_CHARACTERS = 200
_SUMMARY_READINGS = 3
_NOTE_CHARACTERS = 1000


def silence_views(
    silences: Sequence[Silence], alerts: AlertRepository, *, now: float
) -> list[dict[str, Any]]:
    """Silences as they stand at `now` (unix seconds), each with the ids of the open alerts that it covers."""
    covered = alerts.covered_by([silence for silence in silences if silence.is_active(now)])
    return [silence_view(silence, now=now) | {"alerts": covered.get(silence.id, [])} for silence in silences]


def alert_view(row: AlertRow, *, silences: SilenceBook, now: float) -> dict[str, Any]:
    """An alert at `now` (unix seconds); `silenced_by` is null for one that is over."""
    return {
        "id": row.id,
        "rule": row.rule,
        "host": row.host,
        "labels": dict(row.labels),
        "tags": dict(row.tags),
        "state": row.state,
        "severity": row.severity,
        "summary": summary_text(row),
        "since": _time(row.since),
        "fired_at": _time(row.fired_at),
        "resolved_at": _time(row.resolved_at),
        "resolution": row.resolution,
        "reason": row.reason,
        "detail": row.detail,
        "readings": list(row.readings),
        "cleared_readings": row.cleared_readings,
        "members": list(row.members),
        "top_processes": _top(row),
        "is_flapping": row.is_flapping,
        "acknowledged": _acknowledged(row),
        "silenced_by": _silenced_by(row, silences, now),
        "notified_at": _time(row.notified_at),
        "escalated_at": _time(row.escalated_at),
    }


def story_view(
    story: AlertStory, *, silences: SilenceBook, now: float, for_admin: bool = True
) -> dict[str, Any]:
    """An alert with all its notifications; `for_admin`: whether a service's words may be in it."""
    view = alert_view(story.row, silences=silences, now=now)
    rows = [notification_view(row, for_admin=for_admin) for row in story.notifications]
    return view | {"notifications": rows}


def notification_view(row: NotificationRow, *, for_admin: bool = True) -> dict[str, Any]:
    """One notification to one channel, and what became of it."""
    is_ours = for_admin or row.status == NotificationStatus.DROPPED
    return {
        "id": row.id,
        "channel": row.channel,
        "kind": row.kind,
        "status": row.status,
        "attempts": row.attempts,
        "error": row.error if is_ours else public_reason(row.error),
        "silence": row.silence_id,
        "created_at": _time(row.created_at),
        "due_at": _time(row.due_at),
        "finished_at": _time(row.finished_at),
    }


def summary_text(row: AlertRow) -> str:
    """What is wrong, on one short line: `cpu.usage_active 97.3 % > 90 %`, `refused: … (and 12 hosts)`."""
    if row.reason is not None:
        text = f"{row.reason}: {row.detail}" if row.detail else row.reason
    else:
        text = _readings_text(row.readings) or row.detail
    if row.members:
        count = len(row.members)
        text = f"{text} (and {count} host{'' if count == 1 else 's'})".lstrip()
    return clean_text(text, limit=_SUMMARY_CHARACTERS)


def _readings_text(stored_readings: Iterable[Any]) -> str:
    readings = msgspec.convert(list(stored_readings), tuple[Reading, ...])
    texts = [_reading_text(reading) for reading in readings[:_SUMMARY_READINGS]]
    return ", ".join(texts if len(readings) <= _SUMMARY_READINGS else [*texts, "…"])


def _reading_text(reading: Reading) -> str:
    """`cpu.usage_active 97.3 % > 90 %`; what is equal is said once: `host.state down`."""
    left_side = reading.text.partition(f" {reading.operator} ")[0].strip() or reading.metric or "value"
    text = f"{left_side} {quantity_text(reading.value, reading.unit)}"
    if reading.value == reading.threshold:
        return text
    return f"{text} {reading.operator} {threshold_text(reading.threshold, reading.unit)}"


def _top(row: AlertRow) -> dict[str, Any] | None:
    return None if row.top is None else top_view(msgspec.convert(row.top, TopProcesses))


def _acknowledged(row: AlertRow) -> dict[str, Any] | None:
    if row.acknowledged_at is None:
        return None
    # cleaned here too: an earlier monctl may have kept it as it came
    note = None if row.note is None else clean_lines(row.note, limit=_NOTE_CHARACTERS)
    return {"at": _time(row.acknowledged_at), "by": row.acknowledged_by, "note": note}


def _silenced_by(row: AlertRow, silences: SilenceBook, now: float) -> int | None:
    if AlertState(row.state) not in OPEN:
        return None
    return silences.covering(row.host, row.tags, row.rule, row.labels, now=now)


def _time(time: datetime | None) -> str | None:
    return None if time is None else rfc3339(time.timestamp())
