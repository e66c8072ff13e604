"""Databases and metrics that an earlier monctl wrote open as they are, and say the same.

tests/data/earlier comes from a74327b (schema revision 0003): three hours of two hosts every 10 s, packed and
rolled up, with a spool; hosts, users, keys, rules, silences and an alert with text that is hard to carry.
expected.json is what that code answered.
"""

import json
import lzma
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest
from sqlalchemy import text

from foundation.database.database import open_database
from inventory.host_table.repository import HostRepository
from metrics.store import HistoryQuery
from metrics.stores.spool.spool import Spool
from metrics.stores.sqlite.reading.latest import read_latest
from metrics.stores.sqlite.store import SqliteStore
from web.auth.opening import open_access

EARLIER = Path(__file__).parent / "data" / "earlier"
EXPECTED: dict[str, Any] = json.loads((EARLIER / "expected.json").read_text("utf-8"))

pytestmark = pytest.mark.anyio


def as_json(value: object) -> Any:
    """What JSON makes of it: lists of tuples."""
    return json.loads(msgspec.json.encode(value))


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def unpacked(tmp_path: Path) -> Callable[[str], Path]:
    """Puts a file of the earlier installation into the test's folder."""

    def unpack(name: str) -> Path:
        path = tmp_path / name
        path.write_bytes(lzma.decompress((EARLIER / f"{name}.xz").read_bytes()))
        return path

    return unpack


def test_the_database_keeps_every_host_user_key_and_row(unpacked: Callable[[str], Path]) -> None:
    engine = open_database("sqlite", data_dir=unpacked("monctl.db").parent)
    hosts = HostRepository(engine, environ={}).list()
    assert [[host.name, host.entry, host.version, host.paused] for host in hosts] == EXPECTED["hosts"]
    accounts = open_access(engine).accounts
    assert [[user.name, user.role] for user in accounts.users.page()[0]] == EXPECTED["users"]
    assert [[key.name, key.role] for key in accounts.keys.page()[0]] == EXPECTED["keys"]
    with engine.connect() as connection:
        counts = {
            table: connection.scalar(text(f"SELECT count(*) FROM {table}")) for table in EXPECTED["rows"]
        }
    assert counts == EXPECTED["rows"]
    engine.dispose()


async def test_the_metric_store_gives_the_same_histories(unpacked: Callable[[str], Path]) -> None:
    store = await SqliteStore.open(unpacked("metrics.db"), clock=lambda: EXPECTED["end"])
    for history in EXPECTED["histories"]:
        query = HistoryQuery(
            hosts=("web-1", "web-2"),
            metric=history["metric"],
            start=history["start"],
            end=EXPECTED["end"],
            step=history["step"],
            aggregate=history["aggregate"],
        )
        assert as_json(await store.history(query)) == history["answer"], history["metric"]
    assert as_json(await store.latest()) == EXPECTED["latest"]
    assert as_json(await store.label_sets("web-1", "disk")) == EXPECTED["label_sets"]
    await store.close()


def test_what_was_last_known_is_read_without_opening_the_store(unpacked: Callable[[str], Path]) -> None:
    latest = read_latest(unpacked("metrics.db"), ["web-1", "web-2"])
    assert as_json(latest) == EXPECTED["latest"]


async def test_what_waits_in_the_spool_is_still_there(unpacked: Callable[[str], Path]) -> None:
    spool = Spool(unpacked("spool.db"))
    await spool.open()
    spooled = await spool.oldest(100)
    assert spooled is not None
    assert [(result.host, result.time) for result in spooled.results] == [
        (host, EXPECTED["end"] + seconds) for seconds in (0, 10) for host in ("web-1", "web-2")
    ]
    assert spooled.lost_results == 0
    await spool.close()
