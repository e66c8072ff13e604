"""Mistakes in rules, as a form shows them: which key, which column."""

from typing import Any

import pytest

from tests.support.api import ApiUnderTest

pytestmark = pytest.mark.anyio


async def _mistakes(api: ApiUnderTest, path: str, body: dict[str, Any]) -> dict[str, dict[str, Any]]:
    answer = await api.call("POST", path, json=body)
    assert answer.status_code == 422, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["type"] == "urn:monctl:problem:alerts-invalid"
    return {error["field"]: error for error in answer.json()["errors"]}


@pytest.mark.parametrize("path", ["/rules", "/rules/test"])
async def test_every_key_with_a_mistake_is_named_and_a_condition_with_its_column(
    api: ApiUnderTest, path: str
) -> None:
    when, clear = "cpu.usage_active > 90 and mem.usedd > 3", "cpu.usage_active <"
    body = {
        "name": "busy.1",
        "when": when,
        "clear": clear,
        "for": "5x",
        "severity": "bad",
        "bogus": 1,
    }
    found = await _mistakes(api, path, body)
    assert found.keys() == {f"busy.1.{key}" for key in ("when", "clear", "for", "severity", "bogus")}
    assert found["busy.1.when"]["column"] == when.index("mem.usedd") + 1
    assert found["busy.1.when"]["suggestion"] == "mem.used"
    assert found["busy.1.clear"]["column"] == len(clear) + 1
    assert [found[f"busy.1.{key}"]["column"] for key in ("for", "severity", "bogus")] == [None] * 3


async def test_a_rule_that_is_tried_without_a_name_is_called_test(api: ApiUnderTest) -> None:
    found = await _mistakes(api, "/rules/test", {"when": "1 +"})
    assert list(found) == ["test.when"]
    assert found["test.when"]["column"] is not None
