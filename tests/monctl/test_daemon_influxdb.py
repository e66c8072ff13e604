"""The daemon with InfluxDB as its store: the same commands and answers, through outages of the server too."""

import json
import signal
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.support.influx import Influxd, InfluxProxy, running_influxd
from tests.support.installation import MonctlFolder
from tests.support.sshd import Sshd

pytestmark = [pytest.mark.influxd, pytest.mark.sshd, pytest.mark.timeout(240)]

TOKEN = "influx-t0ken-of-this-test"
BUCKET = "fleet"
HOST = "web-1"
_KILL_SECONDS = 4.0
"""What a kill may cost: a second of gathering, two of a slow store, one poll."""


class InfluxFolder(MonctlFolder):
    """An installation that keeps its metrics in an influxd of its own."""

    def __init__(self, folder: Path, server: Sshd, influxd: Influxd, proxy: InfluxProxy) -> None:
        super().__init__(folder)
        self.influxd = influxd
        self.proxy = proxy
        self.write_hosts(server, {HOST: "address: 127.0.0.1"})
        influx = {"url": proxy.url, "org": "monctl", "bucket": BUCKET, "token": "${INFLUX_TOKEN}"}
        settings = {"metrics": {"store": "influxdb", "influxdb": influx}}
        (folder / "monctl.yaml").write_text(json.dumps(settings))

    def environ(self) -> dict[str, str]:
        return super().environ() | {"INFLUX_TOKEN": TOKEN}

    def readiness(self) -> dict[str, Any]:
        """What /readyz says; nothing while the daemon starts."""
        try:
            document: dict[str, Any] = httpx.get(f"{self.url}/readyz", timeout=10).json()
        except httpx.TransportError:
            return {}
        return document

    def ups(self, start: float, end: float) -> list[int | None]:
        """Whether the host was up, second by second."""
        query = f"host={HOST}&metric=poll.up&start={start}&end={end}&step=1s&aggregate=last"
        (series,) = self.api("GET", f"/metrics/history?{query}").json()["series"]
        return [value for _, value in series["points"]]

    def spooled(self) -> int:
        """Samples that wait on disk."""
        text = self.api("GET", "/../../metrics").text
        line = next(line for line in text.splitlines() if line.startswith("monctl_store_spooled_results "))
        return int(float(line.split()[1]))


@pytest.fixture
def monctl(tmp_path: Path, shared_sshd: Sshd) -> Iterator[InfluxFolder]:
    with running_influxd(tmp_path / "influxd") as influxd:
        proxy = InfluxProxy(influxd.url, maps_writes=True)
        proxy.start()
        installation = InfluxFolder(tmp_path / "monctl", shared_sshd, influxd, proxy)
        try:
            yield installation
        finally:
            installation.stop(signal.SIGKILL)
            proxy.stop()


def _longest_gap(ups: list[int | None]) -> int:
    """Seconds in a row without a poll."""
    longest = present = 0
    for up in ups:
        present = present + 1 if up is None else 0
        longest = max(longest, present)
    return longest


def test_every_command_answers_as_with_the_embedded_store(monctl: InfluxFolder) -> None:
    monctl.start()
    assert monctl.wait_for(monctl.is_ready), monctl.log
    assert monctl.wait_for(lambda: monctl.states() == {HOST: ("ok", None)}), monctl.log

    def has_history() -> bool:
        found = monctl.json("history", HOST, "cpu.usage_active", "--since", "1m", "--step", "1s")
        values = [value for series in found["series"] for _, value in series["points"]]
        return sum(value is not None for value in values) >= 3

    assert monctl.wait_for(has_history)
    assert not (monctl.folder / "data" / "metrics.db").exists()
    done = monctl.run("doctor")
    assert done.returncode == 0, done.stdout
    assert "influxdb bucket" in done.stdout
    assert monctl.stop() < 10
    assert monctl.states() == {HOST: ("ok", None)} or monctl.states()[HOST][0] in ("late", "down")
    shown = monctl.json("status")["hosts"][0]
    assert shown["metrics"], "what was last known is shown without a daemon"


def test_an_outage_and_kills_amid_it_cost_no_more_than_the_moment_of_the_kill(monctl: InfluxFolder) -> None:
    monctl.start()
    assert monctl.wait_for(monctl.is_ready), monctl.log
    assert monctl.wait_for(lambda: monctl.states() == {HOST: ("ok", None)})
    start = time.time()
    monctl.influxd.stop()

    def says_so() -> bool:
        return "wait in the spool" in json.dumps(monctl.readiness())

    assert monctl.wait_for(says_so), monctl.readiness()
    current = monctl.api("GET", "/metrics/current").json()["hosts"][0]
    assert (current["state"], current["age_seconds"] < 5) == ("ok", True)
    assert monctl.api("GET", f"/metrics/history?host={HOST}&metric=poll.up").status_code == 503
    doctor = monctl.run("doctor")
    assert doctor.returncode == 1
    assert "start InfluxDB, or correct metrics.influxdb.url" in doctor.stdout
    assert "wait for the metric store since" in doctor.stdout
    status = monctl.run("status")
    assert status.returncode in (1, 2)
    assert BUCKET in status.stderr

    time.sleep(max(0.0, start + _KILL_SECONDS + 4 - time.time()))
    killed = time.time()
    monctl.stop(signal.SIGKILL)
    monctl.start()
    assert monctl.wait_for(says_so), monctl.log  # it starts without its store, and polls
    monctl.influxd.start()
    assert monctl.wait_for(monctl.is_ready), monctl.readiness()
    assert monctl.wait_for(lambda: monctl.spooled() == 0)
    time.sleep(2)
    end = time.time() - 2
    assert _longest_gap(monctl.ups(start, killed - _KILL_SECONDS)) <= 2
    assert _longest_gap(monctl.ups(end - 3, end)) <= 2
    assert TOKEN not in monctl.log


def test_a_token_that_is_refused_is_told_where_one_looks(monctl: InfluxFolder) -> None:
    monctl.proxy.refuse_token()
    monctl.start()
    assert monctl.wait_for(lambda: "the token is not accepted (metrics.influxdb.token)" in monctl.log)
    doctor = monctl.run("doctor")
    assert doctor.returncode == 1
    assert "metrics.influxdb.token" in doctor.stdout
    monctl.proxy.heal()
    assert monctl.wait_for(monctl.is_ready), monctl.log
