import asyncio
import os
import shutil
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from inventory.errors import InventoryInvalid
from inventory.hosts_yaml.file import Inventory, load_inventory
from inventory.hosts_yaml.watch import Edited, watch_inventory

PATIENCE_SECONDS = 30.0
LOOK_SECONDS = 0.2
QUIET_SECONDS = 1.0


class Follower:
    """Takes what a watch yields."""

    def __init__(self, watch: AsyncGenerator[Edited, None]) -> None:
        self._watch = watch
        self._queue: asyncio.Queue[Edited] = asyncio.Queue()

    async def run(self) -> None:
        async for edited in self._watch:
            self._queue.put_nowait(edited)

    async def hosts(self) -> list[str]:
        edited = await self._next()
        assert isinstance(edited, Inventory), edited
        return list(edited.hosts)

    async def problem(self) -> str:
        edited = await self._next()
        assert isinstance(edited, InventoryInvalid), edited
        return str(edited)

    async def is_quiet(self) -> bool:
        await asyncio.sleep(QUIET_SECONDS)
        return self._queue.empty()

    async def _next(self) -> Edited:
        return await asyncio.wait_for(self._queue.get(), PATIENCE_SECONDS)


@asynccontextmanager
async def following(path: Path, digest: str | None = None) -> AsyncIterator[Follower]:
    follower = Follower(watch_inventory(path, environ={}, digest=digest))
    task = asyncio.create_task(follower.run())
    try:
        yield follower
    finally:
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asyncio.wait_for(task, PATIENCE_SECONDS)


def write(path: Path, *hosts: str) -> None:
    path.write_text(f"hosts: {{{', '.join(f'{name}: x' for name in hosts)}}}\n")


def replace(path: Path, *hosts: str) -> None:
    """As editors do: write another file, then rename it."""
    new = path.with_name(".new")
    write(new, *hosts)
    new.rename(path)


def run(scenario: Callable[[], object]) -> None:
    coroutine = scenario()
    assert asyncio.iscoroutine(coroutine)
    asyncio.run(coroutine)


@pytest.fixture(autouse=True)
def hasty_looks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Looks at the file five times a second."""
    monkeypatch.setattr("foundation.documents.watch._LOOK_SECONDS", LOOK_SECONDS)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "conf" / "hosts.yaml"
    path.parent.mkdir()
    write(path, "a")
    return path


def test_an_edit_gives_the_new_inventory_and_a_broken_one_says_what_is_wrong(path: Path) -> None:
    async def scenario() -> None:
        async with following(path) as follower:
            assert await follower.hosts() == ["a"]
            write(path, "a", "b")
            assert await follower.hosts() == ["a", "b"]
            path.write_text("hosts: {a: {prot: 1}}")
            assert "unknown key `prot`, did you mean `port`?" in await follower.problem()
            write(path, "a", "b")
            assert await follower.hosts() == ["a", "b"]

    run(scenario)


def test_a_file_replaced_by_renaming_is_followed(path: Path) -> None:
    async def scenario() -> None:
        async with following(path) as follower:
            await follower.hosts()
            for name in ("b", "c"):
                replace(path, name)
                assert await follower.hosts() == [name]

    run(scenario)


def test_content_that_has_not_changed_gives_nothing(path: Path) -> None:
    async def scenario() -> None:
        async with following(path, load_inventory(path, environ={}).digest) as follower:
            write(path, "a")
            replace(path, "a")
            path.touch()
            assert await follower.is_quiet()
            write(path, "b")
            assert await follower.hosts() == ["b"]

    run(scenario)


def test_a_file_that_goes_and_comes_back_is_followed(path: Path) -> None:
    async def scenario() -> None:
        async with following(path) as follower:
            await follower.hosts()
            path.unlink()
            assert "No such file" in await follower.problem()
            write(path, "b")
            assert await follower.hosts() == ["b"]
            shutil.rmtree(path.parent)
            assert "No such file" in await follower.problem()
            path.parent.mkdir()
            write(path, "c")
            assert await follower.hosts() == ["c"]
            write(path, "d")
            assert await follower.hosts() == ["d"]

    run(scenario)


def test_a_file_that_is_not_there_yet_is_waited_for(tmp_path: Path) -> None:
    async def scenario() -> None:
        path = tmp_path / "not" / "yet" / "hosts.yaml"
        async with following(path) as follower:
            assert "No such file" in await follower.problem()
            path.parent.mkdir(parents=True)
            write(path, "a")
            assert await follower.hosts() == ["a"]

    run(scenario)


def test_a_file_removed_and_made_again_at_once_is_one_edit(path: Path) -> None:
    async def scenario() -> None:
        async with following(path) as follower:
            await follower.hosts()
            path.unlink()
            write(path, "b")
            assert await follower.hosts() == ["b"]

    run(scenario)


def test_a_mounted_config_map_is_followed(tmp_path: Path) -> None:
    """Kubernetes keeps the files in a directory that a link names, and swaps the link."""

    def publish(version: int, host: str) -> None:
        directory = tmp_path / f"..{version}"
        directory.mkdir()
        write(directory / "hosts.yaml", host)
        (tmp_path / "..data_tmp").symlink_to(directory.name)
        (tmp_path / "..data_tmp").rename(tmp_path / "..data")

    async def scenario() -> None:
        publish(1, "a")
        path = tmp_path / "hosts.yaml"
        path.symlink_to("..data/hosts.yaml")
        async with following(path) as follower:
            assert await follower.hosts() == ["a"]
            for version, host in ((2, "b"), (3, "c")):
                publish(version, host)
                shutil.rmtree(tmp_path / f"..{version - 1}")
                assert await follower.hosts() == [host]

    run(scenario)


def test_a_link_to_a_file_elsewhere_and_to_a_directory_elsewhere_is_followed(tmp_path: Path) -> None:
    async def scenario() -> None:
        for name in ("one", "two"):
            (tmp_path / name).mkdir()
            write(tmp_path / name / "real.yaml", name)
        (tmp_path / "conf").symlink_to("one")
        path = tmp_path / "hosts.yaml"
        path.symlink_to("conf/real.yaml")
        async with following(path) as follower:
            assert await follower.hosts() == ["one"]
            replace(tmp_path / "one" / "real.yaml", "edited")
            assert await follower.hosts() == ["edited"]
            (tmp_path / "swap").symlink_to("two")
            (tmp_path / "swap").rename(tmp_path / "conf")
            assert await follower.hosts() == ["two"]
            replace(tmp_path / "two" / "real.yaml", "again")
            assert await follower.hosts() == ["again"]

    run(scenario)


def test_a_circle_of_links_is_a_problem_and_not_the_end(tmp_path: Path) -> None:
    async def scenario() -> None:
        path = tmp_path / "hosts.yaml"
        path.symlink_to("other")
        (tmp_path / "other").symlink_to("hosts.yaml")
        async with following(path) as follower:
            assert "cannot be read" in await follower.problem()
            path.unlink()
            write(path, "a")
            assert await follower.hosts() == ["a"]

    run(scenario)


def test_many_writes_in_a_row_end_in_the_last_one(path: Path) -> None:
    async def scenario() -> None:
        async with following(path) as follower:
            await follower.hosts()
            for number in range(20):
                write(path, f"h{number}")
                await asyncio.sleep(0.02)
            seen = await follower.hosts()
            while seen != ["h19"]:
                seen = await follower.hosts()

    run(scenario)


def test_a_file_written_in_two_parts_is_not_taken_for_its_first_half(path: Path) -> None:
    async def scenario() -> None:
        async with following(path) as follower:
            await follower.hosts()
            with path.open("w") as file:
                file.write("hosts:\n  a: x\n")
                file.flush()
                os.fsync(file.fileno())
                await asyncio.sleep(0.03)
                file.write("  b: x\n")
            assert await follower.hosts() == ["a", "b"]

    run(scenario)
