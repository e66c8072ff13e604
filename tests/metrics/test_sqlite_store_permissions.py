"""Who may not write to the data folder can read the store all the same, or is told why not."""

import asyncio
import subprocess
import sys
from pathlib import Path

import pytest

from metrics.stores.sqlite.store import SqliteStore
from tests.metrics.store_contract import START, cpu, poll

pytestmark = pytest.mark.netns

# Gives its permissions up once everything is imported, then reads.
_READER = """
import asyncio, os, sys
from pathlib import Path
from metrics.errors import StoreError
from metrics.stores.sqlite.store import SqliteStore

async def main():
    store = await SqliteStore.open(Path(sys.argv[1]), read_only=True)
    try:
        print(*[latest.host for latest in await store.latest()])
    except StoreError as error:
        print(f"{type(error).__name__}: {error}")
    finally:
        await store.close()

os.setgroups([])
os.setgid(65534)
os.setuid(65534)
asyncio.run(main())
"""

# Writes one result; killed, it leaves the log beside the database.
_WRITER = """
import asyncio, os, signal, sys
from pathlib import Path
from metrics.stores.sqlite.store import SqliteStore
from tests.metrics.store_contract import START, cpu, poll

async def main():
    store = await SqliteStore.open(Path(sys.argv[1]))
    await store.write([poll(START, cpu(1.0))])
    os.kill(os.getpid(), signal.SIGKILL)

asyncio.run(main())
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A database in a folder that anyone may look into."""
    for folder in (tmp_path, *tmp_path.parents):
        if not folder.stat().st_mode & 0o001:
            folder.chmod(0o755)
    return tmp_path / "metrics.db"


async def _write(path: Path, number: int) -> None:
    store = await SqliteStore.open(path)
    await store.write([poll(START + number, cpu(float(number)), host=f"web-{number}")])
    await store.close()


def _read_as_nobody(path: Path) -> str:
    """The hosts that a reader without permissions finds, or its error."""
    command = [sys.executable, "-c", _READER, str(path)]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


def test_a_store_at_rest_is_read_without_permission_to_write(path: Path) -> None:
    asyncio.run(_write(path, 1))
    assert _read_as_nobody(path) == "web-1"
    asyncio.run(_write(path, 2))
    assert _read_as_nobody(path) == "web-1 web-2"
    assert [file.name for file in path.parent.iterdir()] == ["metrics.db"]


def test_a_store_being_written_is_read_without_permission_to_write(path: Path) -> None:
    async def scenario() -> str:
        store = await SqliteStore.open(path)
        await store.write([poll(START, cpu(1.0))])
        found = await asyncio.to_thread(_read_as_nobody, path)
        await store.close()
        return found

    assert asyncio.run(scenario()) == "web-1"


def test_a_log_left_by_a_killed_writer_is_named_to_who_may_not_read_it(path: Path) -> None:
    subprocess.run([sys.executable, "-c", _WRITER, str(path)], check=False)
    path.with_name("metrics.db-shm").unlink()
    found = _read_as_nobody(path)
    assert found.startswith("StoreUnavailable: ")
    assert "left metrics.db-wal" in found


def test_a_folder_that_may_not_be_entered_is_unavailable(path: Path) -> None:
    asyncio.run(_write(path, 1))
    path.parent.chmod(0o700)
    assert _read_as_nobody(path) == f"StoreUnavailable: {path}: Permission denied"
