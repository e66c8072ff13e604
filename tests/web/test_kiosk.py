"""The kiosk: what those may see who look without a log-in, and what not."""

import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest
from fastapi.routing import APIRoute
from sqlmodel import Session

from access.roles import Role
from alerts.states import AlertState
from alerts.tables import AlertRow
from metrics.results import Outcome, PollResult
from metrics.stores.memory import MemoryStore
from tests.alerts.history.alerts import TOP, alert
from tests.inventory.loading import load
from tests.support.api import ApiUnderTest, api_under_test
from tests.web.access.people import Door
from tests.web.metrics.fleet import result
from web.app import api_routes, needed_roles
from web.auth.kiosk import kiosk_alert
from web.dependencies import WebOptions
from web.routes.guard import RequiredRoles
from web.schemas.alerts import AlertView
from web.schemas.history import HistoryAnswersView
from web.schemas.metrics import CurrentView

pytestmark = pytest.mark.anyio

SECRET = "s3cret"
HOSTS = "hosts:\n  web-1: {address: a, tags: {token: s3cret}}\n  web-2: b\n"
NOW = 1_800_000_000.0
KIOSK = WebOptions(rate_limit="100000/minute", kiosk=True)

ALLOWED = {
    "GET /api/v1/auth/me",
    "GET /api/v1/metrics/current",
    "POST /api/v1/metrics/history",
    "GET /api/v1/metrics/catalog",
    "GET /api/v1/live",
    "GET /api/v1/alerts",
}
"""All that a kiosk may use of what asks for a role. Written out, not taken from the code that is tested."""


@pytest.fixture
async def kiosk(tmp_path: Path) -> AsyncIterator[ApiUnderTest]:
    """An API with a kiosk: one host is fine, another failed with a sentence that tells too much."""
    store = MemoryStore(clock=lambda: NOW)
    good = result("web-1", NOW - 1, tags={"token": SECRET})
    bad = PollResult(
        host="web-2",
        time=NOW - 1,
        outcome=Outcome.AUTH_FAILED,
        duration=1.0,
        detail=f"b:22 refuses the user {SECRET}",
        errors={"disk": SECRET},
    )
    await store.write([good, bad])
    async with api_under_test(tmp_path, options=KIOSK, store=store, clock=lambda: NOW) as api:
        api.parts.repository.sync_file(load(HOSTS))
        for each in (good, bad):
            api.fleet.current.accept(each)
        yield api


async def _look(api: ApiUnderTest, path: str, **arguments: Any) -> httpx.Response:
    method = arguments.pop("method", "GET")
    return await api.call(method, path, role=None, **arguments)


async def test_without_the_setting_nobody_looks_without_a_log_in(tmp_path: Path) -> None:
    async with api_under_test(tmp_path) as api:
        for route in sorted(ALLOWED):
            method, _, path = route.partition(" /api/v1")
            assert (await _look(api, path, method=method)).status_code == 401, route


def test_the_routes_that_let_a_kiosk_in_are_those_written_out_here() -> None:
    found = {
        f"{method} {path}"
        for path, route in api_routes()
        for method in route.methods or ()
        if _allows_kiosk(route)
    }
    assert found == ALLOWED


def _allows_kiosk(route: APIRoute) -> bool:
    calls = [one.call for one in route.dependant.dependencies]
    return any(isinstance(call, RequiredRoles) and call.allows_kiosk for call in calls)


async def test_every_other_route_asks_a_kiosk_to_log_in(kiosk: ApiUnderTest) -> None:
    asked = 0
    for path, route in api_routes():
        for method in sorted(route.methods or ()):
            if needed_roles(route) and f"{method} {path}" not in ALLOWED:
                inside = path.removeprefix("/api/v1")
                answer = await _look(kiosk, inside if path != inside else f"/{path}", method=method)
                assert answer.status_code == 401, f"{method} {path}"
                asked += 1
    assert asked > 30


async def test_a_kiosk_sees_states_and_figures_and_nothing_that_tells_more(kiosk: ApiUnderTest) -> None:
    answer = await _look(kiosk, "/metrics/current?fields=summary")
    CurrentView.model_validate(answer.json())
    good, bad = answer.json()["hosts"]
    assert (good["state"], good["metrics"]["cpu"][0]["fields"]) == ("ok", {"usage_active": 12.5})
    assert (bad["state"], bad["reason"]) == ("down", "auth_failed")
    for host in (good, bad):
        assert (host["tags"], host["detail"], host["errors"], host["top_processes"]) == ({}, "", {}, None)
    assert SECRET not in answer.text


async def test_a_viewer_beside_a_kiosk_goes_on_seeing_everything(kiosk: ApiUnderTest) -> None:
    for _ in range(2):
        assert SECRET not in (await _look(kiosk, "/metrics/current?fields=summary")).text
        viewed = await kiosk.call("GET", "/metrics/current?fields=summary", role=Role.VIEWER)
        assert viewed.json()["hosts"][0]["tags"] == {"token": SECRET}
        assert SECRET in viewed.json()["hosts"][1]["detail"]


@pytest.mark.parametrize(
    "path",
    [
        "/metrics/current",
        "/metrics/current?fields=all",
        "/metrics/current?fields=summary&tag=token:s*",
        "/metrics/current?fields=summary&host=tag:token=s*",
        "/live?fields=all",
        "/live?tag=token:s*",
        "/live?host=tag:token=s*",
        "/alerts?host=tag:token=s*",
        "/alerts?state=resolved",
    ],
)
async def test_what_would_tell_more_is_not_for_the_kiosk(kiosk: ApiUnderTest, path: str) -> None:
    answer = await _look(kiosk, path)
    assert (answer.status_code, answer.json()["type"]) == (403, "urn:monctl:problem:forbidden")
    assert "log in" in answer.json()["detail"]


async def test_a_kiosk_asks_for_sparklines_but_not_by_tag_nor_for_very_much(kiosk: ApiUnderTest) -> None:
    questions = [
        {"metric": "cpu.usage_active", "labels": {"cpu": "cpu-total"}, "start": "-30m"},
        {"metric": "cpu.usage_active", "hosts": ["tag:token=s*"]},
        {"metric": "mem.used", "hosts": ["web-1"], "start": "-3d", "step": "1s"},
    ]
    answer = await _look(kiosk, "/metrics/history", method="POST", json={"questions": questions})
    HistoryAnswersView.model_validate(answer.json())
    line, by_tag, much = answer.json()["answers"]
    assert [series["host"] for series in line["series"]] == ["web-1"]
    assert by_tag["problem"]["status"] == 403
    assert much["problem"]["limit"] == 200_000
    body = {"questions": questions[2:]}
    viewed = await kiosk.call("POST", "/metrics/history", role=Role.VIEWER, json=body)
    assert "series" in viewed.json()["answers"][0]


def _alert(**fields: Any) -> AlertRow:
    times = {"since": datetime.fromtimestamp(NOW, UTC), "fired_at": datetime.fromtimestamp(NOW, UTC)}
    return alert(**times | fields)


async def test_a_kiosk_sees_open_alerts_without_names_notes_tags_and_processes(kiosk: ApiUnderTest) -> None:
    row = _alert(
        state=AlertState.FIRING,
        tags={"token": SECRET},
        detail=SECRET,
        top=msgspec.to_builtins(TOP),
        acknowledged_at=datetime.fromtimestamp(NOW, UTC),
        acknowledged_by="user:alice",
        note=f"{SECRET} is mine",
    )
    with Session(kiosk.parts.repository._engine) as session, session.begin():
        session.add(row)
    answer = await _look(kiosk, "/alerts")
    (shown,) = answer.json()["items"]
    AlertView.model_validate(shown)
    viewed = (await kiosk.call("GET", "/alerts", role=Role.VIEWER)).json()["items"][0]
    assert shown["summary"] == viewed["summary"] != ""
    assert shown["acknowledged"] == {"at": viewed["acknowledged"]["at"], "by": "", "note": None}
    assert viewed["tags"] == {"token": SECRET}
    for told in (SECRET, "alice", *(process.name for process in TOP.by_cpu)):
        assert told in json.dumps(viewed)
        assert told not in answer.text


def test_a_summary_that_repeats_the_detail_gives_way_to_the_rules_name() -> None:
    view: dict[str, Any] = {
        "rule": "host-down",
        "summary": "refused: 10.0.3.2:22 refuses connections",
        "detail": "10.0.3.2:22 refuses connections",
        "readings": [],
        "acknowledged": None,
    }
    assert "10.0.3.2" not in json.dumps(kiosk_alert(view))
    assert kiosk_alert(view)["summary"] == "host-down"


def test_a_summary_that_would_tell_a_tag_gives_way_to_the_rules_name() -> None:
    view = {
        "rule": "of-tag",
        "summary": f'tags.token "{SECRET}"',
        "detail": "",
        "readings": [{"text": 'tags.token == "x"', "value": SECRET}],
        "acknowledged": None,
    }
    assert SECRET not in json.dumps(kiosk_alert(view))
    assert kiosk_alert(view)["summary"] == "of-tag"


async def test_who_am_i_says_that_nobody_has_logged_in(kiosk: ApiUnderTest) -> None:
    answer = await _look(kiosk, "/auth/me")
    assert answer.json() == {"name": "kiosk", "kind": "kiosk", "role": "viewer", "csrf_token": None}


async def test_wrong_credentials_are_refused_and_do_not_become_a_kiosk(kiosk: ApiUnderTest) -> None:
    for headers in ({"Authorization": "Bearer x"}, {"X-API-Key": "mctl_x"}, {"Authorization": ""}):
        answer = await _look(kiosk, "/metrics/current?fields=summary", headers=headers)
        assert answer.status_code == 401


async def test_a_browser_whose_session_is_over_becomes_a_kiosk(kiosk: ApiUnderTest) -> None:
    answer = await _look(kiosk, "/auth/me", headers={"Cookie": "monctl_session=over"})
    assert answer.json()["kind"] == "kiosk"
    assert (await _look(kiosk, "/hosts", headers={"Cookie": "monctl_session=over"})).status_code == 401


async def test_a_session_beside_a_kiosk_is_still_a_session_and_needs_its_csrf_token(
    kiosk: ApiUnderTest,
) -> None:
    door = Door(kiosk)
    cookie, csrf = await door.session("vera")
    assert (await door.ask("GET", "/auth/me", headers=cookie)).json()["name"] == "vera"
    body = {"questions": [{"metric": "mem.used"}]}
    without = await door.ask("POST", "/metrics/history", headers=cookie, json=body)
    assert (without.status_code, without.json()["type"]) == (403, "urn:monctl:problem:csrf")
    with_token = await door.ask(
        "POST", "/metrics/history", headers=cookie | {"X-CSRF-Token": csrf}, json=body
    )
    assert with_token.status_code == 200


async def test_kiosks_are_counted_by_their_address_and_not_with_those_who_log_in(tmp_path: Path) -> None:
    options = WebOptions(rate_limit="3/minute", kiosk=True)
    async with api_under_test(tmp_path, options=options) as api:
        door, path = Door(api), "/metrics/current?fields=summary"

        async def status(address: str) -> int:
            return (await door.ask("GET", path, address=address)).status_code

        assert [await status("10.0.0.1") for _ in range(4)] == [200, 200, 200, 429]
        assert await status("10.0.0.2") == 200
        assert [await status(f"2001:db8::{number}") for number in range(1, 5)] == [200, 200, 200, 429]
        assert (await door.log_in("vera", address="10.0.0.1")).status_code == 200
        viewer = await door.ask("GET", path, address="10.0.0.1", headers=await door.token("vera"))
        assert viewer.status_code == 200
