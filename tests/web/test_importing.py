"""Previews of imports."""

import pytest

from tests.inventory.loading import load
from tests.support.api import ApiUnderTest

pytestmark = pytest.mark.anyio

YAML = {"Content-Type": "application/yaml"}


async def test_a_preview_says_what_would_be_added_and_why_the_rest_is_skipped(api: ApiUnderTest) -> None:
    api.parts.repository.sync_file(load("hosts:\n  a: 10.0.0.1\n  b: {address: 10.0.0.2, user: x}\n"))
    await api.call("POST", "/hosts", json={"name": "c", "address": "10.0.0.3"})
    content = "hosts:\n  a: 10.0.0.1\n  b: {address: 10.0.0.9, port: 22}\n  c: 10.0.0.3\n  d: 10.0.0.4\n"
    shown = (await api.call("POST", "/hosts/import", json={"content": content, "dry_run": True})).json()
    assert (shown["added"], shown["existing"]) == (["d"], ["a", "b", "c"])
    assert shown["entries"] == {"d": {"address": "10.0.0.4"}}
    skipped = {one["name"]: one for one in shown["skipped"]}
    assert [skipped[name]["differs_in"] for name in "abc"] == [[], ["address", "port", "user"], []]
    assert [skipped[name]["owner"] for name in "abc"] == ["file", "file", "api"]
    assert "line 2" in skipped["a"]["reason"]
    assert "over the API" in skipped["c"]["reason"]


async def test_a_preview_of_an_ssh_config_says_what_is_left_out_and_where(api: ApiUnderTest) -> None:
    content = "Host web-7\n  HostName 10.0.0.7\n  LocalForward 1 a:2\nHost *.example.com\n  User root\n"
    shown = (await api.call("POST", "/hosts/import", json={"content": content, "dry_run": True})).json()
    assert shown["entries"] == {"web-7": {"address": "10.0.0.7"}}
    assert {note["line"] for note in shown["notes"]} == {3, 4}
    assert all(note["message"] for note in shown["notes"])


async def test_a_preview_changes_nothing_and_is_not_in_the_audit_log(api: ApiUnderTest) -> None:
    before = api.parts.repository.revision()
    for arguments in (
        {"json": {"content": "hosts: {web-1: 10.0.0.1}", "dry_run": True}},
        {"content": "hosts: {web-1: 10.0.0.1}", "headers": YAML, "params": {"dry_run": "true"}},
    ):
        shown = await api.call("POST", "/hosts/import", **arguments)
        assert (shown.json()["added"], shown.json()["dry_run"]) == (["web-1"], True)
    assert api.parts.repository.list() == ()
    assert api.parts.repository.revision() == before
    assert api.parts.audit.entries()[1] == 0
    assert api.fleet.refreshed == 0


async def test_a_preview_fails_where_the_import_would(api: ApiUnderTest) -> None:
    """What is imported would make a circle of jump hosts with one that there is."""
    made = await api.call("POST", "/hosts", json={"name": "n-1", "address": "x", "jump": "n-2"})
    assert made.status_code == 201
    circle = "hosts:\n  n-2: {address: x, jump: n-1}\n"
    for dry_run in (True, False):
        answer = await api.call("POST", "/hosts/import", json={"content": circle, "dry_run": dry_run})
        assert answer.status_code == 422, answer.text
        assert [error["field"] for error in answer.json()["errors"]] == ["n-2.jump"]
