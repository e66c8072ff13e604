"""Any YAML value in any place of hosts.yaml and monctl.yaml is a problem that is told, never an exception."""

import asyncio
import json
from collections.abc import Collection, Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from alerts.errors import AlertsInvalid
from inventory.errors import InventoryInvalid
from inventory.host import HostSpec
from inventory.hosts_yaml.file import load_inventory
from inventory.hosts_yaml.json_schema import hosts_schema
from monctl.daemon.alerting.alerting import link_base
from monctl.daemon.alerting.repositories import file_channels, open_alert_repositories, sync_rules
from monctl.errors import SettingsInvalid
from monctl.installation import Installation
from monctl.settings.settings import Settings, load_settings, settings_schema
from poller.errors import PollFailed
from poller.ssh.connector import SshConnector
from poller.ssh.ssh_config import SshConfig
from tests.hostile.odd_yaml import Pairs, Raw, documents, node_at, odd_documents, places, with_node, written
from tests.support.examples import examples

EACH_TYPE = ("[1]", "{a: {b: 1}}", "999999999999999999", "-1", "true", ".nan", "2024-01-31", '"\\0"', '""')
"""One node of each type, and some that are at the edge of theirs."""

_ENVIRON = {"SET": "x", "P": "5"}
_FUZZED = settings(
    max_examples=examples(1000, few=60),
    deadline=None,
    suppress_health_check=[*HealthCheck],
)


class _Door:
    """Takes the text of either file as a daemon takes it, up to the tables; problems are what it says."""

    def __init__(self, installation: Installation) -> None:
        self._installation = installation
        self.hosts_yaml = installation.inventory_file
        self._repositories = open_alert_repositories(installation)
        self._alerts = installation.settings.alerts

    def hosts(self, text: str) -> Collection[str]:
        """The problems of a hosts.yaml; none when its hosts are in the table, and can be polled."""
        file = self._installation.inventory_file
        file.write_text(text, "utf-8", "surrogatepass")
        try:
            inventory = load_inventory(file, environ=_ENVIRON)
            json.dumps([host.entry for host in inventory.parsed_hosts.values()], allow_nan=False)
            self._installation.repository.sync_file(inventory)
        except InventoryInvalid as error:
            assert all(problem.file and problem.message for problem in error.problems), error  # noqa: PT017
            return [str(problem) for problem in error.problems]
        assert self._installation.hosts().keys() == inventory.hosts.keys()
        return []

    def settings(self, text: str) -> Collection[str]:
        """The problems of a monctl.yaml; none when its channels and rules are in force."""
        file = self._installation.config_file
        file.write_text(text, "utf-8", "surrogatepass")
        try:
            new_settings = load_settings(file, environ=_ENVIRON)
        except SettingsInvalid as error:
            assert all(str(file) in problem for problem in error.problems), error  # noqa: PT017
            return error.problems
        self._apply(new_settings)
        return []

    def _apply(self, new_settings: Settings) -> None:
        link_base(new_settings)
        if new_settings.alerts == self._alerts:
            return
        self._alerts = new_settings.alerts
        channels = self._repositories.channels
        channels.replace_file_channels(file_channels(new_settings.alerts))
        channels.severities()
        channels.all_usable()
        problem = sync_rules(self._repositories, new_settings.alerts, str(self._installation.config_file))
        assert problem is None or isinstance(problem, AlertsInvalid)
        self._repositories.rules.rules()


@pytest.fixture(scope="module")
def door(tmp_path_factory: pytest.TempPathFactory) -> Iterator[_Door]:
    folder = tmp_path_factory.mktemp("documents")
    config = folder / "monctl.yaml"
    installation = Installation(folder / "hosts.yaml", config, load_settings(config, environ={}), _ENVIRON)
    installation.settings.data_dir = folder
    yield _Door(installation)
    installation.close()


def _variants(tree: Any) -> Iterator[str]:
    """The document with one place changed: each place, to a node of each type."""
    for place in places(tree):
        node = node_at(tree, place)
        for odd in map(Raw, EACH_TYPE):
            yield written(with_node(tree, place, odd))
        if isinstance(node, Pairs):
            more = Pairs([*node.items, (Raw("5"), "x"), (Raw("[1]"), "x"), (Raw("<<"), Raw("[1]"))])
            yield written(with_node(tree, place, more))


def test_each_type_at_each_place_of_hosts_yaml(door: _Door) -> None:
    for tree in documents("hosts.yaml"):
        assert not door.hosts(written(tree))
        for text in _variants(tree):
            door.hosts(text)


def test_each_type_at_each_place_of_monctl_yaml(door: _Door) -> None:
    for tree in documents("monctl.yaml"):
        assert not door.settings(written(tree))
        for text in _variants(tree):
            door.settings(text)


@_FUZZED
@given(text=odd_documents(hosts_schema()))
def test_odd_documents_for_hosts_yaml(door: _Door, text: str) -> None:
    door.hosts(text)


@_FUZZED
@given(text=odd_documents(settings_schema()))
def test_odd_documents_for_monctl_yaml(door: _Door, text: str) -> None:
    door.settings(text)


def test_no_key_of_monctl_yaml_is_an_argument_of_what_reads_the_environment(
    door: _Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MONCTL_WEB__RATE_LIMIT", "5/minute")
    for key in ("_env_file", "_env_prefix", "_secrets_dir", "_cli_parse_args", "self", "model_config"):
        (problem,) = door.settings(f"{key}: [1]")
        assert f":1: unknown key `{key}`" in problem


@pytest.mark.parametrize(
    ("text", "field"),
    [
        ("alerts: {rules: [{name: [1]}]}", "alerts.rules.0"),
        ("data_dir: ~nobody-of-this-name/data", "data_dir"),
        ('data_dir: "a\\0b"', "data_dir"),
        ("alerts: {history: 999999999999y}", "alerts.history"),
        ("metrics: {retention: {raw: 999999999999y}}", "metrics.retention.raw"),
        ('metrics: {influxdb: {token: "a\\nb"}}', "metrics.influxdb.token"),
        ('database: "sqlite:///a\\0b"', "database"),
    ],
)
def test_what_no_daemon_could_use_is_told_with_its_field(door: _Door, text: str, field: str) -> None:
    (problem,) = door.settings(text)
    assert f":1: {field}: " in problem


def test_a_collector_that_is_a_list_is_told(door: _Door) -> None:
    (problem,) = door.hosts("hosts: {a: {collectors: {disk: [1]}}}")
    assert "hosts.yaml:1: hosts.a.collectors.disk: must be a duration" in problem


def test_a_key_of_a_user_who_does_not_exist_fails_that_host_alone(door: _Door) -> None:
    assert not door.hosts("hosts: {a: {key: ~nobody-of-this-name/x}}")
    host = load_inventory(door.hosts_yaml, environ=_ENVIRON).hosts["a"]
    with pytest.raises(PollFailed, match="~nobody-of-this-name/x: no such file"):
        asyncio.run(_prepare(host))


async def _prepare(host: HostSpec) -> None:
    await SshConnector(config=SshConfig([])).prepare(host)
