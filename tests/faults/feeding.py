"""A process that keeps numbered results in a store, through sink and spool, and says which are kept.

    python -m tests.faults.feeding STORE SPOOL FIRST

STORE is the URL of an InfluxDB, with the bucket as its path, or the path of an SQLite file. Result n is of
the time START + n and holds the value n. A line is written for what is kept (`kept N`: all results up to N)
and for what waits in the spool (`spooled N`). Ends, everything flushed, with its standard input.
"""

import asyncio
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

from metrics.results import Outcome, Point, PollResult
from metrics.store import MetricStore
from metrics.stores.influx.store import InfluxStore
from metrics.stores.influx.target import InfluxTarget
from metrics.stores.retention import Retention
from metrics.stores.sink import StoreSink
from metrics.stores.spool.spool import Spool
from metrics.stores.sqlite.store import SqliteStore
from tests.support.influx import ORG, TOKEN

HOST = "web-1"
START = 1_700_006_400.0

_FLUSH_SECONDS = 0.1
_PER_FLUSH = 20
_WAIT_SECONDS = 60.0
_FOR_EVER = Retention(raw=1e10, minute=1e10, quarter=1e10)


class Feeder:
    """The process, as a test sees it."""

    def __init__(self, store: str, spool: Path) -> None:
        self._store = store
        self._spool = spool
        self._process: subprocess.Popen[str] | None = None
        self.kept = 0
        self.spooled = 0

    def start(self) -> None:
        """Begin with the result after the last one that is kept."""
        command = [sys.executable, "-m", "tests.faults.feeding", self._store, str(self._spool)]
        self._process = subprocess.Popen(
            [*command, str(self.kept + 1)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        self._reader = threading.Thread(target=self._read, args=(self._process,))
        self._reader.start()

    def kill(self) -> None:
        """Kill the process; what it has said before counts."""
        assert self._process is not None
        self._process.kill()
        self._end()

    def stop(self) -> None:
        """Let it flush and end."""
        assert self._process is not None
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._end()

    def keep(self, more: int) -> None:
        """Wait until so many more results are kept."""
        wanted = self.kept + more
        self._wait(lambda: self.kept >= wanted, f"{more} more kept")

    def wait_until_spooled(self) -> None:
        """Wait until results wait in the spool."""
        self._wait(lambda: self.spooled > 0, "something in the spool")

    def wait_until_drained(self) -> None:
        """Wait until nothing waits any more."""
        self._wait(lambda: self.spooled == 0, "an empty spool")

    def does_not_keep(self, more: int, seconds: float) -> bool:
        """Whether so many more results are not kept for so long."""
        before = self.kept
        time.sleep(seconds)
        return self.kept < before + more

    def _wait(self, condition: Callable[[], bool], what: str) -> None:
        deadline = time.monotonic() + _WAIT_SECONDS
        while not condition():
            assert time.monotonic() < deadline, f"waited for {what}; {self.kept} kept, {self.spooled} spooled"
            time.sleep(0.02)

    def _end(self) -> None:
        assert self._process is not None
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.wait(30)
        self._reader.join(10)
        self._process.stdin.close()
        self._process.stdout.close()
        self._process = None

    def _read(self, process: "subprocess.Popen[str]") -> None:
        assert process.stdout is not None
        for line in process.stdout:
            word, _, number = line.strip().partition(" ")
            if word == "kept":
                self.kept = int(number)
            else:
                self.spooled = int(number)


@contextmanager
def feeding(store: str, spool: Path) -> Iterator[Feeder]:
    """A started feeder, which is gone at the end."""
    feeder = Feeder(store, spool)
    feeder.start()
    try:
        yield feeder
    finally:
        if feeder._process is not None:
            feeder.kill()


async def _feed(place: str, spool: Path, first: int) -> None:
    store = await _open(place)
    sink = StoreSink(store, Spool(spool), flush_seconds=_FLUSH_SECONDS)
    running = asyncio.create_task(sink.run())
    ended = asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)
    number = first
    while not ended.done():
        for _ in range(_PER_FLUSH):
            sink.accept(_result(number))
            number += 1
        await sink.wait_until_written()
        print(f"kept {number - 1}", flush=True)
        print(f"spooled {sink.spooled}", flush=True)
        await asyncio.sleep(_FLUSH_SECONDS)
    running.cancel()
    await asyncio.wait({running})
    await store.close()


async def _open(place: str) -> MetricStore:
    if place.startswith("http"):
        url = urlsplit(place)
        target = InfluxTarget(
            url=f"{url.scheme}://{url.netloc}", org=ORG, bucket=url.path.strip("/"), token=TOKEN
        )
        return await InfluxStore.open(target, retention=_FOR_EVER)
    return await SqliteStore.open(Path(place), retention=_FOR_EVER)


def _result(number: int) -> PollResult:
    point = Point("mem", (), {"used": number})
    return PollResult(host=HOST, time=START + number, outcome=Outcome.OK, duration=0.01, points=(point,))


if __name__ == "__main__":
    asyncio.run(_feed(sys.argv[1], Path(sys.argv[2]), int(sys.argv[3])))
