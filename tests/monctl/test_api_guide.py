"""The requests of docs/api.md, run as a reader would."""

import json
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.support.installation import ADMIN_PASSWORD, MonctlFolder

_GUIDE = Path(__file__).parent.parent.parent / "docs" / "api.md"

pytestmark = pytest.mark.curl


def _documents(text: str) -> list[Any]:
    """The JSON documents that stand one behind the other in a text."""
    found, rest = [], text
    while rest:
        document, end = json.JSONDecoder().raw_decode(rest)
        found.append(document)
        rest = rest[end:].strip()
    return found


def test_the_first_requests_work_as_they_are_printed(monctl: MonctlFolder) -> None:
    monctl.hosts_yaml.write_text("hosts: {this-machine: {connection: local, interval: 1s}}\n")
    monctl.start()
    assert monctl.wait_for(lambda: monctl.is_ready() and monctl.states() == {"this-machine": ("ok", None)})
    asked = "/metrics/history?host=this-machine&metric=cpu.usage_active&start=-1h"
    assert monctl.wait_for(lambda: bool(monctl.api("GET", asked).json()["series"])), "a rate takes two polls"
    blocks = re.findall(r"```sh\n(.*?)```", _GUIDE.read_text(), re.DOTALL)
    script = "\necho; echo =====\n".join(["shopt -s expand_aliases; set -e", *blocks])
    script = script.replace("http://127.0.0.1:8000", monctl.url).replace("10.0.0.9", "127.0.0.9")
    done = subprocess.run(
        ["bash", "-c", script],
        env={**monctl.environ(), "PASSWORD": ADMIN_PASSWORD},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    _, _, current, history, added, alerting, key = [part.strip() for part in done.stdout.split("=====")]
    assert json.loads(current)["hosts"][0]["host"] == "this-machine"
    assert json.loads(history)["series"][0]["labels"] == {"cpu": "cpu-total"}
    host, end = json.JSONDecoder().raw_decode(added)
    assert host["tags"] == {"env": "prod"}
    *steps, result = added[end:].splitlines()
    assert json.loads(steps[0])["step"] == "dns"
    assert json.loads(result) == {"host": "web-9", "ok": False}
    alerts, replay, silence = _documents(alerting)
    assert {alert["host"] for alert in alerts["items"]} <= {"web-9"}, "only the host that is not there"
    assert [alert["host"] for alert in replay["alerts"]] == ["this-machine"]
    assert (silence["state"], silence["hosts"]) == ("active", ["web-9"])
    assert json.loads(key)["key"].startswith("mctl_")
