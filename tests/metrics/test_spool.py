"""The spool keeps results on disk, in order, within its bound."""

import asyncio
import logging
import sqlite3
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from metrics.errors import StoreUnavailable
from metrics.results import Outcome, Point, PollResult, TopProcess, TopProcesses
from metrics.stores.spool.file import SpoolFile, SpoolFill, peek
from metrics.stores.spool.spool import Spool
from tests.metrics.store_contract import START, cpu, poll

pytestmark = pytest.mark.anyio

ROOM = 10_000_000


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "data" / "spool.db"


def _numbered(first: int, count: int) -> list[PollResult]:
    return [poll(START + at, cpu(float(at))) for at in range(first, first + count)]


def _times(results: list[PollResult]) -> list[float]:
    return [result.time - START for result in results]


def _size(path: Path) -> int:
    return sum(file.stat().st_size for file in path.parent.glob(path.name + "*"))


numbers = st.one_of(st.integers(0, 2**63 - 1), st.floats(allow_nan=False, allow_infinity=False))


@given(
    values=st.dictionaries(st.text(), numbers, max_size=5),
    detail=st.text(),
    tags=st.dictionaries(st.text(), st.text(), max_size=3),
)
def test_a_result_comes_back_as_it_went_in(
    tmp_path_factory: pytest.TempPathFactory,
    values: dict[str, int | float],
    detail: str,
    tags: dict[str, str],
) -> None:
    result = PollResult(
        host="web-1",
        time=START + 0.123,
        outcome=Outcome.OK,
        duration=0.25,
        points=(Point("cpu", (("cpu", detail),), values),),
        detail=detail,
        jump="bastion",
        tags=tags,
        errors={"disk": detail},
        top=TopProcesses(by_cpu=(TopProcess(1, "root", detail, None, 4096),)),
        facts={"os": "linux", "cores": 2, "more": [1.5, None]},
    )
    file = SpoolFile(tmp_path_factory.mktemp("spool") / "spool.db", max_bytes=ROOM)
    file.append([result])
    spooled = file.oldest(10)
    file.close()
    assert spooled is not None
    assert spooled.results == [result]
    kept = spooled.results[0].points[0].fields
    assert [type(kept[field]) for field in values] == [type(value) for value in values.values()]


async def test_results_come_out_in_the_order_in_which_they_went_in(path: Path) -> None:
    spool = Spool(path)
    await spool.open()
    assert not path.exists()
    for first in range(0, 3000, 300):
        await spool.append(_numbered(first, 300))
    assert spool.fill.results == 3000
    assert spool.fill.oldest == START
    found: list[float] = []
    while not spool.is_empty:
        batch = await spool.oldest(1000)
        assert batch is not None
        assert len(batch.results) <= 1000
        found += _times(batch.results)
        await spool.remove(batch)
    assert found == [float(at) for at in range(3000)]
    assert await spool.oldest(1000) is None
    await spool.close()


async def test_what_was_kept_is_there_after_a_restart(path: Path) -> None:
    spool = Spool(path)
    await spool.append(_numbered(0, 700))
    await spool.close()
    again = Spool(path)
    await again.open()
    assert again.fill.results == 700
    await asyncio.wait_for(again.filled(), 5)
    assert peek(path) == again.fill
    await again.close()


async def test_beyond_the_bound_the_oldest_go_counted_and_told_once(
    path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    spool = Spool(path, max_bytes=40_000)
    for first in range(0, 40_000, 500):
        await spool.append(_numbered(first, 500))
    assert spool.fill.size_bytes <= 40_000
    assert spool.fill.results + spool.dropped == 40_000
    assert spool.dropped > 0
    batch = await spool.oldest(1)
    assert batch is not None
    assert _times(batch.results)[0] == spool.dropped
    assert [record.levelno for record in caplog.records] == [logging.ERROR]
    assert "spool.db is full" in caplog.records[0].getMessage()
    await spool.close()


async def test_an_emptied_spool_gives_its_space_back(path: Path) -> None:
    spool = Spool(path)
    for first in range(0, 20_000, 500):
        rows = [
            poll(START + at, Point("mem", (), {"used": hash(str(at))})) for at in range(first, first + 500)
        ]
        await spool.append(rows)
    large = _size(path)
    while (batch := await spool.oldest(2000)) is not None:
        await spool.remove(batch)
    assert _size(path) < large / 5
    await spool.close()


async def test_a_file_that_is_no_spool_is_put_aside(path: Path, caplog: pytest.LogCaptureFixture) -> None:
    path.parent.mkdir()
    path.write_bytes(b"not a database at all" * 1000)
    spool = Spool(path)
    await spool.open()
    assert spool.is_empty
    assert "put aside as spool.db.damaged-" in caplog.text
    await spool.append(_numbered(0, 1))
    assert spool.fill.results == 1
    await spool.close()
    assert len(list(path.parent.glob("spool.db.damaged-*"))) == 1


async def test_a_damaged_batch_costs_only_itself(path: Path) -> None:
    spool = Spool(path)
    for first in (0, 10, 20):
        await spool.append(_numbered(first, 10))
    with sqlite3.connect(path) as db:
        db.execute("UPDATE batch SET payload = x'00ff' WHERE id = 2")
    db.close()
    batch = await spool.oldest(100)
    assert batch is not None
    assert (len(batch.results), batch.lost_results) == (20, 10)
    await spool.close()


async def test_a_folder_that_cannot_be_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    spool = Spool(tmp_path / "file" / "spool.db")
    with pytest.raises(StoreUnavailable, match=r"spool\.db"):
        await spool.append(_numbered(0, 1))
    await spool.close()


def test_nothing_waits_where_there_is_no_spool(path: Path) -> None:
    assert peek(path) == SpoolFill()
