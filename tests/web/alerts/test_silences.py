"""Silences over the API."""

import re
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlmodel import Session

from access.roles import Role
from alerts.states import AlertState
from alerts.tables import AlertRow
from tests.alerts.history.alerts import alert
from tests.support.api import ApiUnderTest
from web.schemas.alerts import AlertView
from web.schemas.silences import SilenceView

pytestmark = pytest.mark.anyio

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)
PROBLEM = "application/problem+json"


def _store(api: ApiUnderTest, *rows: AlertRow) -> None:
    with Session(api.parts.repository._engine) as session, session.begin():
        for row in rows:
            session.add(row)
            session.flush()


async def _made(api: ApiUnderTest, **document: Any) -> dict[str, Any]:
    answer = await api.call("POST", "/silences", role=Role.OPERATOR, json={"hosts": ["web-*"], **document})
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


async def test_an_operator_makes_a_silence_that_a_viewer_reads(api: ApiUnderTest) -> None:
    answer = await api.call(
        "POST",
        "/silences",
        role=Role.OPERATOR,
        json={"hosts": ["web-*"], "labels": {"path": "/var*"}, "duration": "2h", "comment": "new disks"},
    )
    assert (answer.status_code, answer.headers["location"]) == (201, "/api/v1/silences/1")
    made = answer.json()
    SilenceView.model_validate(made)
    assert (made["state"], made["created_by"], made["everything"]) == ("active", "user:operator", False)
    assert made["next_change_at"] == made["ends_at"]
    assert (await api.call("GET", "/silences/1", role=Role.VIEWER)).json() == made
    listed = (await api.call("GET", "/silences", role=Role.VIEWER)).json()
    assert listed == {"items": [made], "total": 1, "offset": 0, "limit": 100}


async def test_a_recurring_silence_is_made_with_days_and_a_time_zone(api: ApiUnderTest) -> None:
    schedule = {"weekdays": "mon-fri", "start": "22:00", "end": "06:00", "time_zone": "Europe/Berlin"}
    made = await _made(api, schedule=schedule)
    SilenceView.model_validate(made)
    assert made["schedule"] == schedule | {"weekdays": ["mon", "tue", "wed", "thu", "fri"]}
    assert made["ends_at"] is None
    again = await _made(api, schedule=made["schedule"])
    assert again["schedule"] == made["schedule"]


async def test_silences_are_listed_by_state_and_in_pages(api: ApiUnderTest) -> None:
    for document in (
        {"duration": "1h"},
        {"duration": "1h"},
        {"starts_at": "2090-01-01T00:00Z", "duration": "1h"},
    ):
        await _made(api, **document)
    assert (await api.call("DELETE", "/silences/1", role=Role.OPERATOR)).status_code == 204

    async def numbers(query: str) -> list[int]:
        answer = await api.call("GET", f"/silences?{query}")
        assert answer.status_code == 200, answer.text
        return [silence["id"] for silence in answer.json()["items"]]

    assert await numbers("") == [3, 2]
    assert await numbers("state=expired") == [1]
    assert await numbers("state=pending&state=expired") == [3, 1]
    assert await numbers("offset=1&limit=1") == [2]
    assert (await api.call("GET", "/silences?state=over")).status_code == 422


async def test_a_silence_ends_and_one_that_has_not_begun_goes_away(api: ApiUnderTest) -> None:
    await _made(api, duration="1h")
    await _made(api, starts_at="2090-01-01T00:00Z", duration="1h")
    for number in (1, 2):
        assert (await api.call("DELETE", f"/silences/{number}", role=Role.OPERATOR)).status_code == 204
    assert (await api.call("GET", "/silences/1")).json()["state"] == "expired"
    gone = await api.call("GET", "/silences/2")
    assert (gone.status_code, gone.json()["type"]) == (404, "urn:monctl:problem:silence-unknown")
    assert (await api.call("DELETE", "/silences/2")).status_code == 404


async def test_a_silence_of_everything_has_to_say_so(api: ApiUnderTest) -> None:
    refused = await api.call("POST", "/silences", json={"duration": "1h"})
    assert (refused.status_code, refused.headers["content-type"]) == (422, PROBLEM)
    assert "everything: true" in refused.json()["detail"]
    typed = await api.call("POST", "/silences", json={"host": ["web-1"], "duration": "1h"})
    assert typed.json()["errors"][0]["suggestion"] == "hosts"
    made = await api.call("POST", "/silences", json={"everything": True, "duration": "1h"})
    assert made.json()["everything"] is True


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 400),
        (b"[]", 400),
        (b"{", 400),
        (b'{"hosts": ["a"], "duration": "1h", "comment": "\\u0000"}', 422),
        (b'{"hosts": ["a"], "duration": "1h", "comment": "\\ud800"}', 400),
        (b'{"hosts": ["a"], "duration": 1e400}', 400),
        (b'{"hosts": ["a"], "duration": 1e300}', 422),
    ],
)
async def test_a_body_that_cannot_be_is_a_problem(api: ApiUnderTest, body: bytes, status: int) -> None:
    answer = await api.call("POST", "/silences", content=body, headers={"Content-Type": "application/json"})
    assert (answer.status_code, answer.headers["content-type"]) == (status, PROBLEM)


@pytest.mark.parametrize("number", ["0", "-1", "x", "99999999999", "1.5"])
async def test_a_number_that_cannot_be_is_a_problem(api: ApiUnderTest, number: str) -> None:
    assert (await api.call("GET", f"/silences/{number}")).status_code == 422


async def test_a_silence_names_the_open_alerts_that_it_covers_now(api: ApiUnderTest) -> None:
    _store(
        api,
        alert(host="web-1", labels={"path": "/var"}),
        alert(host="db-1", tags={"env": "prod"}),
        alert(host="web-2", state=AlertState.RESOLVED, resolved_at=NOW),
        alert(host="", rule="store-slow"),
    )
    for document in (
        {"hosts": ["web-*"], "duration": "1h"},
        {"hosts": ["tag:env=pr*"], "duration": "1h"},
        {"everything": True, "duration": "1h"},
        {"everything": True, "starts_at": "2090-01-01T00:00Z", "duration": "1h"},
    ):
        made = (await api.call("POST", "/silences", json=document)).json()
        assert (await api.call("GET", f"/silences/{made['id']}")).json() == made
        SilenceView.model_validate(made)
    listed = (await api.call("GET", "/silences")).json()["items"]
    assert {one["id"]: one["alerts"] for one in listed} == {1: [1], 2: [2], 3: [1, 2, 4], 4: []}


@pytest.mark.parametrize(
    ("document", "covered"),
    [
        ({"hosts": ["web-*"]}, [1]),
        ({"hosts": ["tag:env"], "rules": ["disk-*"]}, [2]),
        ({"labels": {"path": "/v*"}}, [1]),
        ({"labels": {"path": "/[!v]*"}}, []),
        ({"labels": {"device": "*"}}, []),
        ({"hosts": ["*"]}, [2, 1]),
        ({"everything": True, "ends_at": ""}, [3, 2, 1]),
    ],
)
async def test_a_viewer_sees_which_open_alerts_a_silence_would_cover(
    api: ApiUnderTest, document: dict[str, Any], covered: list[int]
) -> None:
    _store(
        api,
        alert(host="web-1", labels={"path": "/var"}),
        alert(host="db-1", tags={"env": "prod"}, rule="disk-full"),
        alert(host="", rule="store-slow"),
        alert(host="web-2", state=AlertState.RESOLVED, resolved_at=NOW),
    )
    answer = await api.call("POST", "/silences/preview?limit=2", role=Role.VIEWER, json=document)
    assert answer.status_code == 200, answer.text
    page = answer.json()
    for item in page["items"]:
        AlertView.model_validate(item)
    assert ([item["id"] for item in page["items"]], page["total"]) == (covered[:2], len(covered))
    assert (await api.call("GET", "/silences")).json()["total"] == 0


@pytest.mark.parametrize("text", ["/mnt/[a]", "a*b?", "a]b", "plain", "<img src=x>"])
async def test_a_pattern_with_brackets_around_what_is_special_covers_that_text_alone(
    api: ApiUnderTest, text: str
) -> None:
    _store(api, alert(labels={"path": text}), alert(labels={"path": f"{text}x"}))
    pattern = re.sub(r"[*?[]", r"[\g<0>]", text)
    answer = await api.call("POST", "/silences/preview", json={"labels": {"path": pattern}})
    assert [item["labels"]["path"] for item in answer.json()["items"]] == [text]


async def test_a_preview_of_nothing_or_of_what_cannot_be_is_a_problem(api: ApiUnderTest) -> None:
    for document, field in (({}, ""), ({"hosts": ["tag:"]}, "hosts"), ({"host": ["a"]}, "host")):
        refused = await api.call("POST", "/silences/preview", json=document)
        assert (refused.status_code, refused.headers["content-type"]) == (422, PROBLEM)
        assert refused.json()["errors"][0]["field"] == field


async def test_a_viewer_silences_nothing(api: ApiUnderTest) -> None:
    await _made(api, duration="1h")
    for method, path in (("POST", "/silences"), ("DELETE", "/silences/1")):
        refused = await api.call(method, path, role=Role.VIEWER, json={"everything": True, "duration": "1h"})
        assert refused.status_code == 403
    assert (await api.call("GET", "/silences")).json()["total"] == 1


async def test_every_change_is_in_the_audit_log(api: ApiUnderTest) -> None:
    await _made(api, duration="1h")
    await api.call("POST", "/silences", json={"duration": "1h"})
    await api.call("DELETE", "/silences/1", role=Role.OPERATOR)
    rows, _ = api.parts.audit.entries()
    assert [(row.action, row.target, row.actor) for row in rows] == [
        ("silence.remove", "1", "user:operator"),
        ("silence.create", "1", "user:operator"),
    ]
    assert rows[1].detail == {"silence": {"hosts": ["web-*"], "duration": "1h"}}
