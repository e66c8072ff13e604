"""The page that shows the API needs nothing from anywhere else."""

import re
from typing import Any

import pytest

from tests.support.api import ApiUnderTest
from tests.web.html_page import Page

pytestmark = pytest.mark.anyio


async def _get(api: ApiUnderTest, path: str) -> Any:
    return await api.call("GET", f"/{path}", role=None)


async def test_the_page_loads_only_files_of_its_own_and_has_no_inline_script(api: ApiUnderTest) -> None:
    answer = await _get(api, "/docs")
    assert answer.status_code == 200
    page = Page(answer.text)
    assert page.links
    assert not page.inline
    for link in page.links:
        assert re.fullmatch(r"docs/[a-z0-9.-]+", link)
        assert (await _get(api, f"/{link}")).status_code == 200
    assert "://" not in answer.text


async def test_the_policy_allows_scripts_of_this_server_alone(api: ApiUnderTest) -> None:
    for path in ("/docs", "/docs/start.js", "/docs/swagger-ui-bundle.js"):
        policy = (await _get(api, path)).headers["content-security-policy"]
        rules = dict(rule.split(" ", 1) for rule in policy.split("; "))
        assert rules["default-src"] == "'none'"
        assert rules["script-src"] == "'self'"
        assert rules["connect-src"] == "'self'"


async def test_the_start_script_asks_only_this_server(api: ApiUnderTest) -> None:
    script = await _get(api, "/docs/start.js")
    assert script.headers["content-type"].startswith("text/javascript")
    assert "//" not in script.text
    assert "validatorUrl: null" in script.text  # else the page would send itself to a public validator
    document = re.search(r'url: "([^"]+)"', script.text)
    assert document is not None
    assert (await _get(api, f"/{document[1]}")).json()["openapi"].startswith("3.1.")


@pytest.mark.parametrize(
    "name",
    [
        "%2e%2e",  # the client would make / of a plain one
        "../app.py",
        "%2e%2e%2fapp.py",
        "..%2f..%2fetc%2fpasswd",
        "index.html",
        "swagger-ui.css.map",
        "",
        "START.JS",
    ],
)
async def test_no_other_file_is_given(api: ApiUnderTest, name: str) -> None:
    assert (await _get(api, f"/docs/{name}")).status_code == 404


async def test_the_bundle_is_what_its_package_ships(api: ApiUnderTest) -> None:
    for name, kind in (("swagger-ui-bundle.js", "text/javascript"), ("swagger-ui.css", "text/css")):
        answer = await _get(api, f"/docs/{name}")
        assert answer.headers["content-type"].startswith(kind)
        assert answer.headers["cache-control"] == "private, max-age=3600"
        assert len(answer.content) > 100_000


async def test_the_document_that_is_shown_has_every_operation(api: ApiUnderTest) -> None:
    whole = (await _get(api, "/openapi.json")).json()
    shown = (await _get(api, "/docs/openapi.json")).json()
    assert shown == whole
    assert whole["openapi"].startswith("3.1")
    assert {path.split("/")[1] for path in whole["paths"]} == {"api", "healthz", "readyz", "metrics"}


async def test_the_page_is_of_a_version_that_reads_it(api: ApiUnderTest) -> None:
    bundle = (await _get(api, "/docs/swagger-ui-bundle.js")).text
    version = re.search(r'PACKAGE_VERSION:"(\d+)\.(\d+)', bundle)
    assert version is not None
    assert (int(version[1]), int(version[2])) >= (5, 30)
