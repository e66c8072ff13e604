"""The keys of a host entry: how each is parsed, and its JSON Schema."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

from foundation.documents.keys import NULL, Key, Schema, described, durations
from foundation.documents.values import MAX_TEXT_CHARACTERS, choice, flag_or_word, text
from inventory.collectors import DEFAULT_COLLECTORS
from inventory.host import Connection, Mode, ProbeBackend
from inventory.hosts_yaml import values
from inventory.names import ADDRESS_PATTERN, NAME_PATTERN, TAG_PATTERN, USER_PATTERN

_REFERENCE: Schema = {"type": "string", "pattern": r"\$\{[A-Za-z_]"}
_ADDRESS_OR_TEMPLATE = (
    ADDRESS_PATTERN.replace("^", "^(?![^:]+:[0-9]+$)", 1).replace("[^ ", r"(?:\{\}|[^ ").replace("]{", "]){")
)
_OF_ONE_HOST = frozenset(("address", "groups"))


def _text() -> Schema:
    return {"type": "string", "minLength": 1, "maxLength": MAX_TEXT_CHARACTERS}


def _duration(low: float) -> list[Schema]:
    return [*durations(low, values.DAY_SECONDS), _REFERENCE]


def _choice(options: type[StrEnum]) -> list[Schema]:
    return [{"enum": [option.value for option in options]}, _REFERENCE]


def _address() -> Schema:
    help_text = "Name or IP address to connect to, or an alias of ~/.ssh/config; by default the host's name."
    pattern = _ADDRESS_OR_TEMPLATE
    return described(help_text, {"type": "string", "pattern": pattern, "maxLength": 253}, _REFERENCE)


def _user() -> Schema:
    name: Schema = {"type": "string", "pattern": USER_PATTERN}
    return described("User to log in as; by default ~/.ssh/config's.", name, _REFERENCE)


def _port() -> Schema:
    number: Schema = {"type": "integer", "minimum": 1, "maximum": 65535}
    digits: Schema = {"type": "string", "pattern": "^[0-9]{1,5}$"}
    return described(
        "Port of the SSH server; by default ~/.ssh/config's, else 22.", number, digits, _REFERENCE
    )


def _password() -> Schema:
    help_text = 'Password, by reference only: "${NAME}". Better: a key.'
    reference: Schema = {"type": "string", "pattern": r"^\$\{[A-Za-z_][A-Za-z0-9_]*\}$"}
    return described(help_text, reference)


def _key() -> Schema:
    help_text = (
        "Path of the private key, or a list of paths in order; by default ~/.ssh/config's and the agent's."
    )
    return described(help_text, _text(), {"type": "array", "items": _text()})


def _collectors() -> Schema:
    value: Schema = {"anyOf": [{"type": "boolean"}, {"enum": ["on", "off"]}, *_duration(0), NULL]}
    properties = dict.fromkeys(DEFAULT_COLLECTORS, value)
    help_text = "How often each collector runs: a duration, 0 for every poll, off for never."
    return described(help_text, {"type": "object", "properties": properties, "additionalProperties": False})


def _tags() -> Schema:
    value: Schema = {"anyOf": [_text(), {"type": ["number", "boolean", "null"]}]}
    names: Schema = {"pattern": TAG_PATTERN}
    help_text = "Tags that every point of the host carries; merged from defaults, groups and host."
    return described(help_text, {"type": "object", "propertyNames": names, "additionalProperties": value})


def _groups() -> Schema:
    name: Schema = {"type": "string", "pattern": NAME_PATTERN}
    help_text = "Groups whose settings apply, in this order."
    return described(help_text, name, {"type": "array", "items": name})


def _jump() -> Schema:
    help_text = (
        "Jump host: a host of this inventory, an alias of ~/.ssh/config or user@host:port; several by comma."
    )
    hops: Schema = {**_text(), "pattern": r"""^[^'"`;&<>|(){}]+$"""}
    return described(help_text, hops, _REFERENCE)


KEYS: Mapping[str, Key] = MappingProxyType(
    {
        "address": Key(values.address, _address()),
        "port": Key(values.port, _port()),
        "user": Key(values.user, _user()),
        "key": Key(values.keys, _key()),
        "password": Key(values.password, _password()),
        "known_hosts": Key(
            text, described("Path of the known_hosts file to use instead of the usual ones.", _text())
        ),
        "jump": Key(values.jump, _jump()),
        "connection": Key(
            choice(Connection),
            described(
                "ssh, local (the machine monctl runs on) or push (the host sends).", *_choice(Connection)
            ),
        ),
        "mode": Key(
            choice(Mode),
            described(
                "resident keeps the probe running; oneshot (the default from 5m on) leaves after each poll.",
                *_choice(Mode),
            ),
        ),
        "interval": Key(
            values.interval, described("Time between two polls, 1s to 24h; 5s by default.", *_duration(1))
        ),
        "timeout": Key(
            values.timeout, described("Time that a poll may take; 10s by default.", *_duration(0.001))
        ),
        "collectors": Key(values.collectors, _collectors()),
        "probe": Key(
            choice(ProbeBackend),
            described(
                "Where the probe reads from: psutil, proc, or auto for what is there.", *_choice(ProbeBackend)
            ),
        ),
        "python": Key(
            text, described("Command that starts Python on the host; looked for by default.", _text())
        ),
        "groups": Key(values.groups, _groups()),
        "tags": Key(values.tags, _tags()),
        "paused": Key(
            flag_or_word,
            described("true: in the inventory, not polled.", {"type": "boolean"}, _REFERENCE),
        ),
    }
)
"""Key of an entry -> how it is parsed and described, in the order in which entries are written."""

SHARED_KEYS: Mapping[str, Key] = MappingProxyType(
    {name: key for name, key in KEYS.items() if name not in _OF_ONE_HOST}
)
"""The keys that defaults and groups may have."""
