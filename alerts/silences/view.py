"""Silences as API and `--json` show them."""

from typing import Any

from alerts.silences.schedule_document import schedule_view, weekdays_text
from alerts.silences.silence import Silence
from foundation.display.text import clean_text
from foundation.times import rfc3339

_SHOWN_CHARACTERS = 300


def silence_view(silence: Silence, *, now: float) -> dict[str, Any]:
    """A silence as it stands at `now` (unix seconds)."""
    next_change = silence.next_change(now)
    return {
        "id": silence.id,
        "state": silence.state(now).value,
        "hosts": list(silence.matchers.hosts),
        "rules": list(silence.matchers.rules),
        "labels": dict(silence.matchers.labels),
        "everything": silence.matchers.is_everything,
        "comment": silence.comment,
        "created_by": silence.created_by,
        "created_at": rfc3339(silence.created_at),
        "starts_at": rfc3339(silence.starts_at),
        "ends_at": None if silence.ends_at is None else rfc3339(silence.ends_at),
        "schedule": None if silence.schedule is None else schedule_view(silence.schedule),
        "next_change_at": None if next_change is None else rfc3339(next_change),
    }


def matchers_text(silence: Silence) -> str:
    """What a silence is about, on one line: `hosts web-*; rules disk-*; path=/var*`; safe on a terminal."""
    matchers = silence.matchers
    parts = [
        f"hosts {', '.join(matchers.hosts)}" if matchers.hosts else "",
        f"rules {', '.join(matchers.rules)}" if matchers.rules else "",
        ", ".join(f"{name}={pattern}" for name, pattern in matchers.labels.items()),
    ]
    return clean_text("; ".join(part for part in parts if part) or "everything", limit=_SHOWN_CHARACTERS)


def schedule_text(silence: Silence) -> str:
    """When a silence comes back: `mon-fri 22:00-06:00 Europe/Berlin`; "" for one that does not."""
    if silence.schedule is None:
        return ""
    schedule = schedule_view(silence.schedule)
    end = "24:00" if schedule["end"] == "00:00" else schedule["end"]
    return f"{weekdays_text(silence.schedule)} {schedule['start']}-{end} {schedule['time_zone']}"
