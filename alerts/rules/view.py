"""A rule as the API and `--json` show it."""

from collections.abc import Sequence
from typing import Any

from alerts.rules.rule import Rule
from alerts.rules.stored import StoredRule
from foundation.display.pages import page_view
from foundation.times import stored_text


def rule_view(rule: StoredRule) -> dict[str, Any]:
    """The rule's document: as written, and every field with defaults worked in, times in seconds.

    The fields are missing where the rule cannot be used at present; `problems` says why.
    """
    view: dict[str, Any] = {
        "name": rule.name,
        "owner": str(rule.owner),
        "file": rule.file,
        "line": rule.line,
        "version": rule.version,
        "created_at": stored_text(rule.created_at),
        "updated_at": stored_text(rule.updated_at),
        "overrides_default": rule.overrides_default,
        "spec": dict(rule.spec),
        "problems": [str(problem) for problem in rule.problems],
    }
    return view if rule.rule is None else view | _fields(rule.rule)


def rules_view(rules: Sequence[StoredRule]) -> dict[str, Any]:
    """A list of rules as one page."""
    return page_view([rule_view(rule) for rule in rules], total=len(rules), offset=0, limit=len(rules))


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
