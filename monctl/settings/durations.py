"""Durations in settings."""

from typing import Annotated

from pydantic import BeforeValidator, WithJsonSchema

from foundation.documents.durations import DURATION_PATTERN, parse_duration
from foundation.documents.errors import ValueInvalid


def _seconds(value: object) -> object:
    try:
        return parse_duration(value)
    except ValueInvalid as error:
        raise ValueError(error.message) from error


Duration = Annotated[
    float,
    BeforeValidator(_seconds),
    WithJsonSchema({"anyOf": [{"type": "number"}, {"type": "string", "pattern": DURATION_PATTERN}]}),
]
"""Seconds; written `48h`, `30d`, `500ms` or as a bare number of seconds."""
