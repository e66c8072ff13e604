"""Alerts over the API."""

import time
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest
from sqlmodel import Session

from access.roles import Role
from alerts.notice import NoticeKind
from alerts.severity import Severity
from alerts.states import AlertState
from alerts.tables import AlertRow, NotificationRow, NotificationStatus
from tests.alerts.history.alerts import TOP, alert
from tests.support.api import ApiUnderTest
from web.schemas.alerts import AlertStoryView, AlertView

pytestmark = pytest.mark.anyio


def _ago(minutes: float) -> datetime:
    return datetime.fromtimestamp(time.time(), UTC) - timedelta(minutes=minutes)


def _stored(api: ApiUnderTest, *rows: Any) -> None:
    engine = api.parts.repository._engine
    with Session(engine) as session, session.begin():
        for row in rows:
            session.add(row)
            session.flush()


def _alert(*names: str, **fields: Any) -> AlertRow:
    """An alert that has fired lately."""
    times: dict[str, Any] = {"since": _ago(30), "fired_at": _ago(20)}
    if fields.get("state") is AlertState.PENDING:
        times["fired_at"] = None
    if fields.get("state") is AlertState.RESOLVED:
        times["resolved_at"] = _ago(10)
    return alert(*names, **times | fields)


async def _numbers(api: ApiUnderTest, path: str) -> list[int]:
    answer = await api.call("GET", path, role=Role.VIEWER)
    assert answer.status_code == 200, answer.text
    for item in answer.json()["items"]:
        AlertView.model_validate(item)
    return [item["id"] for item in answer.json()["items"]]


async def test_open_alerts_are_listed_the_worst_first(api: ApiUnderTest) -> None:
    _stored(
        api,
        _alert(state=AlertState.PENDING, severity=Severity.CRITICAL),
        _alert(),
        _alert(severity=Severity.CRITICAL, top=msgspec.to_builtins(TOP), labels={"cpu": "cpu0"}),
        _alert(state=AlertState.RESOLVED),
    )
    assert await _numbers(api, "/alerts") == [3, 2, 1]
    assert await _numbers(api, "/alerts?limit=1&offset=1") == [2]
    assert await _numbers(api, "/alerts?state=resolved&state=pending") == [1, 4]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("host=web-*", {1, 2}),
        ("host=db-1", {3}),
        ("host=tag:env=prod", {2}),
        ("rule=disk-*&host=web-1", {2}),
        ("severity=critical&severity=info", {3}),
        ("acknowledged=true", {3}),
        ("acknowledged=false", {1, 2}),
        ("silenced=true", {3}),
        ("silenced=false", {1, 2}),
        ("host=nobody", set()),
    ],
)
async def test_a_list_is_filtered(api: ApiUnderTest, query: str, found: set[int]) -> None:
    _stored(
        api,
        _alert(host="web-1"),
        _alert("disk-full", "web-1", tags={"env": "prod"}),
        _alert("disk-full", "db-1", severity=Severity.CRITICAL, acknowledged_at=_ago(1), acknowledged_by="x"),
    )
    await api.call("POST", "/silences", json={"hosts": ["db-*"], "duration": "1h"})
    assert set(await _numbers(api, f"/alerts?{query}")) == found
    listed = (await api.call("GET", "/alerts")).json()["items"]
    assert {item["id"]: item["silenced_by"] for item in listed} == {1: None, 2: None, 3: 1}


@pytest.mark.parametrize(
    "query",
    [
        "state=over",
        "severity=bad",
        "acknowledged=perhaps",
        "host=%00",
        "limit=0",
        "&".join(["host=w*"] * 51),
        "rule=" + "x" * 254,
    ],
)
async def test_a_question_that_cannot_be_is_a_problem(api: ApiUnderTest, query: str) -> None:
    answer = await api.call("GET", f"/alerts?{query}")
    assert (answer.status_code, answer.headers["content-type"]) == (422, "application/problem+json")


async def test_the_history_is_of_all_that_fired_within_a_time(api: ApiUnderTest) -> None:
    _stored(
        api,
        _alert(state=AlertState.RESOLVED, fired_at=_ago(300), resolved_at=_ago(200)),
        _alert(state=AlertState.RESOLVED),
        _alert("disk-full", "db-1", fired_at=_ago(5)),
        _alert(state=AlertState.PENDING),
    )
    assert await _numbers(api, "/alerts/history") == [3, 2, 1]
    assert await _numbers(api, "/alerts/history?start=-1h") == [3, 2]
    assert await _numbers(api, "/alerts/history?start=-6h&end=-1h") == [1]
    assert await _numbers(api, "/alerts/history?host=db-*") == [3]
    assert await _numbers(api, "/alerts/history?rule=cpu-busy&limit=1") == [2]
    assert (await api.call("GET", "/alerts/history?start=-1h&end=-2h")).status_code == 422
    assert (await api.call("GET", "/alerts/history?start=yesterday")).status_code == 422


async def test_an_alert_is_read_with_what_was_told_of_it(api: ApiUnderTest) -> None:
    told = NotificationRow(
        alert_id=1,
        channel="ops",
        kind=NoticeKind.FIRING.value,
        severity=Severity.WARNING.value,
        status=NotificationStatus.FAILED.value,
        attempts=9,
        error="the mail server refuses",
        created_at=_ago(20),
        due_at=_ago(2),
        finished_at=_ago(1),
    )
    _stored(api, _alert(), told)
    story = (await api.call("GET", "/alerts/1", role=Role.VIEWER)).json()
    AlertStoryView.model_validate(story)
    assert story["summary"] == "cpu.usage_active 97.3 % > 90 %"
    notification = story["notifications"][0]
    assert (notification["channel"], notification["status"], notification["attempts"]) == ("ops", "failed", 9)
    unknown = await api.call("GET", "/alerts/2")
    assert (unknown.status_code, unknown.json()["type"]) == (404, "urn:monctl:problem:alert-unknown")
    for number in ("0", "x", "99999999999"):
        assert (await api.call("GET", f"/alerts/{number}")).status_code == 422


async def test_an_operator_acknowledges_with_a_note_and_takes_it_back(api: ApiUnderTest) -> None:
    _stored(api, _alert())
    answer = await api.call(
        "POST", "/alerts/1/ack", role=Role.OPERATOR, json={"note": "a new disk\ncomes on Monday"}
    )
    assert answer.status_code == 200
    AlertStoryView.model_validate(answer.json())
    acknowledged = answer.json()["acknowledged"]
    assert (acknowledged["by"], acknowledged["note"]) == ("user:operator", "a new disk\ncomes on Monday")
    again = (await api.call("POST", "/alerts/1/ack", json={})).json()["acknowledged"]
    assert (again["by"], again["note"]) == ("user:admin", None)
    assert (await api.call("POST", "/alerts/1/ack")).status_code == 200  # a body is not needed
    undone = await api.call("DELETE", "/alerts/1/ack", role=Role.OPERATOR)
    assert undone.json()["acknowledged"] is None
    rows, _ = api.parts.audit.entries()
    assert [(row.action, row.target, row.detail) for row in reversed(rows)] == [
        ("alert.ack", "1", {"note": "a new disk\ncomes on Monday"}),
        ("alert.ack", "1", {"note": ""}),
        ("alert.ack", "1", {"note": ""}),
        ("alert.unack", "1", {}),
    ]


async def test_a_note_cannot_turn_or_hide_text(api: ApiUnderTest) -> None:
    _stored(api, _alert(), _alert(acknowledged_at=_ago(1), acknowledged_by="x", note="of before\u202e"))
    note = "on it\u202e yadnoM\u202c\u200b"
    answer = await api.call("POST", "/alerts/1/ack", role=Role.OPERATOR, json={"note": note})
    assert answer.json()["acknowledged"]["note"] == "on it\ufffd yadnoM\ufffd\ufffd"
    entries = (await api.call("GET", "/audit")).json()["items"]
    assert entries[0]["detail"] == {"note": "on it\ufffd yadnoM\ufffd\ufffd"}
    assert (await api.call("GET", "/alerts/2")).json()["acknowledged"]["note"] == "of before\ufffd"
    tabs = await api.call("POST", "/alerts/1/ack", json={"note": "\tx" * 500})
    assert len(tabs.json()["acknowledged"]["note"]) == 1000


async def test_an_alert_that_is_over_is_not_acknowledged(api: ApiUnderTest) -> None:
    _stored(api, _alert(state=AlertState.RESOLVED))
    for method in ("POST", "DELETE"):
        closed = await api.call(method, "/alerts/1/ack")
        assert (closed.status_code, closed.json()["type"]) == (409, "urn:monctl:problem:alert-closed")
        assert (await api.call(method, "/alerts/2/ack")).status_code == 404
        assert (await api.call(method, "/alerts/1/ack", role=Role.VIEWER)).status_code == 403
    assert api.parts.audit.entries()[1] == 0


@pytest.mark.parametrize(
    "body", [b'{"note": "\\u0000"}', b'{"note": "\\u001b[2J"}', b'{"note": "\\ud800"}', b'{"text": "x"}']
)
async def test_a_note_that_cannot_be_is_refused(api: ApiUnderTest, body: bytes) -> None:
    _stored(api, _alert())
    answer = await api.call(
        "POST", "/alerts/1/ack", content=body, headers={"Content-Type": "application/json"}
    )
    assert answer.status_code in (400, 422)
    assert (await api.call("GET", "/alerts/1")).json()["acknowledged"] is None
