"""The keys of a rule: how each is parsed, and its JSON Schema."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from alerts.rules import values
from alerts.rules.names import RULE_NAME_PATTERN
from alerts.rules.rule import NEVER
from alerts.severity import Severity
from foundation.documents.durations import DURATION_PATTERN
from foundation.documents.values import Parser
from metrics.catalog import LABELS

Schema = dict[str, Any]

_NULL: Schema = {"type": "null"}
_LINE: Schema = {"type": "string", "minLength": 1, "maxLength": values.MAX_LINE_CHARACTERS}
_PROSE: Schema = {"type": "string", "maxLength": values.MAX_TEXT_CHARACTERS}
_CONDITION: Schema = {"type": "string", "minLength": 1, "maxLength": 1000}


@dataclass(frozen=True, slots=True)
class Key:
    """A key of a rule. `field`: the Rule's field that it becomes."""

    field: str
    parse: Parser
    schema: Schema


def _described(help_text: str, *alternatives: Schema) -> Schema:
    return {"description": help_text, "anyOf": [*alternatives, _NULL]}


def _duration(least: float) -> list[Schema]:
    number: Schema = {"type": "number", "minimum": least, "maximum": values.MONTH_SECONDS}
    return [number, {"type": "string", "pattern": DURATION_PATTERN}]


def _one_or_several(item: Schema, *, least: int = 0) -> list[Schema]:
    return [item, {"type": "array", "items": item, "minItems": least, "maxItems": values.MAX_ITEMS}]


def _labels() -> Schema:
    patterns: Schema = {"anyOf": _one_or_several(_LINE, least=1)}
    names = sorted({name for names in LABELS.values() for name in names})
    return _described(
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
    return _described(
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
        "enabled": Key("is_enabled", values.flag, _described("false: not evaluated.", {"type": "boolean"})),
        "when": Key(
            "when",
            values.expression,
            _described(
                "The condition, such as `disk.used_percent > 90 and disk.free < 5000000000`.", _CONDITION
            ),
        ),
        "clear": Key(
            "clear",
            values.clearing,
            _described(f"What ends the alert; not `when` by default. {NEVER}: a person has to.", _CONDITION),
        ),
        "for": Key(
            "for_seconds",
            values.duration(0.0),
            _described("How long the condition must hold: 0s (the default) to 30d.", *_duration(0)),
        ),
        "severity": Key(
            "severity",
            values.severity,
            _described("info, warning (the default) or critical.", {"enum": [one.value for one in Severity]}),
        ),
        "hosts": Key(
            "hosts",
            values.selectors,
            _described(
                "Names, patterns (web-*) or tags (tag:env=prod) of hosts; all by default.",
                *_one_or_several(_LINE, least=1),
            ),
        ),
        "labels": Key("labels", values.labels, _labels()),
        "channels": Key(
            "channels", values.channels, _described("Who is told; all by default.", *_one_or_several(_LINE))
        ),
        "repeat": Key(
            "repeat_seconds",
            values.duration(values.LEAST_REPEAT_SECONDS),
            _described("Tell again after so long, 1m to 30d; never by default.", *_repeat()),
        ),
        "escalate": Key("escalate", values.escalation, _escalate()),
        "title": Key("title", values.line_template, _described("Jinja2 template of the title.", _LINE)),
        "message": Key("message", values.template, _described("Jinja2 template of the text.", _PROSE)),
        "help": Key("help", values.prose, _described("What to do, for whoever gets the alert.", _PROSE)),
    }
)
"""Key of a rule -> how it is parsed and described, in the order in which rules are written."""


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
