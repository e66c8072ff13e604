"""Back-up and restore of PostgreSQL as docs/deploy.md says, with its very commands, while a daemon runs."""

import json
import re
import shlex
import subprocess
from pathlib import Path

import pytest

from tests.deploy.image import ROOT
from tests.support.databases import Cluster
from tests.support.installation import MonctlFolder
from tests.support.postgres import binary

pytestmark = [pytest.mark.postgresql, pytest.mark.timeout(240)]

_DOCUMENTED_URL = "postgresql://monctl@127.0.0.1/monctl"


def _run_documented(program: str, url: str, folder: Path) -> None:
    """The document's command of a program, on the test's database."""
    text = (ROOT / "docs/deploy.md").read_text()
    (command,) = re.findall(rf"^    ({program} .*{_DOCUMENTED_URL}.*)$", text, re.MULTILINE)
    _, *arguments = shlex.split(command.replace(_DOCUMENTED_URL, url))
    path = binary(program)
    assert path is not None
    done = subprocess.run(
        [path, *arguments], cwd=folder, capture_output=True, text=True, timeout=60, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_what_was_backed_up_while_the_daemon_ran_is_there_after_the_restore(
    tmp_path: Path, postgres: Cluster
) -> None:
    url = postgres.take()
    monctl = MonctlFolder(tmp_path / "monctl")
    monctl.hosts_yaml.write_text("hosts: {here: {connection: local, interval: 1s}}\n")
    (monctl.folder / "monctl.yaml").write_text(json.dumps({"database": url}))
    try:
        monctl.start()
        assert monctl.wait_for(monctl.is_ready, 60), monctl.log
        assert monctl.api("POST", "/hosts", json={"name": "kept", "paused": True}).status_code == 201
        _run_documented("pg_dump", url, tmp_path)
        assert monctl.api("POST", "/hosts", json={"name": "later", "paused": True}).status_code == 201
        monctl.stop()
        _run_documented("pg_restore", url, tmp_path)
        monctl.start()
        assert monctl.wait_for(monctl.is_ready, 60), monctl.log
        names = {host["name"] for host in monctl.api("GET", "/hosts").json()["items"]}
        assert names == {"here", "kept"}
    finally:
        monctl.stop()
        postgres.give_back(url)
