"""Debian's influxd, a real storage engine and a real InfluxQL, in a folder of the test's own."""

import contextlib
import os
import shutil
import signal
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from tests.support.ports import free_port

INFLUXD = shutil.which("influxd", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")

_START_SECONDS = 20.0

_CONFIG = """\
reporting-disabled = true
bind-address = "127.0.0.1:{rpc}"
[meta]
  dir = "{folder}/meta"
  logging-enabled = false
[data]
  dir = "{folder}/data"
  wal-dir = "{folder}/wal"
  query-log-enabled = false
[monitor]
  store-enabled = false
[http]
  bind-address = "127.0.0.1:{port}"
  log-enabled = false
"""


@dataclass
class Influxd:
    """Debian's influxd in a folder of its own, on 127.0.0.1."""

    folder: Path
    port: int = field(default_factory=free_port)
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Where it answers."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def pid(self) -> int:
        """Of the running server."""
        assert self.process is not None
        return self.process.pid

    def start(self) -> "Influxd":
        """Start and wait until it answers."""
        assert INFLUXD is not None
        self.folder.mkdir(parents=True, exist_ok=True)
        config = self.folder / "influxdb.conf"
        config.write_text(_CONFIG.format(folder=self.folder, port=self.port, rpc=free_port()))
        with (self.folder / "influxd.log").open("ab") as log:
            self.process = subprocess.Popen(
                [INFLUXD, "-config", str(config)],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self._wait_until_it_answers()
        return self

    def stop(self, how: signal.Signals = signal.SIGKILL) -> None:
        """End it by a signal; what it has answered to stays in its folder."""
        if self.process is not None:
            self.process.send_signal(how)
            self.process.wait(20)
            self.process = None

    def restart(self, how: signal.Signals = signal.SIGKILL) -> None:
        """Stop and start on the same port."""
        self.stop(how)
        self.start()

    def _wait_until_it_answers(self) -> None:
        deadline = time.monotonic() + _START_SECONDS
        while time.monotonic() < deadline:
            with contextlib.suppress(OSError), urllib.request.urlopen(f"{self.url}/ping", timeout=1):
                return
            time.sleep(0.02)
        self.stop()
        raise RuntimeError((self.folder / "influxd.log").read_text()[-2000:])


@contextlib.contextmanager
def running_influxd(folder: Path, *, port: int | None = None) -> Iterator[Influxd]:
    """A started server that is stopped at the end.

    Give a folder on a small file system, and it runs out of space as any server would.
    """
    server = Influxd(folder) if port is None else Influxd(folder, port)
    server.start()
    try:
        yield server
    finally:
        server.stop()
