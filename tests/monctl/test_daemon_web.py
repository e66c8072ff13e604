"""The API of a running daemon, and of a process that only serves, from outside."""

import re
import signal
import sqlite3
import ssl
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.support.certificates import self_signed
from tests.support.installation import MonctlFolder
from tests.support.sshd import Sshd, command_line

pytestmark = pytest.mark.sshd


def _entry(server: Sshd, name: str, address: str) -> dict[str, Any]:
    return {
        "name": name,
        "address": address,
        "port": server.port,
        "user": server.user,
        "key": str(server.key),
        "known_hosts": str(server.known_hosts),
        "interval": "1s",
    }


def _state(monctl: MonctlFolder, host: str) -> str | None:
    answer = monctl.api("GET", f"/metrics/current?host={host}&fields=summary")
    return str(answer.json()["hosts"][0]["state"]) if answer.status_code == 200 else None


def _started(monctl: MonctlFolder, server: Sshd, *args: str) -> None:
    monctl.write_hosts(server, {"web-1": "address: 127.0.0.1", "web-2": "address: 127.0.0.2"})
    monctl.start(*args)


def test_the_daemon_serves_what_it_polls(monctl: MonctlFolder, own_sshd: Sshd) -> None:
    _started(monctl, own_sshd)
    assert monctl.wait_for(monctl.is_ready), monctl.log
    assert monctl.wait_for(lambda: _state(monctl, "web-2") == "ok"), monctl.log

    def current() -> Any:
        return monctl.api("GET", "/metrics/current?host=web-1").json()

    printed = monctl.json("status", "web-1")
    assert current().keys() == printed.keys()
    assert current()["hosts"][0].keys() == printed["hosts"][0].keys()
    # rates come with the second answer, which the store has up to a second later
    assert monctl.wait_for(lambda: "cpu" in monctl.json("status", "web-1")["hosts"][0]["metrics"], 10)
    printed = monctl.json("status", "web-1")
    assert current()["hosts"][0]["metrics"].keys() == printed["hosts"][0]["metrics"].keys()
    history = monctl.api(
        "GET", "/metrics/history?host=web-*&metric=mem.used_percent&start=-1m&step=1s"
    ).json()
    assert {series["host"] for series in history["series"]} == {"web-1", "web-2"}
    assert httpx.get(f"{monctl.url}/api/v1/metrics/current", timeout=5).status_code == 401


def test_a_host_of_the_api_is_polled_within_two_seconds_and_left_within_two(
    monctl: MonctlFolder, own_sshd: Sshd
) -> None:
    monctl.is_hasty = False  # these seconds are a running monctl's
    _started(monctl, own_sshd)
    assert monctl.wait_for(lambda: monctl.is_ready() and _state(monctl, "web-2") == "ok"), monctl.log
    before = len(own_sshd.probes())
    assert monctl.api("POST", "/hosts", json=_entry(own_sshd, "new-1", "127.0.0.9")).status_code == 201
    assert monctl.wait_for(lambda: len(own_sshd.probes()) == before + 1, 2.0), monctl.log
    assert monctl.wait_for(lambda: _state(monctl, "new-1") == "ok", 5), monctl.log
    assert monctl.api("DELETE", "/hosts/new-1").status_code == 204
    assert monctl.wait_for(lambda: len(own_sshd.probes()) == before, 2.0), monctl.log
    assert monctl.wait_for(lambda: _state(monctl, "new-1") is None, 3)
    assert _state(monctl, "web-1") == "ok"


def test_a_pause_over_the_api_is_kept_by_the_file_and_survives_a_restart(
    monctl: MonctlFolder, own_sshd: Sshd
) -> None:
    _started(monctl, own_sshd)
    assert monctl.wait_for(lambda: monctl.is_ready() and _state(monctl, "web-2") == "ok"), monctl.log
    assert monctl.api("POST", "/hosts/web-2/pause").json()["paused"] is True
    assert monctl.wait_for(lambda: _state(monctl, "web-2") == "paused", 3)
    monctl.stop()
    monctl.start()
    assert monctl.wait_for(monctl.is_ready), monctl.log
    assert _state(monctl, "web-2") == "paused"
    edit = monctl.api("PATCH", "/hosts/web-2", json={"user": "x"})
    assert edit.status_code == 409
    assert edit.json()["file"] == str(monctl.hosts_yaml)


def test_a_check_streams_each_step_of_a_real_host(monctl: MonctlFolder, own_sshd: Sshd) -> None:
    _started(monctl, own_sshd)
    assert monctl.wait_for(monctl.is_ready), monctl.log
    lines = monctl.api("POST", "/hosts/web-1/check").text.splitlines()
    assert [line.split('"')[3] for line in lines[:-1]] == [
        "dns",
        "tcp",
        "host key",
        "login",
        "python",
        "probe",
    ]
    assert lines[-1] == '{"host":"web-1","ok":true}'


def test_a_stop_with_open_streams_is_quick_and_clean(monctl: MonctlFolder, own_sshd: Sshd) -> None:
    _started(monctl, own_sshd)
    assert monctl.wait_for(lambda: monctl.is_ready() and _state(monctl, "web-1") == "ok"), monctl.log
    token = monctl.api("GET", "/auth/me").request.headers["authorization"]
    with httpx.stream("GET", f"{monctl.url}/api/v1/live", headers={"Authorization": token}) as stream:
        lines = stream.iter_lines()
        assert any(line.startswith("event: snapshot") for line in lines)
        assert monctl.stop() < 5
    assert monctl.last_status == 0, monctl.log
    assert "Traceback" not in monctl.log
    assert monctl.wait_for(lambda: not any(command_line(pid) for pid in own_sshd.probes()), 10)


def test_two_processes_on_the_same_data_follow_each_other(monctl: MonctlFolder, own_sshd: Sshd) -> None:
    _started(monctl, own_sshd, "--no-web")
    other = MonctlFolder(monctl.folder)
    try:
        other.start(command="serve")
        assert other.wait_for(lambda: other.is_ready() and _state(other, "web-1") == "ok"), other.log
        first = other.api("GET", "/metrics/current?host=web-1").json()["hosts"][0]["time"]
        assert other.wait_for(
            lambda: other.api("GET", "/metrics/current?host=web-1").json()["hosts"][0]["time"] > first, 5
        )
        added = other.api("POST", "/hosts", json=_entry(own_sshd, "new-1", "127.0.0.9"))
        assert added.status_code == 201
        assert other.wait_for(lambda: _state(other, "new-1") == "ok", 7), other.log
        assert monctl.run("hosts", "remove", "new-1", "--yes").returncode == 0
        assert other.wait_for(lambda: _state(other, "new-1") is None, 5)
        assert monctl.run("key", "create", "ci", "--role", "viewer", "--json").returncode == 0
        pushed = other.api("POST", "/metrics/collect", json={})
        assert pushed.status_code == 403
        assert other.stop() < 5
        assert other.last_status == 0, other.log
    finally:
        other.stop(signal.SIGKILL)


def test_a_revoked_key_and_a_deactivated_user_end_within_seconds(
    monctl: MonctlFolder, own_sshd: Sshd
) -> None:
    _started(monctl, own_sshd)
    assert monctl.wait_for(monctl.is_ready), monctl.log
    key = monctl.json("key", "create", "ci", "--role", "viewer")["key"]
    hosts = f"{monctl.url}/api/v1/hosts"

    def status(headers: dict[str, str]) -> int:
        return httpx.get(hosts, headers=headers, timeout=5).status_code

    assert status({"X-API-Key": key}) == 200
    assert monctl.run("key", "revoke", "ci").returncode == 0
    assert monctl.wait_for(lambda: status({"X-API-Key": key}) == 401, 5)
    assert monctl.run("user", "add", "eve", "--role", "viewer", stdin="long enough words\n").returncode == 0
    form = {"username": "eve", "password": "long enough words"}
    token = httpx.post(f"{monctl.url}/api/v1/auth/token", data=form, timeout=5).json()["access_token"]
    bearer = {"Authorization": f"Bearer {token}"}
    assert status(bearer) == 200
    assert monctl.run("user", "password", "eve", stdin="other long words\n").returncode == 0
    assert monctl.wait_for(lambda: status(bearer) == 401, 5)


def test_an_address_in_use_is_told_with_the_way_out(monctl: MonctlFolder, own_sshd: Sshd) -> None:
    _started(monctl, own_sshd)
    assert monctl.wait_for(monctl.is_ready), monctl.log
    other = MonctlFolder(monctl.folder.parent / "other")
    other.write_hosts(own_sshd, {})
    done = other.run("poll", "--listen", f"127.0.0.1:{monctl.port}")
    assert done.returncode == 2
    assert f"127.0.0.1:{monctl.port}" in done.stderr
    assert "--listen" in done.stderr
    assert "Traceback" not in done.stderr


def test_the_first_password_is_kept_in_a_file_that_is_named_once(
    monctl: MonctlFolder, own_sshd: Sshd
) -> None:
    monctl.admin_password = None
    _started(monctl, own_sshd)
    assert monctl.wait_for(monctl.is_ready), monctl.log
    printed = (monctl.folder / "daemon.out").read_text()
    line = next(line for line in printed.splitlines() if "admin" in line)
    password = Path(line.split()[-1]).read_text().strip()
    form = {"username": "admin", "password": password}
    assert httpx.post(f"{monctl.url}/api/v1/auth/token", data=form, timeout=5).status_code == 200
    assert password not in monctl.log + printed
    monctl.stop()
    monctl.start()
    assert monctl.wait_for(monctl.is_ready), monctl.log
    assert (monctl.folder / "daemon.out").read_text().count("First start") == 1


def test_the_first_password_may_come_from_a_file(
    monctl: MonctlFolder, own_sshd: Sshd, monkeypatch: pytest.MonkeyPatch
) -> None:
    monctl.admin_password = None
    secret = monctl.folder / "password.txt"
    monkeypatch.setenv("MONCTL_ADMIN_PASSWORD_FILE", str(secret))
    monctl.write_hosts(own_sshd, {"web-1": "address: 127.0.0.1"})
    missing = monctl.run("poll")
    assert missing.returncode == 2
    assert str(secret) in missing.stderr
    secret.write_text("swordfish swordfish\n")
    monctl.start()
    assert monctl.wait_for(monctl.is_ready), monctl.log
    form = {"username": "admin", "password": "swordfish swordfish"}
    assert httpx.post(f"{monctl.url}/api/v1/auth/token", data=form, timeout=5).status_code == 200


def test_tls_is_served_and_plain_listening_to_everyone_is_warned_about(
    monctl: MonctlFolder, own_sshd: Sshd
) -> None:
    self_signed(monctl.folder)
    settings = monctl.folder / "monctl.yaml"
    settings.write_text("web: {tls_certificate: cert.pem, tls_key: key.pem}\n")
    _started(monctl, own_sshd)
    url = f"https://127.0.0.1:{monctl.port}/healthz"

    def answers() -> bool:
        try:
            trusted = ssl.create_default_context(cafile=monctl.folder / "cert.pem")
            answer = httpx.get(url, verify=trusted, timeout=5)
        except httpx.TransportError:
            return False
        return "max-age" in answer.headers["strict-transport-security"]

    assert monctl.wait_for(answers), monctl.log
    monctl.stop()
    settings.write_text("web: {tls_certificate: nothing.pem}\n")
    wrong = monctl.run("poll")
    assert wrong.returncode == 2
    assert "nothing.pem" in wrong.stderr
    settings.unlink()
    monctl.start("--listen", f"0.0.0.0:{monctl.port}")
    assert monctl.wait_for(monctl.is_ready), monctl.log
    assert "WITHOUT TLS" in monctl.log


def test_readiness_tells_of_a_store_that_takes_nothing(monctl: MonctlFolder, own_sshd: Sshd) -> None:
    _started(monctl, own_sshd)
    assert monctl.wait_for(lambda: monctl.is_ready() and _state(monctl, "web-1") == "ok"), monctl.log

    def readiness() -> Any:
        return httpx.get(f"{monctl.url}/readyz", timeout=5).json()

    assert set(readiness()["checks"]) == {"inventory", "database", "alerts", "store", "poller"}
    with closing(sqlite3.connect(monctl.folder / "data" / "metrics.db", timeout=10)) as other:
        other.execute("BEGIN IMMEDIATE")
        assert monctl.wait_for(lambda: not monctl.is_ready(), 30)
        reason = readiness()["checks"]["store"]["reason"]
        assert re.fullmatch(r"the metric store does not take results: \d+ wait in the spool", reason)
        other.rollback()
    assert monctl.wait_for(monctl.is_ready, 30), monctl.log
