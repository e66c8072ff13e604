"""A store whose process is killed keeps every row that it said it had, once."""

import asyncio
import random
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path

from metrics.store import Aggregate, HistoryQuery
from metrics.stores.sqlite.store import SqliteStore
from tests.metrics.store_contract import START, Clock

KILLS = 20
STEP = 5.0

# Writes a row a "second" for two hosts from the given number on, packs all along, prints what is kept.
_WRITER = """
import asyncio, sys
from pathlib import Path
from metrics.stores.sqlite.store import SqliteStore
from tests.metrics.store_contract import START, Clock, cpu, poll

async def main():
    clock = Clock()
    store = await SqliteStore.open(Path(sys.argv[1]), clock=clock)
    number = int(sys.argv[2])
    while True:
        batch = [number + at for at in range(40)]
        await store.write([poll(START + 5.0 * at, cpu(at / 100), host=h) for at in batch for h in ("a", "b")])
        number += 40
        print(number, flush=True)
        clock.now = START + 5.0 * number
        await store.maintain(clock.now)

asyncio.run(main())
"""


def _write_until_killed(path: Path, number: int, chance: random.Random) -> int:
    """The number of rows a host that were acknowledged before the kill."""
    command = [sys.executable, "-c", _WRITER, str(path), str(number)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    for _ in range(chance.randrange(1, 12)):
        number = int(process.stdout.readline())
    process.send_signal(signal.SIGKILL)
    rest = process.stdout.read().split("\n")[:-1]
    process.stdout.close()
    process.wait()
    return int(rest[-1]) if rest else number


def test_no_kill_loses_or_doubles_a_row(tmp_path: Path) -> None:
    path = tmp_path / "metrics.db"
    chance = random.Random(7)
    number = 0
    for _ in range(KILLS):
        # The next process writes the last batch again, as a sink does that was not told that it arrived.
        number = _write_until_killed(path, max(0, number - 40), chance)
    db = sqlite3.connect(path)
    assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    assert db.execute("SELECT count(*) FROM block WHERE level = 1").fetchone()[0] > 0
    db.close()
    asyncio.run(_assert_all_there(path, number))


async def _assert_all_there(path: Path, number: int) -> None:
    clock = Clock(START + STEP * number)
    store = await SqliteStore.open(path, clock=clock)
    for _ in range(40):
        clock.now += 600.0
        await store.maintain(clock.now)
    for host in ("a", "b"):
        end = START + STEP * number
        raw = HistoryQuery(
            hosts=(host,),
            metric="cpu.usage_active",
            start=START,
            end=end,
            step=STEP,
            aggregate=Aggregate.LAST,
        )
        (series,) = (await store.history(raw)).series
        assert [value for _, value in series.points] == [at / 100 for at in range(number)]
    await store.close()
    db = sqlite3.connect(path)
    assert db.execute("SELECT count(*) FROM log").fetchone() == (0,)
    db.close()
