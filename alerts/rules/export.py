"""Writes rules as they stand in monctl.yaml."""

from collections.abc import Iterable
from typing import Any

from alerts.rules.defaults import DEFAULT_SPECS
from alerts.rules.keys import KEYS, field_of
from alerts.rules.rule import Escalation, Rule
from alerts.rules.stored import StoredRule
from foundation.documents.durations import format_duration, parse_duration
from foundation.documents.errors import ValueInvalid
from foundation.documents.variables import escape
from foundation.documents.yaml_writer import write_yaml

_PLAIN = Rule(name="plain", when="")


def export_rules(rules: Iterable[StoredRule]) -> str:
    """A monctl.yaml with these rules as they are written, which loaded anew come to the same."""
    documents = [{"name": rule.name, **rule.spec} for rule in rules]
    return write_yaml({"alerts": {"rules": _escaped(documents)}})


def _escaped(value: Any) -> Any:
    """The value with each `${` written so that a file's reader takes it for text."""
    if isinstance(value, str):
        return escape(value)
    if isinstance(value, dict):
        return {key: _escaped(inner) for key, inner in value.items()}
    return [_escaped(inner) for inner in value] if isinstance(value, list) else value


def spec_of(rule: Rule) -> dict[str, Any]:
    """A spec that `parse_rule` makes into this rule; what is as by default is left out.

    For the name of a rule that ships, what that one has and this has not is written as None.
    """
    spec = {
        key: _as_written(getattr(rule, field_of(key)))
        for key in KEYS
        if getattr(rule, field_of(key)) != getattr(_PLAIN, field_of(key))
    }
    return spec | {key: None for key in DEFAULT_SPECS.get(rule.name, {}) if key not in spec}


def _as_written(value: Any) -> Any:
    if isinstance(value, Escalation):
        return {"after": _duration(value.after_seconds), "channels": list(value.channels)}
    if isinstance(value, float):
        return _duration(value)
    if isinstance(value, dict):
        return {name: one[0] if len(one) == 1 else list(one) for name, one in value.items()}
    if isinstance(value, tuple):
        return list(value)
    return value if isinstance(value, bool) else str(value)


def _duration(seconds: float) -> str | float:
    """A text such as `5m` where that is exact, else the number of seconds."""
    text = format_duration(seconds)
    try:
        return text if parse_duration(text) == seconds else seconds
    except ValueInvalid:
        return seconds
