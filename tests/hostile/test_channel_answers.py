"""What an admin of the API, an operator or a viewer could read of the answers that channels get."""

from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine
from sqlmodel import Session

from access.roles import Role
from alerts.channels.apprise_notifier import AppriseNotifier
from alerts.channels.channel import FileChannel
from alerts.channels.reasons import public_reason
from alerts.channels.repository import ChannelRepository
from alerts.channels.tester import Tester as ChannelTester
from alerts.history.view import notification_view
from alerts.tables import DeliveryRow, NotificationRow, NotificationStatus
from tests.support.api import ApiUnderTest, alert_repositories, api_under_test
from tests.support.databases import Database
from tests.support.http_service import HttpService, running_http_service
from tests.support.installation import MonctlFolder
from tests.support.receivers import APPRISE_WARNINGS

pytestmark = [pytest.mark.anyio, APPRISE_WARNINGS]

SETTING = "alerts.channel_addresses"
SECRET = "the-inner-page-s-secret"


@pytest.fixture
def service() -> Iterator[HttpService]:
    """A service that refuses, and answers a page."""
    with running_http_service() as inner:
        inner.body, inner.status = SECRET.encode(), 403
        yield inner


@pytest.fixture
async def api(
    tmp_path: Path, database: Database, engine: Engine, service: HttpService
) -> AsyncIterator[ApiUnderTest]:
    """An API whose file has a channel to a service that refuses, and answers a page."""
    file_channels = {"ops": FileChannel(f"json://{service.address}/")}
    channels = ChannelRepository(engine, environ={}, file_channels=file_channels, file="monctl.yaml")
    async with api_under_test(
        tmp_path,
        database=database,
        alerts=alert_repositories(engine, {}, channels=channels),
        channel_tester=ChannelTester(channels, AppriseNotifier()),
    ) as api:
        yield api


async def test_the_api_refuses_such_a_channel_and_names_the_setting(api: ApiUnderTest) -> None:
    answer = await api.call("POST", "/channels", json={"name": "x", "url": "json://127.0.0.1:8086/query"})
    assert answer.status_code == 422
    assert SETTING in answer.json()["detail"]


async def test_an_operator_who_tests_a_channel_reads_a_reason_and_an_admin_the_words(
    api: ApiUnderTest,
) -> None:
    by_operator = (await api.call("POST", "/channels/ops/test", role=Role.OPERATOR)).json()
    assert (by_operator["ok"], by_operator["answer"]) == (False, "the service refused it (HTTP 403)")
    by_admin = (await api.call("POST", "/channels/ops/test")).json()
    assert by_admin["answer"].startswith("the service refused it (HTTP 403): ")
    assert SECRET in by_admin["answer"]


async def test_who_is_no_admin_reads_no_word_of_a_service_anywhere(api: ApiUnderTest, engine: Engine) -> None:
    row = DeliveryRow(
        channel="ops",
        time=datetime.now(UTC),
        attempt=1,
        is_sent=False,
        seconds=1.0,
        notifications=1,
        title="t",
        error=f"the service refused it (HTTP 403): it said: {SECRET}",
    )
    with Session(engine) as session, session.begin():
        session.add(row)
    for path in ("/channels", "/channels/ops"):
        assert SECRET in (await api.call("GET", path)).text
        for role in (Role.VIEWER, Role.OPERATOR):
            answer = (await api.call("GET", path, role=role)).text
            assert "the service refused it (HTTP 403)" in answer
            assert SECRET not in answer


@pytest.mark.parametrize(
    ("error", "shown"),
    [
        ("the service failed (HTTP 500): it said: x", "the service failed (HTTP 500)"),
        ("no answer within 30 s", "no answer within 30 s"),
        ("the connection was refused: Socket Exception", "the connection was refused"),
        ("the service failed (HTTP 500) and x", "it could not be sent"),
        (f"Failed to send: it said: {SECRET}", "it could not be sent"),
        ("", ""),
        (None, None),
    ],
)
def test_of_a_stored_error_only_a_reason_of_ours_is_for_everybody(
    error: str | None, shown: str | None
) -> None:
    assert public_reason(error) == shown


@pytest.mark.parametrize("status", [NotificationStatus.QUEUED, NotificationStatus.FAILED])
def test_nor_in_what_became_of_an_alert_s_notifications(status: NotificationStatus) -> None:
    now = datetime.now(UTC)
    row = NotificationRow(
        alert_id=1,
        channel="ops",
        kind="firing",
        severity="warning",
        status=status,
        payload={},
        created_at=now,
        due_at=now,
        error=f"the service failed (HTTP 500): it said: {SECRET}",
    )
    assert notification_view(row, for_admin=True)["error"] == row.error
    assert notification_view(row, for_admin=False)["error"] == "the service failed (HTTP 500)"


def test_a_daemon_reaches_what_its_setting_lists_and_nothing_else_beside_it(
    tmp_path: Path, service: HttpService
) -> None:
    monctl = MonctlFolder(tmp_path)
    monctl.hosts_yaml.write_text("hosts: {}\n")
    (tmp_path / "monctl.yaml").write_text("alerts: {channel_addresses: [127.0.0.1]}\n")
    monctl.start()
    try:
        assert monctl.wait_for(monctl.is_ready), monctl.log
        url = f"json://{service.address}/hook"
        allowed = monctl.api("POST", "/channels", json={"name": "inner", "url": url})
        assert allowed.status_code == 201, allowed.text
        tested = monctl.api("POST", "/channels/inner/test").json()
        assert (tested["ok"], tested["answer"]) == (False, "the service refused it (HTTP 403)")
        assert service.requests == ["POST /hook"]
        refused = monctl.api(
            "POST", "/channels", json={"name": "x", "url": url.replace("127.0.0.1", "127.0.0.2")}
        )
        assert (refused.status_code, SETTING in refused.json()["detail"]) == (422, True)
    finally:
        monctl.stop()
    assert SECRET not in monctl.log
