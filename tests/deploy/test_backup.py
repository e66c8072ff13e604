"""Back-up and restore of SQLite as docs/deploy.md says, with its very commands, while a daemon runs."""

import os
import re
import sqlite3
import subprocess
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest

from tests.deploy.image import ROOT
from tests.support.installation import MonctlFolder

pytestmark = [
    pytest.mark.sqlite3,
    pytest.mark.timeout(240),
]


def documented(part: str) -> str:
    """The commands under `### SQLite` of a part of the document."""
    text = (ROOT / "docs/deploy.md").read_text()
    section = text.split(f"\n## {part}\n")[1].split("\n## ")[0].split("\n### SQLite\n")[1].split("\n### ")[0]
    (commands,) = re.findall(r"(?:^    .*\n)+", section, re.MULTILINE)
    return dedent(commands)


def _shell(folder: Path, commands: str) -> None:
    """Run commands as a person would; `systemctl` is the test's to do, and there is no user monctl."""
    shims = folder / "shims"
    shims.mkdir(exist_ok=True)
    for name in ("systemctl", "chown"):
        (shims / name).write_text("#!/bin/sh\n")
        (shims / name).chmod(0o755)
    environ = {
        "PATH": f"{shims}:{os.environ['PATH']}",
        "DATA": str(folder / "monctl/data"),
        "BACKUP": str(folder / "backup"),
    }
    done = subprocess.run(
        ["sh", "-eu", "-c", commands], env=environ, capture_output=True, text=True, timeout=60, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")


def _samples(monctl: MonctlFolder) -> list[Any]:
    """What is known of the host's memory, second by second: (unix seconds, bytes)."""
    path = "/metrics/history?host=here&metric=mem.used&start=-10m&step=1s"
    series = monctl.api("GET", path).json()["series"]
    points: list[Any] = series[0]["points"] if series else []
    return [point for point in points if point[1] is not None]


def _start(monctl: MonctlFolder) -> None:
    monctl.start()
    assert monctl.wait_for(monctl.is_ready, 60), monctl.log


def test_what_was_backed_up_while_the_daemon_ran_is_there_after_the_restore(tmp_path: Path) -> None:
    monctl = MonctlFolder(tmp_path / "monctl")
    monctl.hosts_yaml.write_text("hosts: {here: {connection: local, interval: 1s}}\n")
    try:
        _start(monctl)
        assert monctl.api("POST", "/hosts", json={"name": "kept", "paused": True}).status_code == 201
        assert monctl.wait_for(lambda: len(_samples(monctl)) > 5)
        known = _samples(monctl)[:-1]
        _shell(tmp_path, documented("Back-up"))
        assert monctl.api("POST", "/hosts", json={"name": "later", "paused": True}).status_code == 201
        assert monctl.wait_for(lambda: len(_samples(monctl)) > len(known) + 3)
        monctl.stop()
        _damage(tmp_path / "monctl/data")
        _shell(tmp_path, documented("Restore"))
        _start(monctl)
        names = {host["name"] for host in monctl.api("GET", "/hosts").json()["items"]}
        assert names == {"here", "kept"}
        found = _samples(monctl)
        assert [point for point in found if point in known] == known
        assert monctl.wait_for(lambda: _samples(monctl)[-1][0] > found[-1][0])
        assert "ERROR" not in monctl.log
    finally:
        monctl.stop()


def _damage(data: Path) -> None:
    """As after a disk that failed: files that are no databases any more, and logs that belong to others."""
    for name in ("monctl.db", "metrics.db", "monctl.db-wal", "metrics.db-wal"):
        (data / name).write_bytes(os.urandom(40_960))


def test_a_back_up_is_sound_and_one_file_for_each_database(tmp_path: Path) -> None:
    data = tmp_path / "monctl/data"
    data.mkdir(parents=True)
    writers = []
    for name in ("monctl", "metrics"):
        writer = sqlite3.connect(data / f"{name}.db", isolation_level=None)
        writer.execute("PRAGMA journal_mode = WAL")
        writer.execute("CREATE TABLE row (id INTEGER PRIMARY KEY)")
        writer.execute("INSERT INTO row VALUES (1)")
        writer.execute("BEGIN IMMEDIATE")
        writer.execute("INSERT INTO row VALUES (2)")
        writers.append(writer)
    _shell(tmp_path, documented("Back-up"))
    for writer in writers:
        writer.close()
    files = sorted(path.name for path in (tmp_path / "backup").iterdir())
    assert files == ["metrics.db", "monctl.db"]
    for path in (tmp_path / "backup").iterdir():
        copy = sqlite3.connect(path)
        assert copy.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert copy.execute("SELECT id FROM row").fetchall() == [(1,)]
        copy.close()
