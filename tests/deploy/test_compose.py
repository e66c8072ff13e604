"""compose.yaml, without an engine: its schema, and that what it names is there."""

import os
import subprocess
from collections.abc import Iterator
from importlib import resources
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from foundation.documents.variables import references
from inventory.hosts_yaml.file import load_inventory
from monctl.settings.metrics import StoreKind
from monctl.settings.settings import load_settings
from tests.deploy.image import ROOT, dockerfile

DEPLOY = ROOT / "deploy"


@pytest.fixture(scope="module")
def compose() -> Any:
    """The file, anchors put in."""
    return yaml.safe_load((DEPLOY / "compose.yaml").read_text())


@pytest.fixture
def prepared(tmp_path: Path) -> Path:
    """A copy of the folder `deploy` in which prepare.sh has run."""
    folder = tmp_path / "deploy"
    folder.mkdir()
    for name in ("prepare.sh", "monctl.yaml"):
        (folder / name).write_bytes((DEPLOY / name).read_bytes())
    (tmp_path / "hosts.yaml").write_bytes((ROOT / "hosts.yaml").read_bytes())
    _prepare(folder)
    return folder


def _prepare(folder: Path) -> None:
    subprocess.run(["sh", str(folder / "prepare.sh")], check=True, capture_output=True, timeout=30)


def test_it_fits_the_schema_of_the_compose_specification(compose: Any) -> None:
    schemas = resources.files("check_jsonschema") / "builtin_schemas" / "vendor"
    schema = yaml.safe_load((schemas / "compose-spec.json").read_text())
    jsonschema.validate(compose, schema)


@pytest.mark.parametrize("kind", ["secrets", "networks", "volumes"])
def test_what_is_declared_is_used_and_what_is_used_is_declared(compose: Any, kind: str) -> None:
    used = {name for service in compose["services"].values() for name in _used(service, kind)}
    assert used == set(compose[kind])


def _used(service: Any, kind: str) -> Iterator[str]:
    for entry in service.get(kind, []):
        source = entry.partition(":")[0]
        if kind != "volumes" or not source.startswith("."):
            yield source


def test_a_service_waits_only_for_services_that_tell_whether_they_are_well(compose: Any) -> None:
    waits = [
        wait for service in compose["services"].values() for wait in service.get("depends_on", {}).items()
    ]
    assert len(waits) >= 3
    for name, wait in waits:
        assert wait == {"condition": "service_healthy"}
        assert "healthcheck" in compose["services"][name], name


def test_every_service_tells_whether_it_is_well(compose: Any) -> None:
    for name, service in compose["services"].items():
        assert "healthcheck" in service or (name == "monctl" and dockerfile()[-1].one("HEALTHCHECK")), name


def test_images_are_of_a_certain_version(compose: Any) -> None:
    for service in compose["services"].values():
        tag = service["image"].rpartition(":")[2]
        assert tag[0].isdigit(), service["image"]


def test_only_monctl_and_grafana_can_be_reached_and_only_from_this_machine(compose: Any) -> None:
    ports = {name: service["ports"] for name, service in compose["services"].items() if "ports" in service}
    assert ports == {"monctl": ["127.0.0.1:8000:8000"], "grafana": ["127.0.0.1:3000:3000"]}


def test_databases_cannot_reach_the_outside_and_grafana_not_the_inventory(compose: Any) -> None:
    internal = {name for name, network in compose["networks"].items() if network.get("internal")}
    services = compose["services"]
    assert set(services["influxdb"]["networks"]) | set(services["postgres"]["networks"]) == internal
    assert not set(services["grafana"]["networks"]) & set(services["postgres"]["networks"])


def test_monctl_may_do_nothing_but_write_its_data(compose: Any) -> None:
    service = compose["services"]["monctl"]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert "no-new-privileges:true" in service["security_opt"]
    writable = [volume for volume in service["volumes"] if not volume.endswith(":ro")]
    assert writable == [f"monctl-data:{dockerfile()[-1].one('VOLUME').text}"]
    assert [mount.partition(":")[0] for mount in service["tmpfs"]] == ["/tmp"]


def test_services_come_back_and_their_logs_have_a_bound(compose: Any) -> None:
    for name, service in compose["services"].items():
        assert service["restart"] == "unless-stopped", name
        assert set(service["logging"]["options"]) == {"max-size", "max-file"}, name


def test_no_password_or_token_stands_in_the_file(compose: Any) -> None:
    for service in compose["services"].values():
        for name, value in service["environment"].items():
            if any(word in name for word in ("PASSWORD", "TOKEN")):
                assert name.endswith("_FILE"), name
                assert value.removeprefix("/run/secrets/") in service["secrets"], name


def test_prepare_makes_every_secret_and_what_is_mounted(compose: Any, prepared: Path) -> None:
    files = {prepared / secret["file"] for secret in compose["secrets"].values()}
    assert files == set((prepared / "secrets").iterdir())
    secrets = [file.read_text() for file in files]
    assert all(len(bytes.fromhex(secret)) == 32 for secret in secrets)
    assert len(set(secrets)) == len(secrets)
    assert (prepared / "secrets").stat().st_mode & 0o077 == 0
    assert (prepared / "etc/monctl.yaml").exists()
    assert load_inventory(prepared / "etc/hosts.yaml", environ={})


def test_prepare_keeps_what_is_there(prepared: Path) -> None:
    (prepared / "etc/monctl.yaml").write_text("log: {level: debug}\n")
    before = {path: path.read_bytes() for path in prepared.rglob("*") if path.is_file()}
    _prepare(prepared)
    assert {path: path.read_bytes() for path in prepared.rglob("*") if path.is_file()} == before


def test_the_mounted_settings_find_their_variables_in_the_secrets(
    compose: Any, prepared: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    environ = {
        name: value.replace("/run/secrets/", f"{prepared}/secrets/") + (".txt" if "/run/" in value else "")
        for name, value in compose["services"]["monctl"]["environment"].items()
    }
    environ["MONCTL_PUBLIC_URL"] = "https://monctl.example.com"
    text = (prepared / "etc/monctl.yaml").read_text()
    live = "\n".join(line for line in text.splitlines() if not line.lstrip().startswith("#"))
    assert {name if name in environ else f"{name}_FILE" for name in references(live)} <= set(environ)
    monkeypatch.setattr(os, "environ", {})
    settings = load_settings(prepared / "etc/monctl.yaml", environ=environ)
    password = (prepared / "secrets/postgres_password.txt").read_text()
    assert settings.database == f"postgresql://monctl:{password}@postgres/monctl"
    assert settings.metrics.store is StoreKind.INFLUXDB
    assert settings.metrics.influxdb.url == "http://influxdb:8086"
    token = settings.metrics.influxdb.token.get_secret_value()
    assert token == (prepared / "secrets/influxdb_token.txt").read_text()


def test_influxdb_and_settings_agree_on_organization_and_bucket(compose: Any, prepared: Path) -> None:
    environ = {"POSTGRES_PASSWORD": "x", "INFLUX_TOKEN": "x"}
    influxdb = load_settings(prepared / "etc/monctl.yaml", environ=environ).metrics.influxdb
    made = compose["services"]["influxdb"]["environment"]
    assert made["DOCKER_INFLUXDB_INIT_ORG"] == influxdb.org
    assert made["DOCKER_INFLUXDB_INIT_BUCKET"] == influxdb.bucket
    assert compose["services"]["grafana"]["environment"]["INFLUX_BUCKET"] == influxdb.bucket


def test_git_leaves_secrets_and_the_installations_settings_alone() -> None:
    ignored = (DEPLOY / ".gitignore").read_text().splitlines()
    assert {"/etc/", "/secrets/"} <= set(ignored)
