"""The outbox with Apprise and a real web hook that refuses what it dislikes, or asks to be left alone."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest
from sqlalchemy import Engine

from alerts.channels.apprise_notifier import AppriseNotifier
from alerts.channels.channel import FileChannel
from alerts.outbox.settings import OutboxSettings
from tests.alerts.outbox.bench import Bench
from tests.support.databases import SQLITE, Database
from tests.support.receivers import APPRISE_WARNINGS

pytestmark = [pytest.mark.anyio, APPRISE_WARNINGS]

SETTINGS = OutboxSettings(look_seconds=30)


@dataclass
class PickyHook:
    """Answers 422 to what has one of `disliked` in it; before that 429 as long as `busy_seconds` are set."""

    address: str = ""
    disliked: set[str] = field(default_factory=set)
    busy_seconds: int = 0
    seen: int = 0
    taken: list[str] = field(default_factory=list)

    def answer(self, lines: list[str]) -> int:
        """The status for a message of these lines."""
        self.seen += 1
        if self.busy_seconds:
            return 429
        if self.disliked & set(lines):
            return 422
        self.taken += lines
        return 200


@pytest.fixture
def hook() -> Iterator[PickyHook]:
    """A server in a thread."""
    picky = PickyHook()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["content-length"])))
            self.send_response(picky.answer(body["message"].splitlines()))
            if picky.busy_seconds:
                self.send_header("Retry-After", str(picky.busy_seconds))
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *arguments: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    picky.address = f"127.0.0.1:{server.server_address[1]}"
    thread = Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    yield picky
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def database(sqlite_template: Path, tmp_path: Path) -> Database:
    """SQLite alone."""
    (tmp_path / "monctl.db").write_bytes(sqlite_template.read_bytes())
    return Database(SQLITE, tmp_path)


@pytest.fixture
def bench(database: Database, engine: Engine, hook: PickyHook) -> Bench:
    """An outbox whose channel ops is the hook."""
    bench = Bench(database, engine)
    bench.channels.replace_file_channels({"ops": FileChannel(f"json://{hook.address}/")})
    return bench


async def test_of_many_alerts_those_that_are_refused_fail_and_the_others_arrive_once(
    bench: Bench, hook: PickyHook
) -> None:
    hook.disliked = {"firing 3", "firing 17"}
    for alert in range(1, 31):
        bench.put(alert)
    async with bench.running(bench.outbox(notifier=AppriseNotifier(), settings=SETTINGS)):
        await bench.pass_time(60)
        assert hook.taken == [f"firing {alert}" for alert in range(1, 31) if alert not in (3, 17)]
        assert hook.seen < 24
    assert [row.alert_id for row in bench.rows() if row.status == "failed"] == [3, 17]
    assert {row.error for row in bench.rows() if row.status == "failed"} == {bench.rows()[2].error}
    assert (bench.rows()[2].error or "").startswith("the service refused it (HTTP 422)")
    assert [row.status for row in bench.rows()].count("sent") == 28


async def test_a_hook_that_asks_to_be_left_alone_is(bench: Bench, hook: PickyHook) -> None:
    hook.busy_seconds = 600
    bench.put(1)
    async with bench.running(bench.outbox(notifier=AppriseNotifier(), settings=SETTINGS)):
        await bench.pass_time(300)
        bench.put(2)
        await bench.pass_time(280)
        assert hook.seen == 1
        hook.busy_seconds = 0
        await bench.pass_time(90)
    assert hook.taken == ["firing 1", "firing 2"]
