"""Channels as API and `--json` show them: never a URL, which holds secrets."""

from typing import Any

from alerts.channels.channel import StoredChannel
from alerts.tables import DeliveryRow
from foundation.times import stored_text


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
        "created_at": stored_text(channel.created_at),
        "updated_at": stored_text(channel.updated_at),
        "last_delivery": None if last is None else _delivery_view(last),
    }


def _delivery_view(last: DeliveryRow) -> dict[str, Any]:
    return {
        "time": stored_text(last.time),
        "ok": last.is_sent,
        "seconds": last.seconds,
        "error": last.error,
    }
