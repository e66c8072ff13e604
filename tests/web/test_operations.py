"""Liveness and readiness."""

from pathlib import Path

import pytest

from tests.support.api import ApiUnderTest, api_under_test

pytestmark = pytest.mark.anyio


async def test_a_running_process_is_healthy_for_everyone(api: ApiUnderTest) -> None:
    answer = await api.call("GET", "//healthz", role=None)
    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})


async def test_it_is_ready_when_every_check_passes(tmp_path: Path) -> None:
    checks = {"inventory": lambda: None, "store": lambda: None}
    async with api_under_test(tmp_path, readiness=checks) as api:
        answer = await api.call("GET", "//readyz", role=None)
    passed = {"ok": True, "reason": None}
    assert answer.status_code == 200
    assert answer.json() == {"status": "ready", "checks": {"inventory": passed, "store": passed}}


async def test_it_is_not_ready_while_a_check_has_a_reason(tmp_path: Path) -> None:
    reasons: list[str | None] = ["the disk is full"]
    checks = {"inventory": lambda: None, "store": lambda: reasons[0]}
    async with api_under_test(tmp_path, readiness=checks) as api:
        answer = await api.call("GET", "//readyz", role=None)
        assert answer.status_code == 503
        assert answer.json() == {
            "status": "not ready",
            "checks": {
                "inventory": {"ok": True, "reason": None},
                "store": {"ok": False, "reason": "the disk is full"},
            },
        }
        assert (await api.call("HEAD", "//readyz", role=None)).status_code == 503
        reasons[0] = None
        assert (await api.call("GET", "//readyz", role=None)).status_code == 200


@pytest.mark.parametrize("path", ["//healthz", "//readyz", "//docs"])
async def test_a_look_without_a_body_gives_the_same_status(api: ApiUnderTest, path: str) -> None:
    whole = await api.call("GET", path, role=None)
    head = await api.call("HEAD", path, role=None)
    assert (head.status_code, head.headers["content-type"]) == (200, whole.headers["content-type"])
