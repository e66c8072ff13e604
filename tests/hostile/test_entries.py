"""Any JSON value in any place of a host, a rule or a silence is a problem that is told, not an exception."""

import contextlib
from collections.abc import Callable, Mapping
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alerts.errors import AlertsInvalid
from alerts.rules.document import parse_rule
from alerts.rules.repository import patched_spec
from alerts.rules.stored import shipped_rule
from alerts.silences.document import parse_silence
from foundation.documents.report import Report
from inventory.hosts_yaml.entry import check_entry
from inventory.hosts_yaml.keys import KEYS as HOST_KEYS
from tests.hostile.odd_yaml import Pairs, node_at, places, tree_of, with_node
from tests.support.examples import examples

ODD: tuple[Any, ...] = (
    None,
    True,
    False,
    0,
    -1,
    10**18,
    10**400,
    -(10**400),
    1e308,
    float("inf"),
    float("nan"),
    "",
    "\0",
    "\u202e",
    "\ud800",
    "x" * 5000,
    "${",
    "${NOPE}",
    "9" * 400,
    "[1:3]",
    "{}",
    "!",
    "tag:",
    [],
    [None],
    [[[]]],
    ["x"] * 2000,
    {},
    {"": {}},
    {"a": [1]},
    {"\0": "\0"},
    {"x" * 5000: 1},
)

HOST = {
    "address": "10.0.0.1",
    "port": 22,
    "user": "u",
    "key": ["a"],
    "password": "${P}",
    "known_hosts": "/k",
    "jump": "j",
    "connection": "ssh",
    "mode": "resident",
    "interval": 5,
    "timeout": 2,
    "collectors": {"disk": 30},
    "probe": "auto",
    "python": "python3",
    "groups": ["g"],
    "tags": {"a": "b"},
    "paused": False,
}
RULE = {
    "enabled": True,
    "when": "disk.used_percent > 90",
    "clear": "disk.used_percent < 80",
    "for": "5m",
    "severity": "warning",
    "hosts": ["web-*"],
    "labels": {"path": ["/var*"]},
    "channels": ["ops"],
    "repeat": "1h",
    "escalate": {"after": "30m", "channels": ["boss"]},
    "title": "{{ host }}",
    "message": "{{ value }}",
    "help": "h",
}
SILENCE = {
    "hosts": ["web-*"],
    "rules": ["disk-*"],
    "labels": {"path": "/var*"},
    "everything": False,
    "comment": "c",
    "starts_at": "2026-01-01T00:00:00Z",
    "duration": "2h",
    "schedule": {"weekdays": ["mon"], "start": "22:00", "end": "06:00", "time_zone": "Europe/Berlin"},
}


def _check_host(document: Any) -> None:
    for environ in (None, {"P": "secret"}):
        check_entry("web-1", document, Report(None), environ=environ)


def _check_rule(document: Any) -> None:
    with contextlib.suppress(AlertsInvalid):
        parse_rule("hot", document)
    with contextlib.suppress(AlertsInvalid):
        parse_rule("host-down", patched_spec(shipped_rule("host-down"), document), channels=["ops", "boss"])


def _check_silence(document: Any) -> None:
    with contextlib.suppress(AlertsInvalid):
        parse_silence(document, now=1.7e9)


KINDS: Mapping[str, tuple[dict[str, Any], Callable[[Any], None]]] = {
    "host": (HOST, _check_host),
    "rule": (RULE, _check_rule),
    "silence": (SILENCE, _check_silence),
}


def _document(tree: Any) -> Any:
    if isinstance(tree, Pairs):
        return {key: _document(value) for key, value in tree.items}
    return [_document(item) for item in tree] if isinstance(tree, list) else tree


def test_every_key_of_a_host_is_tried() -> None:
    assert HOST.keys() == HOST_KEYS.keys()


@pytest.mark.parametrize("kind", KINDS)
def test_each_odd_value_at_each_place_is_taken_or_told(kind: str) -> None:
    document, check = KINDS[kind]
    tree = tree_of(document)
    check(document)
    for place in [one for one in places(tree) if one]:
        for odd in ODD:
            check(_document(with_node(tree, place, odd)))
        if isinstance(node_at(tree, place), Pairs):
            check(_document(with_node(tree, place, Pairs([("\u202e", 10**400)]))))


_JSON = st.recursive(
    st.sampled_from(ODD) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=examples(1000, few=50))
@given(data=st.data())
def test_several_odd_values_are_taken_or_told(kind: str, data: st.DataObject) -> None:
    document, check = KINDS[kind]
    changes = data.draw(st.dictionaries(st.sampled_from(sorted(document)), _JSON, min_size=1, max_size=4))
    check({**document, **changes})
