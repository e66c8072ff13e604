"""The requests of docs/api.md, run as a reader would."""

import json
import re
import subprocess
from pathlib import Path

import pytest

from tests.support.installation import ADMIN_PASSWORD, MonctlFolder

_GUIDE = Path(__file__).parent.parent.parent / "docs" / "api.md"

pytestmark = pytest.mark.curl


def test_the_first_five_requests_work_as_they_are_printed(monctl: MonctlFolder) -> None:
    monctl.hosts_yaml.write_text("hosts: {this-machine: {connection: local, interval: 1s}}\n")
    monctl.start()
    assert monctl.wait_for(lambda: monctl.is_ready() and monctl.states() == {"this-machine": ("ok", None)})
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
    _, _, current, history, added, key = [part.strip() for part in done.stdout.split("=====")]
    assert json.loads(current)["hosts"][0]["host"] == "this-machine"
    assert json.loads(history)["series"][0]["labels"] == {"cpu": "cpu-total"}
    host, end = json.JSONDecoder().raw_decode(added)
    assert host["tags"] == {"env": "prod"}
    *steps, result = added[end:].splitlines()
    assert json.loads(steps[0])["step"] == "dns"
    assert json.loads(result) == {"host": "web-9", "ok": False}
    assert json.loads(key)["key"].startswith("mctl_")
