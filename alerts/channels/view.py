"""Channels as API and `--json` show them: never a URL, which holds secrets."""

from typing import Any

from alerts.channels.channel import StoredChannel
from alerts.tables import DeliveryRow


def channel_view(channel: StoredChannel, last: DeliveryRow | None) -> dict[str, Any]:
    """A channel's document; `last`: the last attempt to send something there."""
    return {
        "name": channel.name,
        "owner": channel.owner.value,
        "file": channel.file,
        "line": channel.line,
        "scheme": channel.scheme,
        "service": channel.service,
        "min_severity": channel.min_severity.value,
        "version": channel.version,
        "problem": channel.problem,
        "created_at": None if channel.created_at is None else channel.created_at.isoformat(),
        "updated_at": None if channel.updated_at is None else channel.updated_at.isoformat(),
        "last_delivery": None if last is None else _delivery_view(last),
    }


def _delivery_view(last: DeliveryRow) -> dict[str, Any]:
    return {
        "time": last.time.isoformat(),
        "ok": last.is_sent,
        "seconds": last.seconds,
        "error": last.error,
    }
