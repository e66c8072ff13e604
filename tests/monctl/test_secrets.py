"""Secrets given by reference are nowhere in what a run leaves behind."""

import base64
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.installation import MonctlFolder
from tests.support.sshd import Sshd

pytestmark = pytest.mark.sshd

PASSWORD = "hunter2-of-the-host"
TOKEN = "t0ken-of-the-store"
CHANNEL = "s3cret-of-the-channel"
CONFIG = """\
metrics: {influxdb: {token: "${STORE_TOKEN}"}}
alerts: {channels: {ops: {url: "slack://${CHANNEL_SECRET}"}}}
log: {level: debug, format: json, file: run.log}
"""


def _forms(secret: str) -> Iterator[bytes]:
    yield secret.encode()
    yield secret.encode().hex().encode()
    yield from (base64.b64encode(b"x" * shift + secret.encode())[4:-4] for shift in range(3))


def test_log_database_and_output_of_a_run_hold_no_secret(
    monctl: MonctlFolder, shared_sshd: Sshd, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOST_PASSWORD", PASSWORD)
    monkeypatch.setenv("STORE_TOKEN", TOKEN)
    monkeypatch.setenv("CHANNEL_SECRET", CHANNEL)
    password = 'password: "${HOST_PASSWORD}"'
    entries = {
        "good": f"address: 127.0.0.1, {password}",
        "refused": f"address: 127.0.0.2, key: {tmp_path / 'none'}, {password}",
        "closed": f"address: 127.0.0.3, port: 1, {password}",
    }
    monctl.write_hosts(shared_sshd, entries)
    (monctl.folder / "monctl.yaml").write_text(CONFIG)
    monctl.start()
    expected = {"good": ("ok", None), "refused": ("down", "auth_failed"), "closed": ("down", "refused")}
    assert monctl.wait_for(lambda: monctl.states() == expected), monctl.states()
    commands = (
        ("hosts", "list", "--json"),
        ("hosts", "show", "refused"),
        ("hosts", "export"),
        ("hosts", "check"),
        ("doctor",),
        ("status", "--json"),
    )
    said = [done.stdout + done.stderr for done in (monctl.run(*command) for command in commands)]
    monctl.stop()
    left = {path: path.read_bytes() for path in monctl.folder.rglob("*") if path.is_file()}
    assert {path.name for path in left} >= {"run.log", "daemon.out", "daemon.err", "monctl.db", "metrics.db"}
    assert b'"reason": "auth_failed"' in left[monctl.folder / "run.log"]
    for secret in (PASSWORD, TOKEN, CHANNEL):
        for form in _forms(secret):
            assert not [path for path, content in left.items() if form in content], form
            assert not [text for text in said if form in text.encode()], form
