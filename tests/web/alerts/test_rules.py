"""Rules over the API."""

from typing import Any

import pytest

from access.roles import Role
from alerts.rules.defaults import DEFAULT_SPECS
from tests.alerts.rules.writing import written
from tests.support.api import ApiUnderTest
from web.schemas.rules import RuleTestView, RuleView

pytestmark = pytest.mark.anyio

PROBLEM = "application/problem+json"
SPEC = {"when": "disk.used_percent > 90", "for": "5m", "labels": {"path": "/var*"}, "severity": "critical"}


async def _made(api: ApiUnderTest, name: str = "var-full", **more: Any) -> dict[str, Any]:
    answer = await api.call("POST", "/rules", json={"name": name, **SPEC, **more})
    assert answer.status_code == 201, answer.text
    document: dict[str, Any] = answer.json()
    return document


def _file_owned(api: ApiUnderTest) -> None:
    api.parts.alerts.rules.sync_file(written("\n- {name: of-file, when: poller.cut_off}\n"), "monctl.yaml")


async def test_a_rule_is_made_read_and_listed(api: ApiUnderTest) -> None:
    answer = await api.call("POST", "/rules", json={"name": "var-full", **SPEC})
    assert answer.status_code == 201, answer.text
    assert (answer.headers["location"], answer.headers["etag"]) == ("/api/v1/rules/var-full", '"1"')
    document = answer.json()
    RuleView.model_validate(document)
    assert (document["owner"], document["enabled"], document["spec"]) == ("api", True, SPEC)
    assert (document["for_seconds"], document["labels"]) == (300.0, {"path": ["/var*"]})
    assert (document["channels"], document["clear"], document["problems"]) == (None, None, [])
    again = await api.call("GET", "/rules/var-full", role=Role.VIEWER)
    assert (again.json(), again.headers["etag"]) == (document, '"1"')
    known = await api.call("GET", "/rules/var-full", headers={"If-None-Match": '"1"'})
    assert known.status_code == 304


async def test_a_list_has_what_ships_and_is_paged_and_filtered(api: ApiUnderTest) -> None:
    await _made(api)
    _file_owned(api)
    await api.call("PATCH", "/rules/cpu-busy", json={"enabled": False})

    async def names(query: str) -> list[str]:
        answer = await api.call("GET", f"/rules?{query}", role=Role.VIEWER)
        assert answer.status_code == 200, answer.text
        for item in answer.json()["items"]:
            RuleView.model_validate(item)
        return [rule["name"] for rule in answer.json()["items"]]

    everything = await names("")
    assert everything == sorted([*DEFAULT_SPECS, "of-file", "var-full"])
    assert await names("offset=1&limit=2") == everything[1:3]
    assert await names("owner=api") == ["cpu-busy", "var-full"]
    assert await names("owner=file") == ["of-file"]
    assert await names("enabled=false") == ["cpu-busy"]
    assert (await api.call("GET", "/rules?owner=me")).status_code == 422


async def test_a_patch_changes_what_it_names_and_a_put_everything(api: ApiUnderTest) -> None:
    await _made(api)
    patched = await api.call("PATCH", "/rules/var-full", json={"for": None, "labels": {"mode": "rw"}})
    assert patched.json()["labels"] == {"path": ["/var*"], "mode": ["rw"]}
    assert patched.json()["for_seconds"] == 0.0
    assert patched.headers["etag"] == '"2"'
    put = await api.call("PUT", "/rules/var-full", json={"name": "var-full", "when": "disk.free < 1"})
    assert put.json()["spec"] == {"when": "disk.free < 1"}
    renamed = await api.call("PUT", "/rules/var-full", json={"name": "other", "when": "disk.free < 1"})
    assert renamed.status_code == 422


async def test_a_rule_that_ships_is_switched_off_and_set_back(api: ApiUnderTest) -> None:
    shipped = (await api.call("GET", "/rules/cpu-busy")).json()
    assert (shipped["owner"], shipped["version"], shipped["enabled"]) == ("default", 0, True)
    off = await api.call("PATCH", "/rules/cpu-busy", json={"enabled": False}, headers={"If-Match": '"0"'})
    assert (off.json()["enabled"], off.json()["overrides_default"], off.json()["when"]) == (
        False,
        True,
        shipped["when"],
    )
    assert (await api.call("DELETE", "/rules/cpu-busy")).status_code == 204
    assert (await api.call("GET", "/rules/cpu-busy")).json() == shipped
    refused = await api.call("DELETE", "/rules/cpu-busy")
    assert refused.status_code == 409
    assert (
        refused.json()["detail"] == "rule `cpu-busy` ships with monctl: switch it off with `enabled: false`"
    )


async def test_a_change_meant_for_another_version_is_refused(api: ApiUnderTest) -> None:
    await _made(api)
    for method, body in (("PUT", SPEC), ("PATCH", {"for": "1m"}), ("DELETE", None)):
        stale = await api.call(method, "/rules/var-full", json=body, headers={"If-Match": '"7"'})
        assert stale.status_code == 412
        assert stale.headers["content-type"] == PROBLEM
        assert stale.json()["version"] == 1
    assert (await api.call("DELETE", "/rules/var-full", headers={"If-Match": '"1"'})).status_code == 204
    gone = await api.call("GET", "/rules/var-full")
    assert (gone.status_code, gone.json()["type"]) == (404, "urn:monctl:problem:rule-unknown")


async def test_a_rule_of_the_file_is_refused_with_its_place(api: ApiUnderTest) -> None:
    _file_owned(api)
    for method, body in (("PUT", SPEC), ("PATCH", {"enabled": False}), ("DELETE", None)):
        refused = await api.call(method, "/rules/of-file", json=body)
        assert refused.status_code == 409
        assert (refused.json()["file"], refused.json()["line"]) == ("monctl.yaml", 2)
    taken = await api.call("POST", "/rules", json={"name": "of-file", **SPEC})
    assert (taken.status_code, taken.json()["line"]) == (409, 2)


async def test_all_that_is_wrong_is_told_at_once(api: ApiUnderTest) -> None:
    wrong = {"name": "r", "when": "cpu.usage_activ > 90", "fro": "5m", "severity": "bad"}
    answer = await api.call("POST", "/rules", json=wrong)
    assert answer.status_code == 422
    assert answer.headers["content-type"] == PROBLEM
    errors = {error["field"]: error for error in answer.json()["errors"]}
    assert errors.keys() == {"r.when", "r.fro", "r.severity"}
    assert errors["r.when"]["suggestion"] == "cpu.usage_active"
    assert errors["r.fro"]["suggestion"] == "for"
    for body in ({"when": "disk.free < 1"}, {"name": "", "when": "disk.free < 1"}, {"name": 1}):
        assert (await api.call("POST", "/rules", json=body)).status_code == 422
    assert (await api.call("POST", "/rules", json=[1])).status_code == 400


async def test_changes_are_noted_in_the_audit_log(api: ApiUnderTest) -> None:
    await _made(api)
    await api.call("PATCH", "/rules/var-full", json={"for": "1m"})
    await api.call("PUT", "/rules/var-full", json=SPEC)
    await api.call("PATCH", "/rules/var-full", json={"for": "nonsense"})
    await api.call("DELETE", "/rules/var-full")
    entries = (await api.call("GET", "/audit?target=var-full")).json()["items"]
    actions = [entry["action"] for entry in reversed(entries)]
    assert actions == ["rule.create", "rule.update", "rule.update", "rule.delete"]
    assert entries[-1]["detail"] == {"spec": SPEC}


async def test_a_rule_is_replayed_without_being_kept(api: ApiUnderTest) -> None:
    await _made(api)
    asked: list[dict[str, Any]] = [
        {"name": "var-full"},
        {"name": "cpu-busy", "start": "-24h", "step": "1m"},
        {"when": "cpu.usage_active > 90", "for": "5m", "start": 1_750_000_000, "end": 1_750_003_600.5},
        {"name": "cpu-busy", "for": "1s", "start": "2026-01-01T00:00:00Z"},
    ]
    for body in asked:
        answer = await api.call("POST", "/rules/test", json=body, role=Role.VIEWER)
        assert answer.status_code == 200, answer.text
        RuleTestView.model_validate(answer.json())
        assert answer.json()["rule"] == body.get("name", "test")
    assert (await api.call("GET", "/rules/test")).status_code == 404


@pytest.mark.parametrize(
    ("body", "status", "said"),
    [
        ({}, 422, "write a rule with `when`"),
        ({"start": "-1h"}, 422, "write a rule with `when`"),
        ({"name": "nobody"}, 404, "there is no rule `nobody`"),
        ({"name": ["a"]}, 422, "name: must be a text"),
        ({"when": "cpu.usage_activ > 1"}, 422, "cpu.usage_active"),
        ({"name": "cpu-busy", "start": "soon"}, 422, "start: must be"),
        ({"name": "cpu-busy", "start": True}, 422, "start: must be a text or a number"),
        ({"name": "cpu-busy", "start": "-1h", "end": "-2h"}, 422, "start: must be before end"),
        ({"name": "cpu-busy", "step": "1ms"}, 422, "step: must be"),
    ],
)
async def test_a_replay_that_makes_no_sense_says_why(
    api: ApiUnderTest, body: dict[str, Any], status: int, said: str
) -> None:
    answer = await api.call("POST", "/rules/test", json=body)
    assert answer.status_code == status
    assert said in answer.json()["detail"]
