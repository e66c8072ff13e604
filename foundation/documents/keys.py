"""The keys of a mapping that people write: how the value of each is parsed, and its JSON Schema."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from foundation.documents.durations import DURATION_PATTERN
from foundation.documents.report import nearest, shown
from foundation.documents.values import Parser, Place

Schema = dict[str, Any]

NULL: Schema = {"type": "null"}
"""Every key may be written without a value, which is as if it were not there."""


@dataclass(frozen=True, slots=True)
class Key:
    """A key: how its value is parsed, and what the JSON Schema says of it."""

    parse: Parser
    schema: Schema


def described(help_text: str, *alternatives: Schema) -> Schema:
    """The schema of a key whose value is one of several things, or nothing."""
    return {"description": help_text, "anyOf": [*alternatives, NULL]}


def durations(low: float, high: float) -> list[Schema]:
    """A number of seconds within bounds, or a text such as `5m`."""
    number: Schema = {"type": "number", "minimum": low, "maximum": high}
    return [number, {"type": "string", "pattern": DURATION_PATTERN}]


def refuse_unknown_keys(mapping: Mapping[str, Any], keys: Collection[str], place: Place) -> None:
    """Note each key of the mapping that is none of these."""
    for name in mapping:
        if place.report.is_full:
            return
        if name not in keys:
            place.inside(mapping, name).wrong(f"unknown key {shown(name)}", nearest(str(name), keys))
