"""Channels over the API."""

from collections.abc import AsyncIterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine
from sqlmodel import Session

from access.roles import Role
from alerts.channels.channel import FileChannel
from alerts.channels.notifier import FakeNotifier, Sent
from alerts.channels.repository import ChannelRepository
from alerts.channels.tester import Tester as ChannelTester
from alerts.severity import Severity
from alerts.tables import DeliveryRow
from tests.support.api import ApiUnderTest, alert_repositories, api_under_test
from tests.support.databases import Database
from tests.support.receivers import APPRISE_WARNINGS

pytestmark = [pytest.mark.anyio, APPRISE_WARNINGS]

ENVIRON = {"MONCTL_CHANNEL_HOOK": "json://me:geheim@hook.example/x", "DATABASE_PW": "hidden"}
NEW = {"name": "hook", "url": "${MONCTL_CHANNEL_HOOK}", "min_severity": "warning"}


@pytest.fixture
async def api(tmp_path: Path, database: Database, engine: Engine) -> AsyncIterator[ApiUnderTest]:
    """An API with one channel of monctl.yaml, whose service says no."""
    channels = ChannelRepository(
        engine,
        environ=ENVIRON,
        file_channels={"ops": FileChannel("json://me:topsecret@ops.example/", Severity.CRITICAL, 4)},
        file="monctl.yaml",
    )
    notifier = FakeNotifier(lambda channel, message: Sent(channel.name == "hook", "no such room", 0.2))
    async with api_under_test(
        tmp_path,
        database=database,
        alerts=alert_repositories(engine, ENVIRON, channels=channels),
        channel_tester=ChannelTester(channels, notifier),
    ) as api:
        yield api


async def _created(api: ApiUnderTest, **more: Any) -> Mapping[str, Any]:
    answer = await api.call("POST", "/channels", json=NEW | more)
    assert answer.status_code == 201, answer.text
    found: Mapping[str, Any] = answer.json()
    return found


async def test_a_channel_is_made_read_and_listed_without_its_url(api: ApiUnderTest) -> None:
    answer = await api.call("POST", "/channels", json=NEW)
    assert (answer.status_code, answer.headers["location"]) == (201, "/api/v1/channels/hook")
    view = answer.json()
    assert view | {"created_at": "", "updated_at": ""} == {
        "name": "hook",
        "owner": "api",
        "file": None,
        "line": None,
        "scheme": "json",
        "service": "JSON",
        "min_severity": "warning",
        "version": 1,
        "problem": None,
        "created_at": "",
        "updated_at": "",
        "last_delivery": None,
    }
    read = await api.call("GET", "/channels/hook", role=Role.VIEWER)
    assert (read.json(), read.headers["etag"]) == (view, '"1"')
    page = await api.call("GET", "/channels", role=Role.VIEWER)
    assert [item["name"] for item in page.json()["items"]] == ["hook", "ops"]
    assert page.json()["total"] == 2
    assert (await api.call("GET", "/channels?offset=1&limit=1")).json()["items"][0]["owner"] == "file"
    assert not [word for word in ("geheim", "topsecret", "MONCTL_CHANNEL") if word in page.text + answer.text]


async def test_a_channel_is_changed_and_removed_at_a_version(api: ApiUnderTest) -> None:
    await _created(api)
    changed = await api.call(
        "PATCH", "/channels/hook", json={"min_severity": "info"}, headers={"If-Match": '"1"'}
    )
    assert (changed.json()["min_severity"], changed.headers["etag"]) == ("info", '"2"')
    late = await api.call(
        "PATCH", "/channels/hook", json={"url": "json://h.example"}, headers={"If-Match": '"1"'}
    )
    assert (late.status_code, late.json()["type"]) == (412, "urn:monctl:problem:channel-changed")
    assert (await api.call("DELETE", "/channels/hook", headers={"If-Match": '"1"'})).status_code == 412
    assert (await api.call("DELETE", "/channels/hook", headers={"If-Match": '"2"'})).status_code == 204
    gone = await api.call("GET", "/channels/hook")
    assert (gone.status_code, gone.json()["type"]) == (404, "urn:monctl:problem:channel-unknown")


@pytest.mark.parametrize(
    ("document", "said"),
    [
        ({"url": "json://me:geheim@hook.example/"}, "a secret stands in the URL itself"),
        ({"url": "json://me:${DATABASE_PW}@hook.example/"}, "MONCTL_CHANNEL_* only"),
        ({"url": "jsno://hook.example/"}, "knows no service"),
        ({"url": "syslog://"}, "acts on the monitoring machine"),
        ({"name": "a b"}, "name"),
        ({"min_severity": "loud"}, "min_severity"),
        ({"colour": "red"}, "colour"),
    ],
)
async def test_what_cannot_be_is_refused_and_the_audit_log_is_silent(
    api: ApiUnderTest, document: dict[str, str], said: str
) -> None:
    answer = await api.call("POST", "/channels", json=NEW | document)
    assert answer.status_code == 422
    assert said in answer.json()["detail"]
    assert "geheim" not in answer.text
    assert (await api.call("GET", "/audit")).json()["total"] == 0


async def test_names_are_taken_once_and_channels_of_the_file_stay(api: ApiUnderTest) -> None:
    taken = await api.call("POST", "/channels", json=NEW | {"name": "ops"})
    assert (taken.status_code, taken.json()["file"]) == (409, "monctl.yaml")
    for method, body in (("PATCH", {"min_severity": "info"}), ("DELETE", None)):
        answer = await api.call(method, "/channels/ops", json=body)
        assert (answer.status_code, answer.json()["type"]) == (
            409,
            "urn:monctl:problem:channel-owned-by-file",
        )
        assert answer.json()["line"] == 4


async def test_a_test_message_tells_what_the_service_said(api: ApiUnderTest) -> None:
    await _created(api)
    done = await api.call("POST", "/channels/hook/test", role=Role.OPERATOR)
    assert (done.status_code, done.json()["ok"]) == (200, True)
    failed = await api.call("POST", "/channels/ops/test")
    assert (failed.status_code, failed.json()) == (
        200,
        {"channel": "ops", "ok": False, "seconds": 0.2, "answer": "no such room"},
    )
    assert (await api.call("POST", "/channels/nobody/test")).status_code == 404


async def test_every_change_is_in_the_audit_log_without_any_url(api: ApiUnderTest) -> None:
    await _created(api)
    await api.call("PATCH", "/channels/hook", json={"url": "json://other.example/"})
    await api.call("POST", "/channels/hook/test")
    await api.call("DELETE", "/channels/hook")
    log = await api.call("GET", "/audit?target=hook")
    assert [entry["action"] for entry in log.json()["items"]] == [
        "channel.delete",
        "channel.test",
        "channel.update",
        "channel.create",
    ]
    assert "://" not in log.text


async def test_the_last_delivery_is_shown(api: ApiUnderTest) -> None:
    now = datetime.now(UTC)
    row = DeliveryRow(
        channel="ops",
        time=now,
        attempt=3,
        is_sent=False,
        seconds=1.5,
        notifications=2,
        title="t",
        error="refused",
    )
    with Session(api.parts.alerts.channels._engine) as session, session.begin():
        session.add(row)
    last = (await api.call("GET", "/channels/ops")).json()["last_delivery"]
    assert last == {"time": now.isoformat(), "ok": False, "seconds": 1.5, "error": "refused"}
