"""Current values over the API."""

import json
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from access.roles import Role
from metrics.results import Outcome, PollResult
from tests.support.api import ApiUnderTest, api_under_test
from tests.web.metrics.fleet import NOW, add_hosts, result
from web.hosts.current import CurrentQuestion
from web.schemas.metrics import CurrentView

pytestmark = pytest.mark.anyio


@pytest.fixture
async def fleet(tmp_path: Path) -> AsyncIterator[ApiUnderTest]:
    async with api_under_test(tmp_path, clock=lambda: NOW) as api:
        add_hosts(api)
        api.fleet.current.accept(result("web-1", NOW - 2))
        failed = PollResult(
            host="web-2", time=NOW - 3, outcome=Outcome.REFUSED, duration=0.1, detail="nobody there"
        )
        api.fleet.current.accept(failed)
        yield api


async def _hosts(api: ApiUnderTest, query: str = "") -> dict[str, dict[str, Any]]:
    answer = await api.call("GET", f"/metrics/current{query}", role=Role.VIEWER)
    assert answer.status_code == 200, answer.text
    return {host["host"]: host for host in answer.json()["hosts"]}


async def test_every_host_is_shown_with_its_state_and_newest_values(fleet: ApiUnderTest) -> None:
    answer = await fleet.call("GET", "/metrics/current", role=Role.VIEWER)
    assert answer.headers["content-type"] == "application/json"
    document = answer.json()
    CurrentView.model_validate(document)
    assert document["time"] == "2027-01-15T08:00:00.000Z"
    assert [host["host"] for host in document["hosts"]] == ["db-1", "old", "web-1", "web-2"]
    pending, paused, good, bad = document["hosts"]
    assert (pending["state"], paused["state"], good["state"], bad["state"]) == (
        "pending",
        "paused",
        "ok",
        "down",
    )
    assert pending["metrics"] == {}
    assert (good["age_seconds"], good["tags"]) == (2.0, {"env": "prod"})
    assert good["metrics"]["cpu"][1] == {"labels": {"cpu": "cpu0"}, "fields": {"usage_active": 6.25}}
    assert good["top_processes"]["memory"][0]["name"] == "nginx ☃"
    assert (bad["reason"], bad["detail"], bad["ok_time"]) == ("refused", "nobody there", None)


async def test_a_summary_has_a_few_figures_and_no_processes(fleet: ApiUnderTest) -> None:
    shown = (await _hosts(fleet, "?fields=summary"))["web-1"]
    assert shown["metrics"] == {
        "cpu": [{"labels": {"cpu": "cpu-total"}, "fields": {"usage_active": 12.5}}],
        "mem": [{"labels": {}, "fields": {"used_percent": 50.0}}],
        "net": [{"labels": {}, "fields": {"bytes_sent_per_second": 1.5}}],
    }
    assert shown["top_processes"] is None


async def test_hosts_are_chosen_by_name_pattern_and_tag(fleet: ApiUnderTest) -> None:
    assert list(await _hosts(fleet, "?host=web-2&host=old")) == ["old", "web-2"]
    assert list(await _hosts(fleet, "?host=web-*&tag=env:prod")) == ["web-1"]
    assert list(await _hosts(fleet, "?host=tag:env=prod")) == ["db-1", "web-1"]
    assert list(await _hosts(fleet, "?tag=env:*&tag=role:a:b")) == ["db-1"]
    assert list(await _hosts(fleet, "?host=nothing-*")) == []


async def test_measurements_are_chosen(fleet: ApiUnderTest) -> None:
    both = (await _hosts(fleet, "?measurement=mem&measurement=disk"))["web-1"]
    assert list(both["metrics"]) == ["mem"]


@pytest.mark.parametrize(
    ("query", "status", "kind", "suggestion"),
    [
        ("?host=web-11", 404, "host-unknown", "web-1"),
        ("?measurement=cpus", 422, "measurement-unknown", "cpu"),
        ("?measurement=%00", 422, "measurement-unknown", None),
        ("?tag=env", 422, "tag-invalid", None),
        ("?fields=some", 422, "request-invalid", None),
        ("?" + "&".join(["host=*"] * 51), 422, "too-many-patterns", None),
    ],
)
async def test_what_cannot_be_answered_is_a_problem(
    fleet: ApiUnderTest, query: str, status: int, kind: str, suggestion: str | None
) -> None:
    answer = await fleet.call("GET", f"/metrics/current{query}")
    assert (answer.status_code, answer.json()["type"]) == (status, f"urn:monctl:problem:{kind}")
    assert answer.json().get("suggestion") == suggestion


async def test_equal_questions_share_an_answer_for_a_moment_only(tmp_path: Path) -> None:
    now = NOW
    async with api_under_test(tmp_path, clock=lambda: now) as api:
        add_hosts(api)
        hosts = api.fleet.hosts
        answers = api.parts.current_answers

        async def ask(question: CurrentQuestion) -> bytes:
            return await answers.body(question, hosts, api.fleet.current, clock=lambda: now)

        first = await ask(CurrentQuestion())
        api.fleet.current.accept(result("web-1", NOW))
        now += 0.2
        assert await ask(CurrentQuestion()) is first
        assert await ask(CurrentQuestion(hosts=("web-1",))) != first
        now += 0.1
        later = json.loads(await ask(CurrentQuestion()))
        assert [host["state"] for host in later["hosts"]] == ["pending", "paused", "ok", "pending"]


async def test_a_changed_inventory_is_seen_at_once(api: ApiUnderTest) -> None:
    add_hosts(api)
    api.fleet.current.accept(result("web-1", time.time()))
    assert len(await _hosts(api)) == 4
    assert (await api.call("POST", "/hosts/web-1/pause")).status_code == 200
    assert (await _hosts(api))["web-1"]["state"] == "paused"
