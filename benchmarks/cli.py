"""What a command costs before it does anything: CPU seconds (user and system) of whole processes.

    python -m benchmarks.cli

Commands run in turns with an empty Python and with one that imports typer alone, so that all have the same
weather; the least of the turns is shown, since all that disturbs a turn makes it dearer. The installation has
100 hosts, each with an answer that is a moment old, a monctl.yaml, and two alerts that fire.
"""

import asyncio
import os
import sys
import tempfile
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from sqlmodel import Session

from alerts.states import AlertState
from alerts.tables import AlertRow
from benchmarks.table import Row, print_rows
from foundation.database.database import open_database
from metrics.results import Outcome, Point, PollResult
from metrics.stores.sqlite.store import SqliteStore

_TURNS = 9
_HOSTS = 100
_SETTINGS = "alerts: {group_wait: 5s}\nlog: {level: info}\n"
_MAIN = "from monctl.cli.main import main; main()"
_COMMANDS: dict[str, tuple[Sequence[str], float | None]] = {
    "python -c pass": (("-c", "pass"), None),
    "python -c 'import typer'": (("-c", "import typer"), None),
    "monctl --help": (("-c", _MAIN, "--help"), 0.15),
    "monctl version": (("-c", _MAIN, "version"), 0.15),
    "monctl status": (("-c", _MAIN, "status"), 0.4),
    "monctl status --json": (("-c", _MAIN, "status", "--json"), 0.4),
    "monctl hosts list": (("-c", _MAIN, "hosts", "list"), None),
}
"""What is run, and how many seconds it may take."""


def run() -> list[Row]:
    """The rows."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        _install(folder)
        _spent(
            ("-c", _MAIN, "status"), folder
        )  # brings hosts.yaml into the database, and modules to bytecode
        turns = [{what: _spent(args, folder) for what, (args, _) in _COMMANDS.items()} for _ in range(_TURNS)]
    return [
        Row("command line", what, min(turn[what] for turn in turns), "CPU s", at_most=most)
        for what, (_, most) in _COMMANDS.items()
    ]


def _spent(args: Sequence[str], folder: Path) -> float:
    """CPU seconds of one process."""
    pid = os.posix_spawn(
        "/bin/sh",
        ["sh", "-c", 'cd "$0" && exec "$@" >/dev/null 2>&1', str(folder), sys.executable, *args],
        _environment(),
    )
    _, _, usage = os.wait4(pid, 0)
    return usage.ru_utime + usage.ru_stime


def _environment() -> dict[str, str]:
    """The process' own, without settings of monctl."""
    path = str(Path(__file__).parent.parent)
    kept = {name: value for name, value in os.environ.items() if not name.startswith("MONCTL_")}
    return kept | {"PYTHONPATH": path}


def _install(folder: Path) -> None:
    names = [f"host-{number:03}" for number in range(_HOSTS)]
    hosts = "".join(f"  {name}: {{address: 192.0.2.1, tags: {{env: prod}}}}\n" for name in names)
    (folder / "hosts.yaml").write_text(f"hosts:\n{hosts}")
    (folder / "monctl.yaml").write_text(_SETTINGS)
    engine = open_database("sqlite", data_dir=folder / "data")
    with Session(engine) as session, session.begin():
        session.add_all(_alert(name) for name in names[:2])
    engine.dispose()
    asyncio.run(_fill(folder / "data" / "metrics.db", names))


def _alert(host: str) -> AlertRow:
    now = datetime.now(UTC)
    return AlertRow(
        rule="cpu-busy", host=host, state=AlertState.FIRING, severity="warning", since=now, fired_at=now
    )


async def _fill(path: Path, names: Sequence[str]) -> None:
    """Ten minutes of answers, one every ten seconds."""
    store = await SqliteStore.open(path)
    now = time.time()
    for ago in range(600, -1, -10):
        await store.write([_answer(name, now - ago) for name in names])
    await store.close()


def _answer(host: str, at: float) -> PollResult:
    points = (
        Point("cpu", (("cpu", "cpu-total"),), {"usage_active": 12.5}),
        Point("mem", (), {"used_percent": 40.0, "total": 4_000_000_000}),
        Point("system", (), {"load1": 0.5, "n_cpus": 2}),
        Point("disk", (("path", "/"),), {"used_percent": 61.0, "total": 40_000_000_000}),
    )
    return PollResult(host=host, time=at, outcome=Outcome.OK, duration=0.1, points=points)


if __name__ == "__main__":
    print_rows(run())
