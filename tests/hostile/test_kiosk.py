"""Somebody without a log-in wants more of a kiosk than it is there to show, or to have others read it out."""

import json
import socket
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest

from access.roles import Role
from alerts.expression.compiled import compile_expression
from alerts.history.view import summary_text
from alerts.notice import Reading
from alerts.rules.defaults import DEFAULT_SPECS
from monctl.errors import SettingsInvalid
from monctl.settings.settings import load_settings
from tests.alerts.expression.evaluating import Host, arranged
from tests.alerts.history.alerts import alert
from tests.inventory.loading import load
from tests.support.api import ApiUnderTest, api_under_test
from tests.support.installation import MonctlFolder
from web.auth.host_names import HostNames
from web.auth.kiosk import BLANK_IN_ALERT, SHOWN_IN_ALERT, kiosk_alert
from web.dependencies import WebOptions
from web.schemas.alerts import AlertView

pytestmark = pytest.mark.anyio

SECRET = "s3cret"
HOST = Host(state="down", reason="refused", tags={"own-er": SECRET, "token": SECRET, "state": "down"})
POINTS = {"cpu": {"usage_active": 97.0}, "disk": {"used_percent": 95.0, "free": 1, "total": 20}}
OWN_NAME = socket.gethostname()
PATH = "/metrics/current?fields=summary"

OF_TAGS = [
    'tags["own-er"] == "s3cret"',
    "tags['own-er'] != 'x'",
    'tags [ "own-er" ] == "s3cret"',
    "tags.token in ('a', 's3cret')",
    '"a" != tags["own-er"]',
    'tags . token == "s3cret"',
    'host.state != tags["own-er"]',
    "host.state == tags.state",
    'tags["own-er"] not in ("a", "b")',
    'cpu.usage_active > 90 and tags["own-er"] == "s3cret"',
    'host.state == "down" and tags["own-er"] != ""',
]
OF_FIGURES = [
    "cpu.usage_active > 90",
    "avg(cpu.usage_active, 5m) > 90",
    "90 < cpu.usage_active",
    "disk.free / disk.total * 100 < 90",
    "80 < disk.used_percent < 99",
    "nodata(2m)",
    'host.state == "down"',
    'host.state == "down" and host.reason != "host_key_changed"',
    'host.reason in ("refused", "timeout")',
    "predict(disk.used_percent, 24h) > 1.5e1",
]


def readings(when: str) -> tuple[Reading, ...]:
    compiled = compile_expression(when)
    windows: dict[str, float | None] = {"avg": 95.0, "predict": 99.0}
    return compiled.readings(*arranged(compiled, POINTS, windows, HOST), {})


def view_of(when: str, **fields: Any) -> dict[str, Any]:
    """An alert as the API has it, of a rule whose expression was evaluated."""
    row = alert(rule="of-rule", readings=msgspec.to_builtins(list(readings(when))), **fields)
    empty = {"detail": "", "acknowledged": None, "tags": dict(HOST.tags)}
    return empty | {"rule": row.rule, "summary": summary_text(row), "readings": list(row.readings)}


@pytest.mark.parametrize("when", OF_TAGS)
def test_no_value_of_a_tag_is_shown_however_the_rule_writes_it(when: str) -> None:
    view = view_of(when)
    shown = kiosk_alert(view)
    assert SECRET not in json.dumps(shown)
    assert shown["summary"] == "of-rule"


@pytest.mark.parametrize("when", OF_FIGURES)
def test_figures_and_states_are_shown_as_before(when: str) -> None:
    view = view_of(when)
    assert kiosk_alert(view)["summary"] == view["summary"] != ""


def test_the_rules_that_ship_tell_a_kiosk_what_is_wrong() -> None:
    for rule in DEFAULT_SPECS.values():
        view = view_of(str(rule["when"]))
        assert kiosk_alert(view)["summary"] == view["summary"], rule["when"]


def test_what_is_new_in_an_alert_is_not_shown_before_somebody_has_looked() -> None:
    assert set(AlertView.model_fields) == SHOWN_IN_ALERT | set(BLANK_IN_ALERT)
    assert not SHOWN_IN_ALERT & set(BLANK_IN_ALERT)
    view = view_of("cpu.usage_active > 90") | {"title": SECRET}
    assert kiosk_alert(view)["title"] is None


@pytest.fixture
async def kiosk(tmp_path: Path) -> AsyncIterator[ApiUnderTest]:
    """An API with a kiosk that has a name."""
    names = HostNames(
        ["wall.example.com", "*.corp.example"], own_name=lambda: "box", full_name=lambda: "box.lan.example"
    )
    options = WebOptions(rate_limit="100000/minute", kiosk=True, host_names=names)
    async with api_under_test(tmp_path, options=options) as api:
        api.parts.repository.sync_file(load("hosts: {web-1: {address: a, tags: {token: s3cret}}}\n"))
        yield api


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "evil.example:8000",
        "127.0.0.1.evil.example",
        "localhost.evil.example",
        "wall.example.com.evil.example",
        "notwall.example.com",
        "corp.example",
        "box.evil.example",
        "0x7f.1",
        "[::1].evil.example",
        "127.0.0.1@evil.example",
        "evil.example/wall.example.com",
        "evil.example:80:80",
    ],
)
async def test_a_page_whose_name_was_bent_to_our_address_reads_nothing(
    kiosk: ApiUnderTest, host: str
) -> None:
    for path in (PATH, "/alerts", "/live", "/auth/me", "/metrics/catalog"):
        answer = await kiosk.call("GET", path, role=None, headers={"Host": host})
        assert (answer.status_code, answer.json()["type"]) == (421, "urn:monctl:problem:host-not-ours"), path
        assert "web.hosts" in answer.json()["detail"]
        assert "web-1" not in answer.text


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "127.0.0.1:8000",
        "10.1.2.3",
        "[::1]:8000",
        "[2001:db8::1]",
        "localhost",
        "LOCALHOST.:80",
        "wall.localhost:8000",
        "box",
        "box:8000",
        "box.local",
        "box.lan.example",
        "monctl:8000",
        "Wall.Example.com:443",
        "a.b.corp.example",
    ],
)
async def test_our_own_names_and_every_address_go_on_working(kiosk: ApiUnderTest, host: str) -> None:
    answer = await kiosk.call("GET", PATH, role=None, headers={"Host": host})
    assert answer.status_code == 200, answer.text


async def test_who_has_logged_in_may_ask_by_any_name(kiosk: ApiUnderTest) -> None:
    headers = {"Host": "evil.example"}
    assert (await kiosk.call("GET", PATH, role=Role.VIEWER, headers=headers)).status_code == 200
    refused = await kiosk.call("GET", "/hosts", role=None, headers=headers)
    assert refused.status_code == 401


async def test_without_a_kiosk_no_name_matters(tmp_path: Path) -> None:
    options = WebOptions(rate_limit="100000/minute", host_names=HostNames())
    async with api_under_test(tmp_path, options=options) as api:
        answer = await api.call("GET", "/auth/me", role=None, headers={"Host": "evil.example"})
        assert answer.status_code == 401


@pytest.mark.parametrize("entry", ["", "a b", "https://x.example", "x.example:80", "*", "a.*.b", "-x"])
def test_a_name_in_the_settings_that_is_none_says_what_is_accepted(tmp_path: Path, entry: str) -> None:
    file = tmp_path / "monctl.yaml"
    file.write_text(f"web: {{hosts: [{json.dumps(entry)}]}}\n")
    with pytest.raises(SettingsInvalid, match="write the name of a host without a port"):
        load_settings(file, environ={})


def test_a_daemon_with_a_kiosk_answers_by_its_names_alone(tmp_path: Path) -> None:
    monctl = MonctlFolder(tmp_path)
    monctl.hosts_yaml.write_text("hosts: {}\n")
    (tmp_path / "monctl.yaml").write_text(
        "web: {kiosk: true, public_url: 'https://wall.example.com/x', hosts: [other.example]}\n"
    )
    monctl.start()
    try:
        assert monctl.wait_for(monctl.is_ready), monctl.log
        url = f"{monctl.url}/api/v1{PATH}"
        for host in ("127.0.0.1", f"localhost:{monctl.port}", OWN_NAME, "wall.example.com", "other.example"):
            assert httpx.get(url, headers={"Host": host}).status_code == 200, host
        bent = httpx.get(url, headers={"Host": "evil.example"})
        assert (bent.status_code, "web.hosts" in bent.json()["detail"]) == (421, True)
    finally:
        monctl.stop()
