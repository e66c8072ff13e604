"""A run in which every kind of secret is in use tells none of them, in whatever format it logs."""

import asyncio
import base64
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

import asyncssh
import httpx
import pytest

from tests.support.installation import ADMIN_PASSWORD, MonctlFolder
from tests.support.ports import free_port
from tests.support.receivers import Behaviour, running_http_receiver
from tests.support.sshd import Sshd, make_key

pytestmark = [pytest.mark.sshd, pytest.mark.timeout(240)]

RIGHT_PASSWORD = "r1ght-password-of-a-host"
WRONG_PASSWORD = "wr0ng-password-of-a-host"
HOOK_PASSWORD = "pa55word/of:the@hook"
HOOK_TOKEN = "t0ken-in-the-path-of-a-hook"
DEAD_PASSWORD = "pa55word-of-a-dead-hook"
INFLUX_TOKEN = "t0ken-of-influxdb"
POSTGRES_PASSWORD = "pa55word-of-postgresql"
TRIED_PASSWORD = "tr1ed-at-the-log-in"
TRIED_KEY = "mctl_tr1ed-as-a-key"

LOGS = (".log", ".out", ".err")
CONFIG = """\
metrics:
  store: influxdb
  influxdb: {{url: "http://127.0.0.1:{dead}", token: "${{INFLUX_TOKEN}}"}}
alerts:
  group_wait: 1s
  channels:
    hook: {{url: "json://sender:${{HOOK_PASSWORD}}@{hook}/${{HOOK_TOKEN}}"}}
    dead: {{url: "json://sender:${{DEAD_PASSWORD}}@127.0.0.1:{dead}/"}}
  rules:
    - {{name: answers, when: mem.total > 0, for: 0s}}
log: {{level: debug, format: {format}, file: run.log}}
"""


class _PasswordServer(asyncssh.SSHServer):
    """Lets in whoever knows the password, and runs nothing."""

    def begin_auth(self, username: str) -> bool:
        return True

    def password_auth_supported(self) -> bool:
        return True

    def validate_password(self, username: str, password: str) -> bool:
        return password == RIGHT_PASSWORD


@contextmanager
def _password_server(folder: Path) -> Iterator[int]:
    """The port of an SSH server in a thread that takes passwords alone; known_hosts is written beside."""
    key = make_key(folder / "password_host_key")
    started, port = threading.Event(), free_port()
    loop = asyncio.new_event_loop()

    async def serve() -> None:
        async with asyncssh.listen(
            "127.0.0.1", port, server_factory=_PasswordServer, server_host_keys=[str(key)]
        ):
            started.set()
            await stop.wait()

    stop = asyncio.Event()
    thread = threading.Thread(target=loop.run_until_complete, args=(serve(),))
    thread.start()
    try:
        assert started.wait(20)
        public = Path(f"{key}.pub").read_text()
        (folder / "password_known_hosts").write_text(f"[127.0.0.1]:{port} {public}")
        yield port
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join(20)
        loop.close()


def _forms(secret: str) -> Iterator[bytes]:
    """What a secret may look like: as it is, in a URL, in JSON, and in the encodings of headers."""
    yield secret.encode()
    yield quote(secret, safe="").encode()
    yield secret.encode().hex().encode()
    # however many bytes stand before it
    yield from (base64.b64encode(b"x" * shift + secret.encode())[4:-4] for shift in range(3))


def _reasons(monctl: MonctlFolder) -> dict[str, str | None]:
    hosts = monctl.api("GET", "/metrics/current?fields=summary").json()["hosts"]
    return {host["host"]: host["reason"] for host in hosts}


def _keys(monctl: MonctlFolder) -> dict[str, str]:
    """Keys of all kinds, each used once; and a token of the log-in."""
    keys = {}
    for role in ("viewer", "admin", "collector"):
        keys[role] = monctl.json("key", "create", f"of-{role}", "--role", role)["key"]
    for key in (*keys.values(), TRIED_KEY):
        httpx.get(f"{monctl.url}/api/v1/hosts", headers={"X-API-Key": key})
        httpx.get(f"{monctl.url}/api/v1/hosts", headers={"Authorization": f"Bearer {key}"})
    pushed = {"Authorization": f"Bearer {keys['collector']}"}
    httpx.post(f"{monctl.url}/api/v1/metrics/collect", json={"host": "far-1"}, headers=pushed)
    form = {"username": "admin", "password": ADMIN_PASSWORD}
    answer = httpx.post(f"{monctl.url}/api/v1/auth/token", data=form)
    return keys | {"token": answer.json()["access_token"]}


def _refused_log_ins(monctl: MonctlFolder) -> None:
    for name in ("admin", "nobody"):
        form = {"username": name, "password": TRIED_PASSWORD}
        assert httpx.post(f"{monctl.url}/api/v1/auth/token", data=form).status_code == 401


def _is_told(monctl: MonctlFolder, *texts: str) -> bool:
    file = monctl.folder / "run.log"
    log = file.read_text() if file.exists() else ""
    return all(text in log for text in texts)


@pytest.mark.parametrize("format_", ["text", "json"])
def test_no_secret_is_in_log_or_output_of_a_full_run(
    monctl: MonctlFolder, shared_sshd: Sshd, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, format_: str
) -> None:
    secrets = {
        "RIGHT_PASSWORD": RIGHT_PASSWORD,
        "WRONG_PASSWORD": WRONG_PASSWORD,
        "HOOK_PASSWORD": quote(HOOK_PASSWORD, safe=""),
        "HOOK_TOKEN": HOOK_TOKEN,
        "DEAD_PASSWORD": DEAD_PASSWORD,
        "INFLUX_TOKEN": INFLUX_TOKEN,
    }
    for name, value in secrets.items():
        monkeypatch.setenv(name, value)
    with _password_server(tmp_path) as port, running_http_receiver() as hook:
        hook.behaviour, hook.error_body = Behaviour.ERROR, HOOK_TOKEN.encode()
        config = CONFIG.format(dead=free_port(), hook=hook.address, format=format_)
        (monctl.folder / "monctl.yaml").write_text(config)
        by_password = (
            f"address: 127.0.0.1, port: {port}, key: [], known_hosts: {tmp_path}/password_known_hosts"
        )
        monctl.write_hosts(
            shared_sshd,
            {
                "good": "address: 127.0.0.1",
                "right": f'{by_password}, password: "${{RIGHT_PASSWORD}}"',
                "wrong": f'{by_password}, password: "${{WRONG_PASSWORD}}"',
                "closed": 'address: 127.0.0.3, port: 1, password: "${WRONG_PASSWORD}"',
                "far-1": "connection: push",
            },
        )
        monctl.start()
        assert monctl.wait_for(lambda: _is_told(monctl, "wrong: auth_failed", "closed: refused")), monctl.log
        reasons = _reasons(monctl)
        assert (reasons["good"], reasons["wrong"]) == (None, "auth_failed")
        assert reasons["right"] not in ("auth_failed", None)
        keys = _keys(monctl)
        _refused_log_ins(monctl)
        for name in ("hook", "dead"):
            monctl.api("POST", f"/channels/{name}/test")
        assert monctl.wait_for(lambda: _is_told(monctl, "channel hook does not", "channel dead does not"))
        commands = [("doctor",), ("channels", "test", "dead"), ("channels", "list"), ("hosts", "check")]
        commands += [("hosts", "show", "wrong"), ("hosts", "export"), ("status",), ("key", "list")]
        said = [done.stdout + done.stderr for done in (monctl.run(*words) for words in commands)]
        monkeypatch.setenv(
            "MONCTL_DATABASE", f"postgresql://monctl:{POSTGRES_PASSWORD}@127.0.0.1:{port}/monctl"
        )
        said += [done.stdout + done.stderr for done in (monctl.run("doctor"), monctl.run("status"))]
        monctl.stop()
        assert hook.seen > 0
    told = {path.name: path.read_bytes() for path in monctl.folder.glob("*.*") if path.suffix in LOGS}
    assert set(told) == {"run.log", "daemon.out", "daemon.err"}
    told |= {f"command {number}": text.encode() for number, text in enumerate(said)}
    known = [*secrets.values(), HOOK_PASSWORD, POSTGRES_PASSWORD, TRIED_PASSWORD, TRIED_KEY, ADMIN_PASSWORD]
    for secret in (*known, *keys.values(), *(key.removeprefix("mctl_") for key in keys.values())):
        for form in _forms(secret):
            assert not [name for name, content in told.items() if form in content], form


def test_lines_about_a_host_say_which_and_why(monctl: MonctlFolder, own_sshd: Sshd) -> None:
    (monctl.folder / "monctl.yaml").write_text("log: {level: debug, format: json, file: run.log}\n")
    monctl.write_hosts(own_sshd, {"web-1": "address: 127.0.0.1", "closed": "address: 127.0.0.3, port: 1"})
    monctl.start()
    assert monctl.wait_for(lambda: monctl.is_ready() and _is_told(monctl, "closed: ")), monctl.log
    assert monctl.wait_for(lambda: _reasons(monctl)["web-1"] is None)
    own_sshd.stop()
    assert monctl.wait_for(lambda: _is_told(monctl, "web-1: ")), monctl.log
    own_sshd.start()
    assert monctl.wait_for(lambda: _is_told(monctl, "web-1: up again"), 60), monctl.log
    monctl.stop()
    lines = [json.loads(line) for line in (monctl.folder / "run.log").read_text().splitlines()]
    polls = [line for line in lines if line["logger"] == "poller.loop"]
    assert {line["host"] for line in polls} == {"web-1", "closed"}
    for line in polls:
        assert line["message"].startswith(f"{line['host']}: ")
        is_down = line["level"] == "warning"
        assert line.get("reason") == (line["message"].split(": ")[1] if is_down else None)
    assert [line["reason"] for line in polls if line["host"] == "closed"] == ["refused"]
