"""Durations in settings."""

from typing import Annotated

from pydantic import BeforeValidator, WithJsonSchema

from foundation.documents.durations import DURATION_PATTERN, parse_duration
from foundation.documents.errors import ValueInvalid

LONGEST_SECONDS = 1000 * 365 * 86400.0
"""A moment so long ago can still be written as a date."""


def _seconds(value: object) -> object:
    try:
        seconds = parse_duration(value)
    except ValueInvalid as error:
        raise ValueError(error.message) from error
    if seconds > LONGEST_SECONDS:
        raise ValueError("must be at most 1000y")
    return seconds


Duration = Annotated[
    float,
    BeforeValidator(_seconds),
    WithJsonSchema({"anyOf": [{"type": "number"}, {"type": "string", "pattern": DURATION_PATTERN}]}),
]
"""Seconds; written `48h`, `30d`, `500ms` or as a bare number of seconds."""
