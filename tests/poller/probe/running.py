"""A probe as a child process, started by the real command and fed the real payload."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from inventory.collectors import DEFAULT_COLLECTORS, EVERY_POLL, OFF
from poller.probing import bootstrap

NONCE = "0123456789abcdef"
FAST = tuple(name for name, seconds in DEFAULT_COLLECTORS.items() if seconds == EVERY_POLL)
ALL = tuple(name for name, seconds in DEFAULT_COLLECTORS.items() if seconds is not OFF)


class RunningProbe:
    """A probe that said hello (or why it cannot start)."""

    def __init__(self, process: "subprocess.Popen[bytes]") -> None:
        self.process = process
        assert process.stdin
        assert process.stdout
        self.input, self.output = process.stdin, process.stdout
        self.before_hello = self.output.readline()
        self.hello: dict[str, Any] = json.loads(self.output.readline())

    def send(self, line: bytes) -> None:
        """Write one line."""
        self.input.write(line + b"\n")
        self.input.flush()

    def read(self) -> dict[str, Any]:
        """The next answer."""
        answer: dict[str, Any] = json.loads(self.output.readline().decode("ascii"))
        return answer

    def ask(self, *collect: str, deadline: float = 10.0, number: int = 1) -> dict[str, Any]:
        """The answer to one request."""
        self.send(json.dumps({"id": number, "collect": collect, "deadline": deadline}).encode())
        return self.read()


@contextmanager
def running(
    backend: str = "auto",
    *,
    command: Sequence[str] = (sys.executable, "-c", "exec(input())"),
    env: Mapping[str, str] | None = None,
    config: Mapping[str, Any] | None = None,
) -> Iterator[RunningProbe]:
    """A running probe; it and its pipes are gone afterwards."""
    process = subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**os.environ, **(env or {})},
    )
    with process:
        try:
            assert process.stdin
            settings = {"nonce": NONCE, "backend": backend, **(config or {})}
            process.stdin.write(bootstrap.payload() + json.dumps(settings).encode() + b"\n")
            process.stdin.flush()
            yield RunningProbe(process)
        finally:
            process.kill()
