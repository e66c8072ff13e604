"""A rule as the API and `--json` show it."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from alerts.rules.rule import Rule
from alerts.rules.stored import StoredRule


def rule_view(stored: StoredRule) -> dict[str, Any]:
    """The rule's document: as written, and every field with defaults worked in, times in seconds.

    The fields are missing where the rule cannot be used at present; `problems` says why.
    """
    view: dict[str, Any] = {
        "name": stored.name,
        "owner": str(stored.owner),
        "file": stored.file,
        "line": stored.line,
        "version": stored.version,
        "created_at": _time(stored.created_at),
        "updated_at": _time(stored.updated_at),
        "overrides_default": stored.overrides_default,
        "spec": dict(stored.spec),
        "problems": [str(problem) for problem in stored.problems],
    }
    return view if stored.rule is None else view | _fields(stored.rule)


def rules_view(rules: Sequence[StoredRule]) -> dict[str, Any]:
    """A list of rules as one page."""
    return {
        "items": [rule_view(rule) for rule in rules],
        "total": len(rules),
        "offset": 0,
        "limit": len(rules),
    }


def _fields(rule: Rule) -> dict[str, Any]:
    escalate = rule.escalate
    return {
        "enabled": rule.is_enabled,
        "when": rule.when,
        "clear": rule.clear,
        "for_seconds": rule.for_seconds,
        "severity": str(rule.severity),
        "hosts": list(rule.hosts),
        "labels": {name: list(patterns) for name, patterns in rule.labels.items()},
        "channels": None if rule.channels is None else list(rule.channels),
        "repeat_seconds": rule.repeat_seconds,
        "escalate": None
        if escalate is None
        else {"after_seconds": escalate.after_seconds, "channels": list(escalate.channels)},
        "title": rule.title,
        "message": rule.message,
        "help": rule.help,
    }


def _time(time: datetime | None) -> str | None:
    return None if time is None else time.astimezone(UTC).isoformat()
