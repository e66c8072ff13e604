"""Writers of one process get their turns in the order in which they come, whatever becomes of one."""

import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from foundation.database.database import connect_database
from foundation.database.drivers.sqlite import Turns
from foundation.database.errors import DatabaseUnusable
from foundation.database.kinds import SQLITE

SOON = 20.0


@pytest.fixture
def file(tmp_path: Path) -> Iterator[Engine]:
    """A database with one table."""
    engine = connect_database(SQLITE, data_dir=tmp_path)
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE line (who TEXT)"))
    yield engine
    engine.dispose()


def write(engine: Engine, who: str, seconds: float = 0.0) -> None:
    """One transaction that takes a while."""
    with engine.begin() as connection:
        connection.execute(text("INSERT INTO line VALUES (:who)"), {"who": who})
        time.sleep(seconds)


def test_turns_come_in_order_and_to_one_at_a_time() -> None:
    turns = Turns()
    order: list[int] = []

    def take_one(number: int) -> None:
        turns.take(SOON)
        order.append(number)
        turns.end()

    assert turns.take(SOON)
    threads = []
    for number in range(20):
        thread = threading.Thread(target=take_one, args=(number,))
        thread.start()
        threads.append(thread)
        while len(turns._waiting) <= number:
            time.sleep(0.001)
    turns.end()
    for thread in threads:
        thread.join(SOON)
    assert order == list(range(20))
    assert turns.take(0)


def test_who_waited_in_vain_is_not_given_a_turn() -> None:
    turns = Turns()
    assert turns.take(0)
    assert not turns.take(0.01)
    turns.end()
    assert turns.take(0)


def test_a_short_write_waits_for_one_batch_of_many(file: Engine) -> None:
    is_over = threading.Event()

    def storm() -> int:
        batches = 0
        while not is_over.is_set():
            write(file, "machine", 0.05)
            batches += 1
        return batches

    with ThreadPoolExecutor(2) as pool:
        batches = pool.submit(storm)
        waits = []
        for _ in range(10):
            began = time.monotonic()
            write(file, "person")
            waits.append(time.monotonic() - began)
        is_over.set()
        assert batches.result(SOON) >= 5
    assert sorted(waits)[5] < 0.5, "the busy handler would look every tenth of a second, and rarely in time"


@pytest.mark.parametrize("end", ["rollback", "error", "close", "invalidate"])
def test_a_turn_ends_with_its_transaction_however_that_ends(file: Engine, end: str) -> None:
    connection = file.connect()
    connection.execute(text("INSERT INTO line VALUES ('a')"))
    match end:
        case "rollback":
            connection.rollback()
        case "error":
            with pytest.raises(DatabaseUnusable):
                connection.execute(text("INSERT INTO nowhere oops"))
        case "invalidate":
            connection.invalidate()
    connection.close()
    began = time.monotonic()
    write(file, "b")
    assert time.monotonic() - began < 5


def test_readers_wait_for_nobody(file: Engine) -> None:
    with file.begin() as writing:
        writing.execute(text("INSERT INTO line VALUES ('a')"))
        with file.connect() as reading:
            assert reading.execute(text("SELECT count(*) FROM line")).scalar() == 0
