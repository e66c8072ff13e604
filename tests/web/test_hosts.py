"""Inventory over the API."""

import json
from typing import Any

import pytest

from access.roles import Role
from tests.inventory.loading import load
from tests.support.api import ApiUnderTest

pytestmark = pytest.mark.anyio

PROBLEM = "application/problem+json"


async def _made(api: ApiUnderTest, name: str = "web-9", **entry: Any) -> dict[str, Any]:
    answer = await api.call("POST", "/hosts", json={"name": name, "address": "10.0.0.9", **entry})
    assert answer.status_code == 201, answer.text
    document: dict[str, Any] = answer.json()
    return document


def _file_owned(api: ApiUnderTest) -> None:
    api.parts.repository.sync_file(load("hosts:\n  a: 10.0.0.1\n  b: {address: x, tags: {env: prod}}\n"))


async def test_a_host_is_made_read_and_listed(api: ApiUnderTest) -> None:
    answer = await api.call(
        "POST",
        "/hosts",
        json={"name": "web 9", "address": "10.0.0.9", "interval": "10s", "tags": {"env": "prod"}},
    )
    assert answer.status_code == 201
    assert answer.headers["location"] == "/api/v1/hosts/web%209"
    assert answer.headers["etag"] == '"1"'
    document = answer.json()
    assert (document["owner"], document["interval"], document["tags"]) == ("api", 10.0, {"env": "prod"})
    assert document["entry"] == {"address": "10.0.0.9", "interval": "10s", "tags": {"env": "prod"}}
    again = await api.call("GET", "/hosts/web%209", role=Role.VIEWER)
    assert again.json() == document
    listed = (await api.call("GET", "/hosts", role=Role.VIEWER)).json()
    assert listed == {"items": [document], "total": 1, "offset": 0, "limit": 100}
    assert api.fleet.refreshed == 1


async def test_a_list_is_paged_and_filtered(api: ApiUnderTest) -> None:
    _file_owned(api)
    for number in range(5):
        await _made(api, f"web-{number}", tags={"env": "prod" if number % 2 else "test"})

    async def names(query: str) -> list[str]:
        answer = await api.call("GET", f"/hosts?{query}")
        assert answer.status_code == 200, answer.text
        return [host["name"] for host in answer.json()["items"]]

    assert await names("offset=2&limit=2") == ["web-0", "web-1"]
    assert await names("host=web-*&tag=env:prod") == ["web-1", "web-3"]
    assert await names("tag=env:prod") == ["b", "web-1", "web-3"]
    assert await names("host=tag:env=test&host=a") == ["a", "web-0", "web-2", "web-4"]
    assert await names("owner=file") == ["a", "b"]
    assert (await api.call("GET", "/hosts?limit=0")).status_code == 422
    assert (await api.call("GET", "/hosts?tag=env")).status_code == 422
    assert (await api.call("GET", "/hosts?" + "host=w*&" * 51)).status_code == 422
    assert (await api.call("GET", "/hosts?owner=me")).status_code == 422


async def test_a_patch_changes_what_it_names_and_a_put_everything(api: ApiUnderTest) -> None:
    await _made(api, user="root", tags={"env": "prod", "role": "web"})
    patched = await api.call("PATCH", "/hosts/web-9", json={"user": None, "tags": {"env": "test"}})
    assert patched.json()["entry"] == {"address": "10.0.0.9", "tags": {"env": "test", "role": "web"}}
    assert patched.headers["etag"] == '"2"'
    put = await api.call("PUT", "/hosts/web-9", json={"address": "10.0.0.10"})
    assert put.json()["entry"] == {"address": "10.0.0.10"}
    assert put.json()["version"] == 3


async def test_a_change_meant_for_another_version_is_refused(api: ApiUnderTest) -> None:
    await _made(api)
    for method, body in (("PUT", {"address": "x"}), ("PATCH", {"user": "x"}), ("DELETE", None)):
        stale = await api.call(method, "/hosts/web-9", json=body, headers={"If-Match": '"7"'})
        assert stale.status_code == 412
        assert stale.headers["content-type"] == PROBLEM
        assert stale.json()["version"] == 1
    fresh = await api.call("PATCH", "/hosts/web-9", json={"user": "x"}, headers={"If-Match": '"1"'})
    assert fresh.status_code == 200
    assert (await api.call("DELETE", "/hosts/web-9", headers={"If-Match": '"2"'})).status_code == 204
    assert (await api.call("GET", "/hosts/web-9")).status_code == 404


async def test_a_version_that_is_known_is_not_sent_again(api: ApiUnderTest) -> None:
    await _made(api)
    known = await api.call("GET", "/hosts/web-9", headers={"If-None-Match": '"1"'})
    assert (known.status_code, known.content) == (304, b"")


async def test_a_host_of_the_file_is_not_changed_and_the_file_is_named(api: ApiUnderTest) -> None:
    _file_owned(api)
    for method, body in (("PUT", {"address": "x"}), ("PATCH", {"user": "x"}), ("DELETE", None)):
        answer = await api.call(method, "/hosts/a", json=body)
        assert answer.status_code == 409
        assert answer.json()["type"] == "urn:monctl:problem:host-owned-by-file"
        assert answer.json()["file"].endswith("hosts.yaml")
        assert answer.json()["line"] == 2
    again = await api.call("POST", "/hosts", json={"name": "a", "address": "x"})
    assert again.status_code == 409
    assert again.json()["type"] == "urn:monctl:problem:host-exists"


async def test_a_host_of_the_file_can_be_paused_by_an_operator(api: ApiUnderTest) -> None:
    _file_owned(api)
    paused = await api.call("POST", "/hosts/a/pause", role=Role.OPERATOR)
    assert paused.json()["paused"] is True
    assert (await api.call("POST", "/hosts/a/pause", role=Role.OPERATOR)).status_code == 200
    assert (await api.call("POST", "/hosts/a/resume", role=Role.OPERATOR)).json()["paused"] is False
    assert (await api.call("POST", "/hosts/a/pause", role=Role.VIEWER)).status_code == 403
    assert (await api.call("POST", "/hosts/nobody/pause")).status_code == 404


async def test_an_entry_with_mistakes_is_refused_with_all_of_them(api: ApiUnderTest) -> None:
    answer = await api.call(
        "POST", "/hosts", json={"name": "x", "intervall": "5s", "port": 0, "tags": {"9": "x"}}
    )
    assert answer.status_code == 422
    assert answer.headers["content-type"] == PROBLEM
    errors = {error["field"]: error for error in answer.json()["errors"]}
    assert errors["x.intervall"]["suggestion"] == "interval"
    assert set(errors) == {"x.intervall", "x.port", "x.tags.9"}


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b'{"name": "\\ud800"}',
        b"\xff\xfe",
        b'{"name": NaN}',
        b"[" * 100_000,
        b'"x"',
    ],
)
async def test_a_body_that_is_no_json_object_is_a_clear_problem(api: ApiUnderTest, body: bytes) -> None:
    answer = await api.call("POST", "/hosts", content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code == 400
    assert answer.json()["type"] == "urn:monctl:problem:json-invalid"


@pytest.mark.parametrize("name", [None, 7, "", "a/b", "..", "x\n", "host-[1:3]", "x" * 300])
async def test_a_name_that_cannot_be_is_refused(api: ApiUnderTest, name: object) -> None:
    answer = await api.call("POST", "/hosts", json={"name": name, "address": "10.0.0.1"})
    assert answer.status_code == 422, answer.text


async def test_a_body_of_another_type_is_refused(api: ApiUnderTest) -> None:
    answer = await api.call("POST", "/hosts", content="name=x", headers={"Content-Type": "text/plain"})
    assert answer.status_code == 415


async def test_a_reference_to_a_variable_that_is_no_hosts_is_refused(api: ApiUnderTest) -> None:
    stolen = await api.call("POST", "/hosts", json={"name": "x", "address": "${DATABASE_PW}"})
    assert stolen.status_code == 422
    assert "DATABASE_PW" in stolen.json()["detail"]
    assert "hidden" not in stolen.text
    nested = await api.call("POST", "/hosts", json={"name": "x", "tags": {"a": "${DATABASE_PW:-x}"}})
    assert nested.status_code == 422
    allowed = await api.call("POST", "/hosts", json={"name": "x", "password": "${MONCTL_HOST_PW}"})
    assert allowed.status_code == 201
    assert allowed.json()["has_password"] is True
    assert allowed.json()["entry"] == {"password": "${MONCTL_HOST_PW}"}


async def test_the_command_of_a_local_host_is_not_taken_over_the_api(api: ApiUnderTest) -> None:
    made = await api.call("POST", "/hosts", json={"name": "x", "connection": "local", "python": "sh -c id"})
    assert made.status_code == 422
    await _made(api, connection="ssh", python="python3.12")
    turned = await api.call("PATCH", "/hosts/web-9", json={"connection": "local"})
    assert turned.status_code == 422


async def test_a_secret_in_clear_is_refused_and_not_repeated(api: ApiUnderTest) -> None:
    answer = await api.call("POST", "/hosts", json={"name": "x", "password": "hunter2"})
    assert answer.status_code == 422
    assert "hunter2" not in answer.text


async def test_a_check_streams_its_steps_and_says_how_it_ended(api: ApiUnderTest) -> None:
    await _made(api)
    await _made(api, "bad-1")
    answer = await api.call("POST", "/hosts/web-9/check", role=Role.OPERATOR)
    assert answer.headers["content-type"].startswith("application/x-ndjson")
    lines = [json.loads(line) for line in answer.text.splitlines()]
    assert [line.get("step") for line in lines] == ["dns", "tcp", None]
    assert lines[-1] == {"host": "web-9", "ok": True}
    whole = await api.call("POST", "/hosts/bad-1/check", headers={"Accept": "application/json"})
    assert (whole.json()["ok"], len(whole.json()["steps"])) == (False, 2)
    assert (await api.call("POST", "/hosts/nobody/check")).status_code == 404


async def test_hosts_are_imported_all_or_none(api: ApiUnderTest) -> None:
    await _made(api, "web-1")
    content = "groups: {prod: {tags: {env: prod}}}\nhosts:\n  web-1: x\n  db-[1:3]: {groups: [prod]}\n"
    dry = (await api.call("POST", "/hosts/import", json={"content": content, "dry_run": True})).json()
    assert (dry["added"], dry["existing"]) == (["db-1", "db-2", "db-3"], ["web-1"])
    assert len(api.parts.repository.list()) == 1
    done = await api.call(
        "POST", "/hosts/import", content=content, headers={"Content-Type": "application/yaml"}
    )
    assert done.json()["added"] == ["db-1", "db-2", "db-3"]
    assert (await api.call("GET", "/hosts/db-2")).json()["tags"] == {"env": "prod"}
    broken = await api.call("POST", "/hosts/import", json={"content": "hosts:\n  n-1: x\n  n-2: {prot: 1}\n"})
    assert broken.status_code == 422
    assert broken.json()["errors"][0]["line"] == 3
    assert broken.json()["errors"][0]["suggestion"] == "port"
    circle = {"content": "hosts:\n  n-1: {address: x, jump: n-2}\n  n-2: {address: x, jump: n-1}\n"}
    assert (await api.call("POST", "/hosts/import", json=circle)).status_code == 422
    assert len(api.parts.repository.list()) == 4


async def test_an_ssh_config_is_recognised(api: ApiUnderTest) -> None:
    content = "Host web-7\n  HostName 10.0.0.7\n  User root\n"
    done = (await api.call("POST", "/hosts/import", json={"content": content})).json()
    assert done["entries"] == {"web-7": {"address": "10.0.0.7", "user": "root"}}
    assert (await api.call("POST", "/hosts/import", json={"content": "- 1\n- 2\n"})).status_code == 422


async def test_every_change_is_in_the_audit_log_and_no_failed_one(api: ApiUnderTest) -> None:
    await _made(api)
    await api.call("PATCH", "/hosts/web-9", json={"user": "x"})
    await api.call("PATCH", "/hosts/web-9", json={"port": 0})
    await api.call("POST", "/hosts/web-9/pause", role=Role.OPERATOR)
    await api.call("DELETE", "/hosts/web-9", headers={"If-Match": '"1"'})
    await api.call("DELETE", "/hosts/web-9")
    rows, total = api.parts.audit.entries()
    assert [(row.action, row.actor) for row in reversed(rows)] == [
        ("host.create", "user:admin"),
        ("host.update", "user:admin"),
        ("host.pause", "user:operator"),
        ("host.delete", "user:admin"),
    ]
    assert total == 4
    assert rows[0].address == "127.0.0.1"
    assert rows[2].detail["after"] == {"address": "10.0.0.9", "user": "x"}


async def test_a_path_that_is_not_there_is_a_problem(api: ApiUnderTest) -> None:
    for path in ("/nothing", "/hosts/", "/hosts/a/../b/c", "//metrics/x", "/hosts/a%2fb%2fc/d"):
        answer = await api.call("GET", path)
        assert answer.status_code == 404, path
        assert answer.headers["content-type"] == PROBLEM
    assert (await api.call("PUT", "/hosts", json={})).status_code == 405


async def test_a_large_body_is_refused_before_it_is_read(api: ApiUnderTest) -> None:
    declared = await api.call(
        "POST", "/hosts", content=b"{}", headers={"Content-Length": str(100 * 1024 * 1024)}
    )
    assert declared.status_code == 413
    sent = 0

    async def chunks() -> Any:
        nonlocal sent
        for _ in range(100):
            sent += 1
            yield b"x" * 1024 * 1024

    streamed = await api.call("POST", "/hosts", content=chunks())
    assert streamed.status_code == 413
    assert sent < 100


async def test_answers_carry_the_headers_that_keep_browsers_careful(api: ApiUnderTest) -> None:
    answer = await api.call("GET", "/hosts")
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["cache-control"] == "no-store"
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert "access-control-allow-origin" not in answer.headers
