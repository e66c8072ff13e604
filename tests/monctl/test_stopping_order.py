"""What the daemon's parts say while they are stopped still reaches those that write it."""

import asyncio

import pytest

from monctl.daemon import daemon
from monctl.daemon.daemon import run_parts

pytestmark = pytest.mark.anyio


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


class Parts:
    """A part that has a last word when it is stopped, after `seconds`; and one that writes all words down."""

    def __init__(self, *, seconds: float = 0.0) -> None:
        self.stopped = asyncio.Event()
        self.seconds = seconds
        self.words: list[str] = []
        self.written: list[str] = []

    async def poll(self) -> None:
        self.words.append("first")
        try:
            await asyncio.Event().wait()
        finally:
            await asyncio.sleep(self.seconds)
            self.words.append("last")

    async def write(self) -> None:
        try:
            await asyncio.Event().wait()
        finally:
            self.written = list(self.words)

    async def run(self) -> None:
        asyncio.get_running_loop().call_later(0.01, self.stopped.set)
        await run_parts({"alerts": self.write(), "fleet": self.poll(), "store": self.write()}, self.stopped)


async def test_who_writes_is_stopped_when_all_the_others_have_ended() -> None:
    parts = Parts(seconds=0.05)
    await parts.run()
    assert parts.written == ["first", "last"]


async def test_a_part_that_does_not_end_holds_up_those_that_write_for_a_moment_only(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(daemon, "_LEAVE_SECONDS", 0.05)
    parts = Parts(seconds=0.3)
    await parts.run()
    assert parts.written == ["first"]


async def test_a_part_that_breaks_ends_all_of_them() -> None:
    async def fail() -> None:
        raise LookupError("no such thing")

    parts = Parts()
    with pytest.raises(ExceptionGroup) as raised:
        await run_parts({"alerts": parts.write(), "fleet": parts.poll(), "web": fail()}, asyncio.Event())
    assert raised.group_contains(LookupError)
    assert "first" in parts.written
