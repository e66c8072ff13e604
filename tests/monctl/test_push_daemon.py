"""A host that sends by itself, against a daemon that goes away for a while."""

import csv
import io
import signal
import subprocess
import sys
import time
from datetime import datetime
from itertools import pairwise
from pathlib import Path

from tests.support.installation import MonctlFolder

_PYTHON = "/usr/bin/python3" if Path("/usr/bin/python3").exists() else sys.executable
_INTERVAL = 2.0


def _state(monctl: MonctlFolder) -> tuple[str, str | None]:
    host = monctl.api("GET", "/metrics/current?host=far-1&fields=summary").json()["hosts"][0]
    return host["state"], host["reason"]


def _times(monctl: MonctlFolder) -> list[float]:
    answer = monctl.api("GET", "/metrics/export?host=far-1&metric=mem.total&start=-10m&step=1s")
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    return [datetime.fromisoformat(row["time"]).timestamp() for row in rows]


def test_every_sample_arrives_once_and_in_order_though_the_daemon_was_away(monctl: MonctlFolder) -> None:
    monctl.hosts_yaml.write_text(
        f"hosts: {{far-1: {{connection: push, interval: {_INTERVAL:g}s, timeout: 1s}}}}\n"
    )
    monctl.start()
    assert monctl.wait_for(monctl.is_ready), monctl.log
    assert _state(monctl) == ("pending", None)
    printed = monctl.run("hosts", "push-script", "far-1")
    assert printed.returncode == 0, printed.stderr
    script = monctl.folder / "monctl-push.py"
    script.write_text(printed.stdout)
    log = monctl.folder / "sender.err"
    with log.open("w") as err:
        sender = subprocess.Popen([_PYTHON, str(script)], stderr=err, cwd=monctl.folder)
    try:
        assert monctl.wait_for(lambda: _state(monctl) == ("ok", None), 15), monctl.log
        begun = time.time()
        assert monctl.wait_for(lambda: len(_times(monctl)) >= 3, 15)
        monctl.stop(signal.SIGKILL)
        time.sleep(4 * _INTERVAL)
        monctl.start()
        assert monctl.wait_for(monctl.is_ready), monctl.log
        assert monctl.wait_for(lambda: bool(_times(monctl)) and _times(monctl)[-1] > time.time() - 4, 40)
        assert monctl.wait_for(lambda: _state(monctl) == ("ok", None), 10)
        sender.send_signal(signal.SIGTERM)
        sender.wait(10)
    finally:
        sender.kill()
        sender.wait()
    assert sender.returncode == 0, log.read_text()
    assert "Traceback" not in log.read_text()
    times = _times(monctl)
    gaps = [later - earlier for earlier, later in pairwise(times)]
    assert times[-1] - times[0] > 4 * _INTERVAL
    assert times[-1] > begun + 4 * _INTERVAL
    assert all(1.0 <= gap <= 3.0 for gap in gaps), gaps
    assert monctl.wait_for(lambda: _state(monctl) == ("down", "late"), 30)
    assert "nothing received" in monctl.log
