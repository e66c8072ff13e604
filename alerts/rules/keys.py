"""The keys of a rule: how each is parsed, and its JSON Schema."""

from collections.abc import Mapping
from types import MappingProxyType

from alerts.rules import values
from alerts.rules.names import RULE_NAME_PATTERN
from alerts.rules.rule import NEVER
from alerts.severity import Severity
from foundation.documents.keys import Key, Schema, described, durations
from foundation.documents.values import flag
from metrics.catalog import LABELS

_LINE: Schema = {"type": "string", "minLength": 1, "maxLength": values.MAX_LINE_CHARACTERS}
_PROSE: Schema = {"type": "string", "maxLength": values.MAX_TEXT_CHARACTERS}
_CONDITION: Schema = {"type": "string", "minLength": 1, "maxLength": 1000}


def _duration(least: float) -> list[Schema]:
    return durations(least, values.MONTH_SECONDS)


def _one_or_several(item: Schema, *, least: int = 0) -> list[Schema]:
    return [item, {"type": "array", "items": item, "minItems": least, "maxItems": values.MAX_ITEMS}]


def _labels() -> Schema:
    patterns: Schema = {"anyOf": _one_or_several(_LINE, least=1)}
    names = sorted({name for names in LABELS.values() for name in names})
    return described(
        "Label to pattern, or to a list of patterns; `!` in front leaves out what matches. "
        "All by default, but for cpu: cpu-total.",
        {
            "type": "object",
            "properties": dict.fromkeys(names, patterns),
            "additionalProperties": False,
        },
    )


def _escalate() -> Schema:
    properties: Schema = {
        "after": {"anyOf": _duration(values.LEAST_ESCALATION_SECONDS)},
        "channels": {"anyOf": _one_or_several(_LINE, least=1)},
    }
    return described(
        "Whom else to tell when an alert fires for so long and nobody has acknowledged it.",
        {
            "type": "object",
            "required": ["after", "channels"],
            "properties": properties,
            "additionalProperties": False,
        },
    )


def _repeat() -> list[Schema]:
    return _duration(values.LEAST_REPEAT_SECONDS)


KEYS: Mapping[str, Key] = MappingProxyType(
    {
        "enabled": Key(flag, described("false: not evaluated.", {"type": "boolean"})),
        "when": Key(
            values.expression,
            described(
                "The condition, such as `disk.used_percent > 90 and disk.free < 5000000000`.", _CONDITION
            ),
        ),
        "clear": Key(
            values.clearing,
            described(f"What ends the alert; not `when` by default. {NEVER}: a person has to.", _CONDITION),
        ),
        "for": Key(
            values.duration(0.0),
            described("How long the condition must hold: 0s (the default) to 30d.", *_duration(0)),
        ),
        "severity": Key(
            values.severity,
            described("info, warning (the default) or critical.", {"enum": [one.value for one in Severity]}),
        ),
        "hosts": Key(
            values.selectors,
            described(
                "Names, patterns (web-*) or tags (tag:env=prod) of hosts; all by default.",
                *_one_or_several(_LINE, least=1),
            ),
        ),
        "labels": Key(values.labels, _labels()),
        "channels": Key(values.channels, described("Who is told; all by default.", *_one_or_several(_LINE))),
        "repeat": Key(
            values.duration(values.LEAST_REPEAT_SECONDS),
            described("Tell again after so long, 1m to 30d; never by default.", *_repeat()),
        ),
        "escalate": Key(values.escalation, _escalate()),
        "title": Key(values.line_template, described("Jinja2 template of the title.", _LINE)),
        "message": Key(values.template, described("Jinja2 template of the text.", _PROSE)),
        "help": Key(values.prose, described("What to do, for whoever gets the alert.", _PROSE)),
    }
)
"""Key of a rule -> how it is parsed and described, in the order in which rules are written."""


_FIELDS = {"enabled": "is_enabled", "for": "for_seconds", "repeat": "repeat_seconds"}


def field_of(key: str) -> str:
    """The field of a Rule that a key becomes."""
    return _FIELDS.get(key, key)


def rule_schema(*, with_name: bool = False) -> Schema:
    """The JSON Schema of a rule; `with_name`: as it stands in a list, where its name is a key too.

    `when` is not required: a rule with the name of one that ships is laid over that one.
    """
    properties: Schema = {name: key.schema for name, key in KEYS.items()}
    if not with_name:
        return {"type": "object", "properties": properties, "additionalProperties": False}
    name = {
        "description": "Unique; that of a rule that ships lays these keys over it.",
        "type": "string",
        "pattern": RULE_NAME_PATTERN,
    }
    return {
        "type": "object",
        "required": ["name"],
        "properties": {"name": name} | properties,
        "additionalProperties": False,
    }
