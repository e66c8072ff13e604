"""Which requests count against the limit, and what is answered beyond it."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.support.api import api_under_test
from tests.web.access.people import PASSWORD, Door
from web.dependencies import WebOptions

pytestmark = pytest.mark.anyio

LIMIT = 3


@pytest.fixture
async def narrow(tmp_path: Path) -> AsyncIterator[Door]:
    """Three requests a minute."""
    async with api_under_test(tmp_path, options=WebOptions(rate_limit=f"{LIMIT}/minute")) as api:
        yield Door(api)


async def test_beyond_the_limit_the_answer_says_when_to_try_again(narrow: Door) -> None:
    vera = await narrow.token("vera")
    for _ in range(LIMIT):
        assert await narrow.status(vera, path="/hosts") == 200
    answer = await narrow.ask("GET", "/hosts", headers=vera)
    assert answer.status_code == 429
    assert answer.json()["type"] == "urn:monctl:problem:too-many-requests"
    assert 1 <= int(answer.headers["retry-after"]) <= 60


async def test_who_am_i_never_counts_and_is_never_refused(narrow: Door) -> None:
    vera = await narrow.token("vera")
    assert [await narrow.status(vera) for _ in range(2 * LIMIT)] == [200] * 2 * LIMIT
    assert [await narrow.status(vera, path="/hosts") for _ in range(LIMIT)] == [200] * LIMIT
    assert await narrow.status(vera, path="/hosts") == 429
    assert await narrow.status(vera) == 200


async def test_asking_who_one_is_with_wrong_credentials_counts_for_the_address(narrow: Door) -> None:
    wrong = {"Authorization": "Bearer x"}
    assert [await narrow.status(wrong) for _ in range(LIMIT + 1)] == [401] * LIMIT + [429]


async def test_a_log_in_does_not_count_against_the_user_who_logs_in(narrow: Door) -> None:
    login = {"username": "vera", "password": PASSWORD}
    assert (await narrow.ask("POST", "/auth/session", json=login)).status_code == 200
    vera = await narrow.token("vera")
    assert [await narrow.status(vera, path="/hosts") for _ in range(LIMIT)] == [200] * LIMIT


async def test_pages_and_their_files_do_not_count(narrow: Door) -> None:
    paths = ("/", "/docs", "/openapi.json", "/healthz")
    for path in paths * LIMIT:
        assert (await narrow.api.client.get(path)).status_code != 429
    assert await narrow.status(await narrow.token("vera"), path="/hosts") == 200
