"""Channels as API and `--json` show them: never a URL, which holds secrets."""

from typing import Any

from alerts.channels.channel import StoredChannel
from alerts.channels.reasons import public_reason
from alerts.tables import DeliveryRow
from foundation.times import stored_text


def channel_view(
    channel: StoredChannel, last: DeliveryRow | None, *, for_admin: bool = True
) -> dict[str, Any]:
    """A channel's document; `last`: the last attempt to send something there.

    `for_admin`: whether whoever reads it may know a service's words.
    """
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
        "last_delivery": None if last is None else _delivery_view(last, for_admin=for_admin),
    }


def _delivery_view(last: DeliveryRow, *, for_admin: bool) -> dict[str, Any]:
    return {
        "time": stored_text(last.time),
        "ok": last.is_sent,
        "seconds": last.seconds,
        "error": last.error if for_admin else public_reason(last.error),
    }
