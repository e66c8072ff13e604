"""A server that takes samples, goes away and comes back; and the script as a process."""

import json
import os
import signal
import ssl
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from inventory.host import HostSpec
from poller.push.script import Destination, push_script
from tests.poller.push.samples import HOST
from tests.support.ports import free_port

PYTHON = "/usr/bin/python3"


class Receiver:
    """Answers at one port. `times`: of all samples taken, as they came; known ones are duplicates.

    `answer`: the status and the headers to give instead of taking anything.
    """

    def __init__(self, context: ssl.SSLContext | None = None) -> None:
        self.port = free_port()
        self.times: list[float] = []
        self.batches: list[int] = []
        self.requests: list[tuple[str, Mapping[str, str], dict[str, Any]]] = []
        self.answer: tuple[int, dict[str, str]] | None = None
        self.largest = 1000
        self.hangs = False
        self._context = context
        self._server: ThreadingHTTPServer | None = None

    @property
    def url(self) -> str:
        """Where it is."""
        return f"{'https' if self._context else 'http'}://localhost:{self.port}"

    def start(self) -> None:
        """Be there."""
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["content-length"])))
                status, headers, document = receiver.take(self.path, dict(self.headers), body)
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(json.dumps(document).encode())

            def log_message(self, *_: Any) -> None:
                pass

        class Server(ThreadingHTTPServer):
            def handle_error(self, *_: Any) -> None:
                pass

        self._server = Server(("localhost", self.port), Handler)
        if self._context is not None:
            self._server.socket = self._context.wrap_socket(self._server.socket, server_side=True)
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    def stop(self) -> None:
        """Go away."""
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()
            self._server = None

    def take(
        self, path: str, headers: Mapping[str, str], body: dict[str, Any]
    ) -> tuple[int, dict[str, str], dict[str, Any]]:
        """The answer to a request."""
        self.requests.append((path, headers, body))
        while self.hangs:
            time.sleep(0.02)
        if self.answer is not None:
            return *self.answer, {"detail": "not now"}
        samples = body["answers"]
        if len(samples) > self.largest:
            return 413, {}, {"detail": "too large"}
        fresh = [one["time"] for one in samples if one["time"] not in self.times]
        self.times += fresh
        self.batches.append(len(samples))
        return (200, {}, {"accepted": len(fresh), "refused": []}) if fresh else (409, {}, {"refused": []})


class Script:
    """The printed script in a folder, run by the system's Python."""

    def __init__(
        self, folder: Path, url: str, *, host: HostSpec = HOST, interval: float = 0.05, **more: Any
    ) -> None:
        self.file = folder / "push.py"
        self.state = folder / "state.jsonl"
        destination = Destination(url=url, key="mctl_k", **more)
        self.file.write_text(push_script(host, destination, interval=interval))
        self.process: subprocess.Popen[bytes] | None = None
        self._log = folder / "push.err"

    @property
    def log(self) -> str:
        """What it has said."""
        return self._log.read_text() if self._log.exists() else ""

    @property
    def kept(self) -> list[float]:
        """When the samples on disk were taken."""
        if not self.state.exists():
            return []
        lines = self.state.read_bytes().split(b"\n")[:-1]
        return [json.loads(line)["time"] for line in lines]

    def start(self, **environ: str) -> None:
        """Run it."""
        with self._log.open("ab") as log:
            self.process = subprocess.Popen(
                [PYTHON, "-I", str(self.file), "--state", str(self.state)],
                stdin=subprocess.DEVNULL,
                stderr=log,
                env={**os.environ, **environ},
            )

    def stop(self, number: signal.Signals = signal.SIGTERM) -> tuple[int, float]:
        """End it by a signal; its status and the seconds that it took."""
        assert self.process is not None
        started = time.monotonic()
        self.process.send_signal(number)
        status = self.process.wait(20)
        self.process = None
        return status, time.monotonic() - started


@contextmanager
def running(folder: Path, receiver: Receiver, **more: Any) -> Iterator[Script]:
    """A running script, and nothing of it or of the receiver afterwards."""
    script = Script(folder, more.pop("url", receiver.url), **more)
    try:
        script.start()
        yield script
    finally:
        receiver.hangs = False
        if script.process is not None:
            script.stop(signal.SIGKILL)
        receiver.stop()


def wait_for(condition: Callable[[], bool], seconds: float = 20.0) -> None:
    """Wait until something holds."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not come to hold"
        time.sleep(0.02)
