"""A host of the API is worth no more than the host: nothing of it runs here, nor shows what stands here."""

import json
import signal
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from inventory.errors import InventoryInvalid
from inventory.host import HostSpec
from inventory.host_table.api_policy import ApiPolicy
from inventory.host_table.repository import HostRepository
from inventory.hosts_yaml.file import parse_inventory
from metrics.results import Outcome
from poller.errors import PollFailed
from poller.ssh.ssh_config import SshConfig
from tests.support.databases import SQLITE, Database
from tests.support.installation import MonctlFolder
from tests.support.sshd import Sshd

SECRET = "hunter2-of-the-daemon"


class WithHome(MonctlFolder):
    """An installation whose user has a home of the test's own, and secrets in the environment."""

    more: dict[str, str]

    def environ(self) -> dict[str, str]:
        """The environment of every command."""
        return super().environ() | {"HOME": str(self.folder / "home"), "SECRET_ENV": SECRET} | self.more


@pytest.fixture
def monctl(tmp_path: Path) -> Iterator[WithHome]:
    """A daemon's folder, with an ssh configuration that puts user and address into commands and names."""
    installation = WithHome(tmp_path / "monctl")
    installation.more = {}
    ssh = installation.folder / "home" / ".ssh"
    ssh.mkdir(parents=True, mode=0o700)
    (ssh / "config").write_text(
        "Host via-*\n  HostName 127.0.0.1\n  ProxyCommand /bin/sh -c 'exit 1' -l %r -W %h:%p gw\n"
        "Host env*\n  HostName %h.corp.invalid\n"
    )
    yield installation
    installation.stop(signal.SIGKILL)


def _attacks(marker: Path) -> dict[str, dict[str, Any]]:
    """Entries that would make `marker`, by way of this machine's shell, or show a variable."""
    run = f"sh -c 'touch {marker}' #"
    return {
        "default": {"connection": "${MONCTL_HOST_NOPE:-local}", "python": run},
        "default-of-python": {"connection": "local", "python": f"${{MONCTL_HOST_NOPE:-{run}}}"},
        "variable": {"connection": "${MONCTL_HOST_WAY}", "python": "${MONCTL_HOST_RUN}"},
        "script": {"connection": "local", "python": str(marker.with_name("python3"))},
        "remote": {"address": "127.0.0.1", "python": run},
        "user": {"address": "via-1", "user": f"a -oProxyCommand='touch {marker}' b"},
        "user-of-variable": {"address": "via-1", "user": "${MONCTL_HOST_USER}"},
        "dash": {"address": "via-1", "user": "-oProxyCommand=x"},
        "wide": {"address": "via-1", "user": "a －oProxyCommand=＇touch x＇ b"},
        "variable-in-address": {"address": "env$${SECRET_ENV}"},
        "address": {"address": "-oProxyCommand=touch"},
        "jump": {"address": "127.0.0.1", "jump": f"via-1,a -oProxyCommand='touch {marker}'@via-2"},
        "jump-of-default": {"address": "127.0.0.1", "jump": "${MONCTL_HOST_NOPE:-env$${SECRET_ENV}"},
    }


def _poison(monctl: WithHome, hosts: dict[str, dict[str, Any]]) -> None:
    """Rows as an older version would have taken them over the API, without any check."""
    with closing(sqlite3.connect(monctl.folder / "data" / "monctl.db")) as connection, connection:
        (columns,) = connection.execute("SELECT * FROM host WHERE name = 'api-good'").fetchall()
        names = [row[1] for row in connection.execute("PRAGMA table_info(host)")]
        for number, (name, entry) in enumerate(hosts.items(), start=100):
            row = dict(zip(names, columns, strict=True)) | {"name": name, "spec": json.dumps(entry)}
            row["id"] = number
            marks = ", ".join("?" * len(row))
            connection.execute(f"INSERT INTO host ({', '.join(row)}) VALUES ({marks})", tuple(row.values()))
        connection.execute("UPDATE inventory_revision SET revision = revision + 1")


def _polled(monctl: WithHome) -> dict[str, str]:
    """The hosts that the daemon polls, and their states."""
    hosts = monctl.api("GET", "/metrics/current?fields=summary").json()["hosts"]
    return {host["host"]: host["state"] for host in hosts}


@pytest.mark.sshd
def test_no_entry_runs_anything_here_whichever_way_it_comes(monctl: WithHome, own_sshd: Sshd) -> None:
    marker = monctl.folder / "marker"
    monctl.more = {
        "MONCTL_HOST_WAY": "local",
        "MONCTL_HOST_RUN": f"sh -c 'touch {marker}' #",
        "MONCTL_HOST_USER": f"a -oProxyCommand='touch {marker}' b",
    }
    script = monctl.folder / "python3"
    script.write_text(f"#!/bin/sh\ntouch {marker}\n")
    script.chmod(0o755)
    attacks = _attacks(marker)
    monctl.write_hosts(own_sshd, {"web-1": "address: 127.0.0.2"})
    monctl.start()
    assert monctl.wait_for(monctl.is_ready), monctl.log
    good = {"name": "api-good", "connection": "local", "interval": "1s"}
    assert monctl.api("POST", "/hosts", json=good).status_code == 201
    for name, entry in attacks.items():
        answer = monctl.api("POST", "/hosts", json={"name": name, **entry})
        assert answer.status_code == 422, (name, answer.text)
        assert SECRET not in answer.text
        assert monctl.api("PUT", "/hosts/api-good", json=entry).status_code == 422
        patch = {"connection": None, **entry}
        assert monctl.api("PATCH", "/hosts/api-good", json=patch).status_code == 422
        imported = monctl.api("POST", "/hosts/import", json={"content": json.dumps({"hosts": {name: entry}})})
        assert imported.status_code == 422, (name, imported.text)
        assert SECRET not in imported.text
    options = [f"{key}={value}" for key, value in attacks["default"].items()]
    added = monctl.run("hosts", "add", "by-hand", *(part for text in options for part in ("--set", text)))
    assert (added.returncode, "hosts.yaml" in added.stderr) == (2, True)
    monctl.stop()

    _poison(monctl, attacks)
    before = len(monctl.log)
    monctl.start()
    assert monctl.wait_for(monctl.is_ready), monctl.log
    assert monctl.wait_for(lambda: _polled(monctl) == {"web-1": "ok", "api-good": "ok"}), monctl.log
    told = monctl.log[before:]
    assert all(f"a host is left out: {name}." in told for name in attacks), told
    assert SECRET not in told
    for name in attacks:
        answer = monctl.api("POST", f"/hosts/{name}/check", headers={"Accept": "application/json"})
        assert answer.status_code == 422, answer.text
        assert SECRET not in answer.text
    assert not marker.exists()


def test_what_a_variable_came_to_hold_since_is_checked_anew(tmp_path: Path) -> None:
    engine = Database(SQLITE, tmp_path).open()
    entry = {"connection": "${MONCTL_HOST_WAY}", "python": "python3"}
    HostRepository(engine, environ={"MONCTL_HOST_WAY": "ssh"}).add("10.0.0.1", entry)
    specs = HostRepository(engine, environ={"MONCTL_HOST_WAY": "local"}).specs()
    assert specs.hosts == {}
    assert "runs on the monitoring machine" in str(specs.problems)
    engine.dispose()


@pytest.mark.parametrize(
    "user", ["root", "DOMAIN\\joe", "First Last", "host$", "joe@corp", "a-b_c.d+e", "юзер", "a/b"]
)
@pytest.mark.parametrize("jump", ["gw", "joe@gw:22", "DOMAIN\\joe@[fe80::1]:22,gw-2", "::1", "my gateway"])
def test_what_people_call_users_and_hosts_stays_right(user: str, jump: str) -> None:
    text = json.dumps({"hosts": {"a": {"address": "fe80::1%eth0", "user": user, "jump": jump}}})
    spec = parse_inventory(text, file="f", environ={}).hosts["a"]
    assert (spec.user, spec.jump) == (user, jump)


@pytest.mark.parametrize(
    "entry",
    [
        {"user": "a;b"},
        {"user": "`id`"},
        {"user": "a -F/tmp/x"},
        {"user": "a\\"},
        {"user": "../../etc/shadow"},
        {"user": "${X}"},
        {"address": "a|b"},
        {"address": "$(id)"},
        {"address": "web-1,*"},
        {"address": "*"},
        {"address": "#"},
        {"address": "${X}"},
        {"jump": "-oProxyCommand=x"},
        {"jump": "a;b@gw"},
        {"jump": "gw,-x"},
        {"jump": "gw:0"},
        {"jump": "${X}"},
        {"jump": ",".join(["gw"] * 9)},
    ],
)
def test_a_file_may_not_hold_them_either_also_not_by_a_variable(entry: dict[str, str]) -> None:
    text = json.dumps({"hosts": {"a": {"address": "h"} | entry}})
    with pytest.raises(InventoryInvalid) as caught:
        parse_inventory(text, file="f", environ={"X": "x -oProxyCommand='id'"})
    assert "-oProxyCommand='id'" not in str(caught.value)


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("address", "user"),
    [("corp${SECRET_ENV}", None), ("a b", None), ("via-1", "a gw"), ("via-1", "a#"), ("via-1", "a　－o x")],
)
async def test_nothing_unfit_reaches_the_expansion_of_an_ssh_config(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, address: str, user: str | None
) -> None:
    """As the last door: a jump host may be one that is pushed to, with any name."""
    monkeypatch.setenv("SECRET_ENV", SECRET)
    config = tmp_path / "config"
    config.write_text("Host *\n HostName %h.corp\n ProxyCommand ssh -l %r -W %h:%p gw\n")
    host = HostSpec(name="h", address=address, user=user)
    with pytest.raises(PollFailed) as caught:
        await SshConfig([config]).resolve(host)
    assert caught.value.outcome in (Outcome.UNREACHABLE, Outcome.AUTH_FAILED)
    assert SECRET not in str(caught.value)


@pytest.mark.anyio
async def test_a_domains_user_may_be_put_into_a_proxy_command(tmp_path: Path) -> None:
    config = tmp_path / "config"
    config.write_text("Host *\n ProxyCommand nc %h %p\n")
    target = await SshConfig([config]).resolve(HostSpec(name="h", address="h", user="DOMAIN\\joe"))
    assert target.proxy_command == "nc h 22"


def test_entries_are_measured_before_anything_is_done_with_them(tmp_path: Path) -> None:
    engine = Database(SQLITE, tmp_path).open()
    repository = HostRepository(engine, environ={"MONCTL_HOST_X": "x" * 60_000}, policy=ApiPolicy())
    entries: list[dict[str, Any]] = [
        {"user": "${MONCTL_HOST_X}" * 100_000},
        {"user": "${a:-" * 800_000},
        {"tags": {f"t{number}": "x" for number in range(5_000)}},
        {f"key{number}": 1 for number in range(100_000)},
    ]
    for entry in entries:
        with pytest.raises(InventoryInvalid, match="larger than 64 KiB"):
            repository.add("h", entry)
    with pytest.raises(InventoryInvalid, match="mebibyte"):
        repository.add("h", {"user": "${MONCTL_HOST_X}" * 250})
    engine.dispose()
