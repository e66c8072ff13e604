from typing import Any

import jsonschema
import pytest

from foundation.documents.report import Report
from foundation.documents.yaml import read_yaml
from inventory.errors import InventoryInvalid
from inventory.hosts_yaml.file import is_tags, parse_inventory
from inventory.hosts_yaml.json_schema import hosts_schema
from inventory.hosts_yaml.keys import KEYS
from tests.inventory.test_file import DESIGN_EXAMPLE

GOOD = [
    DESIGN_EXAMPLE,
    "hosts: {}",
    "hosts:",
    "hosts: {a: , b: 10.0.0.1, 'c[1:3]': 'x{}', <img src=x>: {address: h}, d: fe80::1%eth0}",
    "defaults:\ngroups:\n  g:\nhosts: {a: {groups: g}}",
    "hosts: {a: {port: 1, user: u, key: [a, b], jump: x, mode: oneshot, interval: 10, timeout: 0.5}}",
    "hosts: {a: {port: '${P}', interval: '${I}', mode: '${M}', paused: '${F}', password: '${P}'}}",
    "hosts: {a: {connection: local, probe: proc, python: python3, known_hosts: /k, paused: on}}",
    "hosts: {a: {collectors: {disk: 5m, mem: off, cpu: on, net: 0, temp: ~}, tags: {a: 1, b: x, c: on}}}",
    "hosts: {a: {jump: ~, key: ~, tags: ~, collectors: ~, address: ~}}",
]
BAD = [
    "",
    "[]",
    "defaults: {}",
    "hosts: {}\nhsots: {}",
    "hosts: []",
    "hosts: {a: 5}",
    "hosts: {a: [x]}",
    "hosts: {a: {intervall: 5}}",
    "hosts: {a: {port: 0}}",
    "hosts: {a: {port: x}}",
    "hosts: {a: {port: 1.5}}",
    "hosts: {a: {interval: 0.5}}",
    "hosts: {a: {interval: 90000}}",
    "hosts: {a: {interval: soon}}",
    "hosts: {a: {interval: true}}",
    "hosts: {a: {timeout: 0}}",
    "hosts: {a: {mode: sometimes}}",
    "hosts: {a: {connection: telnet}}",
    "hosts: {a: {probe: wmi}}",
    "hosts: {a: {password: hunter2}}",
    "hosts: {a: {password: '${P:-hunter2}'}}",
    "hosts: {a: {key: [1]}}",
    "hosts: {a: {key: {}}}",
    "hosts: {a: {groups: [1]}}",
    "hosts: {a: {tags: [x]}}",
    "hosts: {a: {tags: {host: x}}}",
    "hosts: {a: {tags: {a: [x]}}}",
    "hosts: {a: {collectors: {dsk: 5m}}}",
    "hosts: {a: {collectors: {disk: often}}}",
    "hosts: {a: {paused: perhaps}}",
    "hosts: {a: {address: joe@x}}",
    "hosts: {a: {address: 'x:22'}}",
    "hosts: {a: 'x y'}",
    "hosts: {a/b: x}",
    "hosts: {' a': x}",
    "hosts: {...: x}",
    "defaults: {address: x}\nhosts: {}",
    "groups: {g: {groups: [x]}}\nhosts: {}",
    "groups: {g: []}\nhosts: {}",
]


def document(text: str) -> Any:
    return read_yaml(text, Report(None), text_at=is_tags)


def parser_accepts(text: str) -> bool:
    environ = {"P": "22", "I": "5s", "M": "oneshot", "F": "yes", "OLD_PASSWORD": "x"}
    try:
        parse_inventory(text, file="hosts.yaml", environ=environ)
    except InventoryInvalid:
        return False
    return True


def test_the_schema_is_a_schema_and_describes_every_key() -> None:
    schema = hosts_schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    assert schema["$defs"].keys() == KEYS.keys()
    assert all(key["description"] for key in schema["$defs"].values())


@pytest.mark.parametrize("text", GOOD)
def test_schema_and_parser_both_accept_what_is_right(text: str) -> None:
    jsonschema.Draft202012Validator(hosts_schema()).validate(document(text))
    assert parser_accepts(text)


@pytest.mark.parametrize("text", BAD)
def test_schema_and_parser_both_refuse_what_is_wrong(text: str) -> None:
    assert not jsonschema.Draft202012Validator(hosts_schema()).is_valid(document(text))
    assert not parser_accepts(text)
