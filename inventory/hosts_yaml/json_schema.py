"""The JSON Schema of hosts.yaml, for editors and for checking without monctl."""

from collections.abc import Iterable
from typing import Any

from inventory.hosts_yaml.keys import KEYS, SHARED_KEYS
from inventory.names import NAME_PATTERN

SCHEMA_ID = "https://json-schema.org/draft/2020-12/schema"


def hosts_schema() -> dict[str, Any]:
    """Draft 2020-12. It says of every file what the parser says, but for what a schema cannot know.

    That is: variables that are not set, groups that do not exist, duplicates, circles of jump hosts, the size
    of ranges, and the bounds of durations in text.
    """
    return {
        "$schema": SCHEMA_ID,
        "title": "monctl hosts.yaml",
        "description": "Hosts that monctl watches. ${NAME} and ${NAME:-default} come from the environment.",
        "type": "object",
        "required": ["hosts"],
        "additionalProperties": False,
        "properties": {
            "defaults": {
                "anyOf": [_settings(SHARED_KEYS), {"type": "null"}],
                "description": "Settings of every host.",
            },
            "groups": _section_schema(
                _settings(SHARED_KEYS), "Settings by group; hosts name the groups they are in."
            ),
            "hosts": _section_schema(
                _host(), "Name of a host, or a range such as db-[01:20], to its settings."
            ),
        },
        "$defs": {name: key.schema for name, key in KEYS.items()},
    }


def _section_schema(value: dict[str, Any], description: str) -> dict[str, Any]:
    return {
        "description": description,
        "type": ["object", "null"],
        "propertyNames": {"pattern": NAME_PATTERN},
        "additionalProperties": {"anyOf": [value, {"type": "null"}]},
    }


def _settings(keys: Iterable[str]) -> dict[str, Any]:
    properties = {name: {"$ref": f"#/$defs/{name}"} for name in keys}
    return {"type": "object", "additionalProperties": False, "properties": properties}


def _host() -> dict[str, Any]:
    shorthand = {"description": "The address alone.", "$ref": "#/$defs/address", "type": "string"}
    return {"anyOf": [shorthand, _settings(KEYS)]}
