"""Users, keys and audit entries as API and `--json` show them."""

from typing import Any

from access.audit.table import AuditRow
from access.tables import AccountRow, ApiKeyRow
from foundation.times import stored_text


def user_view(row: AccountRow) -> dict[str, Any]:
    """A user, without anything of the password."""
    return {
        "name": row.name,
        "role": row.role,
        "is_active": row.is_active,
        "created_at": stored_text(row.created_at),
        "last_login_at": stored_text(row.last_login_at),
    }


def key_view(row: ApiKeyRow) -> dict[str, Any]:
    """A key, without the key."""
    return {
        "name": row.name,
        "role": row.role,
        "host": row.host,
        "created_at": stored_text(row.created_at),
        "expires_at": stored_text(row.expires_at),
        "last_used_at": stored_text(row.last_used_at),
    }


def audit_view(row: AuditRow) -> dict[str, Any]:
    """One change."""
    return {
        "id": row.id,
        "time": stored_text(row.time),
        "actor": row.actor,
        "address": row.address,
        "action": row.action,
        "target": row.target,
        "detail": row.detail,
    }
