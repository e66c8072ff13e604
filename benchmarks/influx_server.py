"""A real InfluxDB behind the tests' proxy, in a process of its own: its CPU is not the writer's.

    python -m benchmarks.influx_server FOLDER

Prints its address, then obeys lines on standard input: `stop` and `start` of the database (each answered by
`done`); ends with its standard input.
"""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from metrics.stores.influx.target import InfluxTarget
from tests.support.influx import BUCKET, ORG, TOKEN, InfluxProxy, running_influxd


class Server:
    """The process as a benchmark uses it."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self._process = process
        self._url = self._answer()

    @property
    def target(self) -> InfluxTarget:
        """A bucket that is kept for ever."""
        return InfluxTarget(url=self._url, org=ORG, bucket=BUCKET, token=TOKEN)

    def stop(self) -> None:
        """Kill the database."""
        self._tell("stop")

    def start(self) -> None:
        """Start it again, on the same folder; it answers when this returns."""
        self._tell("start")

    def _tell(self, order: str) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(f"{order}\n")
        self._process.stdin.flush()
        answer = self._answer()
        assert answer == "done", answer

    def _answer(self) -> str:
        assert self._process.stdout is not None
        return self._process.stdout.readline().strip()


@contextmanager
def influx_server(folder: Path) -> Iterator[Server]:
    """A server that ends with the block."""
    command = [sys.executable, "-m", "benchmarks.influx_server", str(folder)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield Server(process)
        finally:
            assert process.stdin is not None
            process.stdin.close()
            process.wait(30)


def _serve(folder: Path) -> None:
    with running_influxd(folder) as influxd:
        proxy = InfluxProxy(influxd.url, maps_writes=True)
        proxy.start()
        print(proxy.url, flush=True)
        try:
            for line in sys.stdin:
                influxd.stop() if line.strip() == "stop" else influxd.start()
                print("done", flush=True)
        finally:
            proxy.stop()


if __name__ == "__main__":
    _serve(Path(sys.argv[1]))
