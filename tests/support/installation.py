"""A monctl installation in a folder of the test's own, used from outside as its users do."""

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from http import HTTPStatus
from pathlib import Path
from typing import IO, Any

import httpx

from tests.support.commands import Commands
from tests.support.ports import free_port
from tests.support.prepared import MAIN, READ_ON_START, Process, Streams, is_alike, start_prepared
from tests.support.sshd import Sshd
from tests.support.waiting import holds_within

ADMIN_PASSWORD = "correct horse battery"


class MonctlFolder:
    """A folder with a hosts.yaml; commands run in it, and at most one daemon.

    `is_prepared`: their processes are forked from one that has imported monctl, which saves a second each.
    `is_hasty`: those look, tick and try again several times a second, not once.
    """

    is_prepared = True
    is_hasty = True

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.daemon: Process | None = None
        self.port = free_port()
        self.admin_password: str | None = ADMIN_PASSWORD
        self._token = ""
        folder.mkdir(parents=True, exist_ok=True)

    @property
    def hosts_yaml(self) -> Path:
        """The inventory file."""
        return self.folder / "hosts.yaml"

    @property
    def log(self) -> str:
        """What the daemon has written to standard error."""
        return (self.folder / "daemon.err").read_text()

    @property
    def url(self) -> str:
        """Where the daemon serves the API."""
        return f"http://127.0.0.1:{self.port}"

    def is_ready(self) -> bool:
        """Whether the API answers and finds everything in order."""
        try:
            return httpx.get(f"{self.url}/readyz", timeout=5).status_code == HTTPStatus.OK
        except httpx.TransportError:
            return False

    def api(self, method: str, path: str, **arguments: Any) -> httpx.Response:
        """A request of the admin to a path under /api/v1."""
        headers = {"Authorization": f"Bearer {self.token()}", **arguments.pop("headers", {})}
        return httpx.request(method, f"{self.url}/api/v1{path}", headers=headers, timeout=30, **arguments)

    def token(self) -> str:
        """A token of the admin; one for the folder's life."""
        if not self._token:
            form = {"username": "admin", "password": ADMIN_PASSWORD}
            answer = httpx.post(f"{self.url}/api/v1/auth/token", data=form, timeout=10)
            self._token = answer.json()["access_token"]
        return self._token

    def run(self, *args: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
        """Run a command to its end."""
        with tempfile.TemporaryFile("w+") as stdin_file, _captured() as out, _captured() as err:
            stdin_file.write(stdin)
            stdin_file.seek(0)
            process = self._process([*args], (stdin_file, out, err))
            try:
                status = process.wait(60)
            finally:
                process.kill()
            return subprocess.CompletedProcess(args, status, _text(out), _text(err))

    def json(self, *args: str) -> Any:
        """What a command with --json prints."""
        result = self.run(*args, "--json")
        assert result.stdout, result.stderr
        return json.loads(result.stdout)

    def start(self, *args: str, command: str = "poll") -> None:
        """Start the daemon."""
        self.daemon = self._start([command, *args])

    def _start(self, args: list[str], *, function: str = MAIN) -> Process:
        """A process whose output goes into `daemon.out` and `daemon.err`."""
        printed, logged = self.folder / "daemon.out", self.folder / "daemon.err"
        with open(os.devnull) as nothing, printed.open("a") as out, logged.open("a") as err:
            return self._process(args, (nothing, out, err), function=function)

    def _process(self, args: list[str], streams: Streams, *, function: str = MAIN) -> Process:
        environ = self.environ()
        if self.is_prepared and is_alike(environ):
            return start_prepared(
                args,
                folder=self.folder,
                environ=environ,
                streams=streams,
                function=function,
                is_hasty=self.is_hasty,
            )
        module, _, name = function.partition(":")
        command = [sys.executable, "-c", f"from {module} import {name}; {name}()", *args]
        stdin_file, out, err = streams
        return subprocess.Popen(
            command, cwd=self.folder, env=environ, stdin=stdin_file, stdout=out, stderr=err, text=True
        )

    def stop(self, number: signal.Signals = signal.SIGTERM) -> float:
        """Stop the daemon with a signal; the seconds that it took."""
        if self.daemon is None:
            return 0.0
        started = time.monotonic()
        self.daemon.send_signal(number)
        try:
            self.daemon.wait(20)
        except subprocess.TimeoutExpired:
            self.daemon.kill()
            self.daemon.wait()
            raise
        finally:
            self.last_status = self.daemon.returncode
            self.daemon = None
        return time.monotonic() - started

    def states(self) -> dict[str, tuple[str, str | None]]:
        """Each host's state and reason, as `monctl status` has them, in this process: it is asked often."""
        result = Commands(self.folder).run("status", "--json", environ=self.environ())
        return {host["host"]: (host["state"], host["reason"]) for host in json.loads(result.stdout)["hosts"]}

    def wait_for(self, condition: Callable[[], bool], seconds: float = 30.0) -> bool:
        """Wait until a condition holds; False if it does not in time."""
        return holds_within(condition, seconds)

    def write_hosts(self, server: Sshd, hosts: dict[str, str], *, more: str = "") -> None:
        """A hosts.yaml for hosts of a server: name -> the entry's keys (`address: 127.0.0.2`)."""
        lines = [
            "defaults:",
            f"  port: {server.port}",
            f"  user: {server.user}",
            f"  key: {server.key}",
            f"  known_hosts: {server.known_hosts}",
            "  interval: 1s",
            "hosts:",
            *(f"  {name}: {{{keys}}}" for name, keys in hosts.items()),
        ]
        new_file = self.hosts_yaml.with_suffix(".new")
        new_file.write_text("\n".join(lines) + "\n" + more)
        new_file.replace(self.hosts_yaml)

    def environ(self) -> dict[str, str]:
        """The environment of every command."""
        return {**os.environ, **READ_ON_START} | self._web()

    def _web(self) -> dict[str, str]:
        password = {} if self.admin_password is None else {"MONCTL_ADMIN_PASSWORD": self.admin_password}
        return password | {
            "MONCTL_WEB__LISTEN": f"127.0.0.1:{self.port}",
            "MONCTL_WEB__RATE_LIMIT": "100000/minute",
        }


def _captured() -> IO[str]:
    return tempfile.TemporaryFile("w+", encoding="utf-8")


def _text(stream: IO[str]) -> str:
    stream.seek(0)
    return stream.read()
