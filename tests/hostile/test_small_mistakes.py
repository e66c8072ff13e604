"""Values that are nearly right, methods that are not there, and lines in the log for each of them."""

import logging
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from foundation.documents.report import nearest as nearest_key
from metrics.catalog import nearest as nearest_metric
from monctl.logs import RepeatLimit
from tests.support.api import api_under_test
from tests.support.api_process import api_process
from tests.web.access.people import Door
from web.dependencies import WebOptions

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("PATCH", "/users/vera", {"is_active": 0}),
        ("PATCH", "/users/vera", {"is_active": "no"}),
        ("POST", "/hosts/import", {"content": "hosts: {}", "dry_run": "yes"}),
        ("POST", "/hosts/import", {"content": "hosts: {}", "dry_run": 1}),
        ("POST", "/keys", {"name": "ci", "role": "viewer", "expires_at": 4_000_000_000}),
        ("POST", "/users", {"name": 1, "password": "a long pass phrase"}),
        ("POST", "/users", {"name": "a", "password": 1234567890}),
    ],
)
async def test_a_value_of_another_type_is_refused(
    tmp_path: Path, method: str, path: str, body: dict[str, Any]
) -> None:
    async with api_under_test(tmp_path) as api:
        user = {"name": "vera", "password": "a long pass phrase"}
        assert (await api.call("POST", "/users", json=user)).status_code == 201
        assert (await api.call(method, path, json=body)).status_code == 422


@pytest.mark.parametrize("question", [{"band": 1}, {"band": "true"}, {"start": True}, {"step": False}])
async def test_a_question_for_history_too(tmp_path: Path, question: dict[str, Any]) -> None:
    async with api_under_test(tmp_path) as api:
        body = {"questions": [{"metric": "cpu.usage_active"} | question]}
        (answer,) = (await api.call("POST", "/metrics/history", json=body)).json()["answers"]
        assert answer["problem"]["status"] == 422


@pytest.mark.parametrize(
    ("method", "path", "allow"),
    [
        ("PUT", "/hosts", "GET, POST"),
        ("POST", "/hosts/web-1", "DELETE, GET, PATCH, PUT"),
        ("GET", "/auth/session", "DELETE, POST"),
        ("DELETE", "/metrics/history", "GET, POST"),
        ("POST", "//healthz", "GET, HEAD"),
        ("POST", "//", "GET, HEAD"),
    ],
)
async def test_a_wrong_method_is_told_all_right_ones(
    tmp_path: Path, method: str, path: str, allow: str
) -> None:
    async with api_under_test(tmp_path) as api:
        answer = await api.call(method, path)
        assert (answer.status_code, answer.headers["allow"]) == (405, allow)


@pytest.mark.parametrize("nearest", [nearest_metric, nearest_key])
def test_a_very_long_name_is_compared_with_nothing(nearest: Callable[[str, list[str]], str | None]) -> None:
    started = time.process_time()
    assert nearest("a" * 4_000_000, ["a" * 200] * 1000) is None
    assert time.process_time() - started < 0.1
    assert nearest("web-l", ["web-1", "db-1"]) == "web-1"


async def test_the_addresses_of_one_ipv6_network_share_a_limit(tmp_path: Path) -> None:
    async with api_under_test(tmp_path, options=WebOptions(rate_limit="3/minute")) as api:
        door = Door(api)
        statuses = [
            (await door.ask("GET", "/hosts", address=f"2001:db8::{number}")).status_code
            for number in range(4)
        ]
    assert statuses == [401, 401, 401, 429]


def test_a_thousand_bad_requests_are_few_lines(tmp_path: Path) -> None:
    with api_process(tmp_path) as api:
        for _ in range(200):
            with api.connect() as sock:
                sock.sendall(b"\x00\x01\r\n\r\n")
                sock.recv(100)
        for _ in range(8):
            httpx.post(f"{api.url}/api/v1/auth/token", data={"username": "a", "password": "b"}, timeout=10)
        assert len(api.log.read_text().splitlines()) < 60


def test_lines_left_out_are_counted() -> None:
    now = 0.0
    limit = RepeatLimit(clock=lambda: now)

    def written(logger: str, text: str) -> str | None:
        record = logging.LogRecord(logger, logging.WARNING, "", 0, "%s", (text,), None)
        return record.getMessage() if limit.filter(record) else None

    lines = [written("web.http.protocol", "x") for _ in range(100)]
    assert sum(line is not None for line in lines) == 20
    assert all(written("poller.loop", "x") == "x" for _ in range(100))
    now = 61.0
    line = written("web.http.protocol", "x")
    assert line is not None
    assert "80 lines" in line
