from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine
from sqlmodel import SQLModel, create_engine

from foundation.documents.errors import ValueInvalid
from inventory.collectors import DEFAULT_COLLECTORS
from inventory.host_table.export import export_hosts, render_hosts
from inventory.host_table.repository import HostRepository
from inventory.hosts_yaml.file import parse_inventory
from inventory.names import check_name
from tests.inventory.loading import load
from tests.inventory.test_file import DESIGN_EXAMPLE
from tests.support.examples import examples

ENVIRON = {"PW": "s", "X": "value"}


def _is_name(text: str) -> bool:
    try:
        check_name(text)
    except ValueInvalid:
        return False
    return ":" not in text


_NAMES = st.text(min_size=1, max_size=12).filter(_is_name) | st.sampled_from(
    ["<<", "no", "~", "007", "1e3", "- a"]
)
_TEXTS = st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1, max_size=12).map(
    lambda text: text.replace("${", "$${")
) | st.sampled_from(["${X}", "$${X}", "on", "1.10", "0x10", "2026-01-01", "null", "a: b", "# x", "'", '"'])
_USERS = st.sampled_from(["root", "DOMAIN\\joe", "${X}", "a${X}$", "on", "1.10", "null", "a: b", "# x", "ü"])
_PYTHONS = st.sampled_from(["python3", "/opt/python/bin/python3.12", "py -3", "python${NOPE:-3}"])
_DURATIONS = st.sampled_from(["1s", "5m", 7, 1.5, "${NOPE:-2h}"])
_ENTRIES = st.fixed_dictionaries(
    {"address": st.sampled_from(["10.0.0.1", "::1", "a.${X}"])},
    optional={
        "port": st.integers(1, 65535),
        "user": _USERS,
        "key": _TEXTS | st.lists(_TEXTS, max_size=3),
        "password": st.just("${PW}"),
        "known_hosts": _TEXTS,
        "connection": st.sampled_from(["ssh", "local", "push"]),
        "mode": st.sampled_from(["resident", "oneshot"]),
        "interval": _DURATIONS,
        "timeout": _DURATIONS,
        "collectors": st.dictionaries(
            st.sampled_from(sorted(DEFAULT_COLLECTORS)), _DURATIONS | st.booleans()
        ),
        "probe": st.sampled_from(["auto", "psutil", "proc"]),
        "python": _PYTHONS,
        "groups": st.lists(_NAMES.filter(lambda name: "${" not in name), max_size=3),
        "tags": st.dictionaries(st.sampled_from(["env", "on", "a.b"]), _TEXTS),
        "paused": st.booleans(),
    },
)


@settings(max_examples=examples(200), deadline=None)
@given(st.dictionaries(_NAMES, _ENTRIES, max_size=4), st.data())
def test_loading_what_was_exported_gives_the_same_inventory(
    entries: dict[str, dict[str, Any]], data: st.DataObject
) -> None:
    engine = create_engine("sqlite://")
    SQLModel.metadata.create_all(engine)
    repository = HostRepository(engine, environ=ENVIRON)
    owners = {name: data.draw(st.booleans()) for name in entries}
    from_file = {name: entry for name, entry in entries.items() if owners[name]}
    repository.sync_file(parse_inventory(render_hosts(from_file), file="f", environ=ENVIRON))
    for name, entry in entries.items():
        if not owners[name]:
            is_local = entry.get("connection") == "local"
            repository.add(name, {**entry, "python": None} if is_local else entry)
        if data.draw(st.booleans()):
            repository.pause(name)
    specs = repository.specs()
    assert not specs.problems
    assert specs.hosts.keys() == entries.keys()
    exported = parse_inventory(export_hosts(repository.list()), file="e", environ=ENVIRON)
    assert exported.hosts == specs.hosts
    engine.dispose()


def test_references_are_exported_and_not_what_they_hold(engine: Engine) -> None:
    repository = HostRepository(engine, environ={"OLD_PASSWORD": "hunter2"})
    repository.sync_file(load(DESIGN_EXAMPLE, OLD_PASSWORD="hunter2"))
    exported = export_hosts(repository.list())
    assert "hunter2" not in exported
    assert "password: ${OLD_PASSWORD}" in exported


@pytest.mark.parametrize("text", [DESIGN_EXAMPLE, "hosts: {}"])
def test_an_inventory_without_anything_odd_survives_being_exported_twice(engine: Engine, text: str) -> None:
    repository = HostRepository(engine, environ={"OLD_PASSWORD": "x"})
    repository.sync_file(load(text, OLD_PASSWORD="x"))
    once = export_hosts(repository.list())
    repository.sync_file(load(once, OLD_PASSWORD="x"))
    assert export_hosts(repository.list()) == once
