"""An error that nobody foresaw, in what follows files and tables, ends no polling: it is told and counted."""

import logging
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from foundation.mishaps import Mishaps
from tests.support.installation import MonctlFolder

_BREAKING = "tests.hostile.breaking:main"
_LOCAL = "{connection: local, interval: 1s, collectors: {disk: off, temp: off, users: off, processes: off}}"


@pytest.fixture
def monctl(tmp_path: Path) -> Iterator[MonctlFolder]:
    folder = MonctlFolder(tmp_path)
    _write(folder.hosts_yaml, f"hosts: {{a: {_LOCAL}}}")
    _write(tmp_path / "monctl.yaml", "alerts: {rules: []}")
    folder.daemon = folder._start(["poll"], function=_BREAKING)
    assert folder.wait_for(folder.is_ready), folder.log
    yield folder
    folder.stop()


def _write(path: Path, text: str) -> None:
    new_file = path.with_suffix(".new")
    new_file.write_text(text)
    new_file.replace(path)


def _metrics(monctl: MonctlFolder) -> str:
    return monctl.api("GET", "/../../metrics").text


def _mishaps(monctl: MonctlFolder, part: str) -> int:
    text = _metrics(monctl)
    match = re.search(rf'^monctl_internal_errors_total{{part="{part}"}} ([0-9.]+)$', text, re.MULTILINE)
    return int(float(match[1])) if match else -1


def _polls(monctl: MonctlFolder) -> float:
    text = _metrics(monctl)
    match = re.search(r'^monctl_poller_polls_total{outcome="ok"} ([0-9.]+)$', text, re.MULTILINE)
    assert match, text[:2000]
    return float(match[1])


def _goes_on(monctl: MonctlFolder) -> None:
    before = _polls(monctl)
    assert monctl.wait_for(lambda: _polls(monctl) >= before + 2), monctl.log
    assert monctl.daemon is not None
    assert monctl.daemon.poll() is None


@pytest.mark.parametrize("part", ["inventory file", "host table"])
def test_hosts_stay_as_they_are_until_the_next_good_edit(monctl: MonctlFolder, part: str) -> None:
    assert _mishaps(monctl, part) == 0
    (monctl.folder / part).touch()
    _write(monctl.hosts_yaml, f"hosts: {{a: {_LOCAL}, b: {_LOCAL}}}")
    assert monctl.wait_for(lambda: _mishaps(monctl, part) > 0), monctl.log
    assert f"ERROR {part}: an error in monctl itself (TypeError)" in monctl.log
    assert f"TypeError: unhashable type: {part}" in monctl.log
    _goes_on(monctl)
    assert monctl.api("GET", "/hosts").status_code in (200, 500)
    (monctl.folder / part).unlink()
    _write(monctl.hosts_yaml, f"hosts: {{a: {_LOCAL}, c: {_LOCAL}}}")
    assert monctl.wait_for(lambda: set(monctl.states()) == {"a", "c"}), monctl.log
    monctl.stop()
    assert monctl.last_status == 0


@pytest.mark.parametrize("part", ["settings file", "alert rules"])
def test_rules_stay_as_they_are_until_the_next_good_edit(monctl: MonctlFolder, part: str) -> None:
    rule = "alerts: {rules: [{name: NAME, when: cpu.usage_active > 100}]}"
    (monctl.folder / part).touch()
    _write(monctl.folder / "monctl.yaml", rule.replace("NAME", "first"))
    assert monctl.wait_for(lambda: _mishaps(monctl, part) > 0), monctl.log
    assert f"ERROR {part}: an error in monctl itself (TypeError)" in monctl.log
    _goes_on(monctl)
    (monctl.folder / part).unlink()
    _write(monctl.folder / "monctl.yaml", rule.replace("NAME", "second"))
    assert monctl.wait_for(lambda: monctl.api("GET", "/rules/second").status_code == 200), monctl.log
    assert monctl.api("GET", "/rules/first").status_code == 404


@pytest.mark.parametrize("part", ["alert news", "alert clock"])
def test_what_looks_again_and_again_is_counted_and_goes_on(monctl: MonctlFolder, part: str) -> None:
    (monctl.folder / part).touch()
    rule = "alerts: {rules: [{name: hot, when: cpu.usage_active >= 0}]}"
    _write(monctl.folder / "monctl.yaml", rule)
    assert monctl.wait_for(lambda: _mishaps(monctl, part) >= 3), monctl.log
    assert monctl.log.count(f"ERROR {part}: an error in monctl itself") == 1
    _goes_on(monctl)
    (monctl.folder / part).unlink()
    firing = "monctl_alerts{"
    assert monctl.wait_for(lambda: firing in _metrics(monctl)), monctl.log


def test_an_error_that_comes_again_is_logged_once_a_minute(caplog: pytest.LogCaptureFixture) -> None:
    now = [0.0]
    mishaps = Mishaps(logging.getLogger("test"), clock=lambda: now[0])
    for second in range(121):
        now[0] = float(second)
        with mishaps.survived("part"):
            raise ValueError("the same")
    assert mishaps.counts == {"part": 121}
    assert len(caplog.records) == 3
    with mishaps.survived("part"):
        raise ValueError("another")
    assert len(caplog.records) == 4
    assert all(record.exc_info for record in caplog.records)
