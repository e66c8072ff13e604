"""The dashboard's files are served whole, small and under a policy that lets nothing else run."""

import gzip
import re
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI

from tests.web.html_page import Page
from web.http.problems import install_problems
from web.http.security_headers import SecurityHeaders
from web.routes import dashboard

pytestmark = pytest.mark.anyio

_UI = Path(dashboard.__file__).parent.parent / "ui"
_MAX_SCRIPT_BYTES = 120 * 1024
_SCRIPT = b"import('./x.js');"


@pytest.fixture
def build(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A small build in a folder of its own."""
    folder = tmp_path / "static"
    (folder / "assets").mkdir(parents=True)
    (folder / "index.html").write_text("<!doctype html><title>monctl</title>")
    (folder / "theme.js").write_text("1;")
    (folder / "favicon.svg").write_text("<svg/>")
    (folder / "assets" / "index-abc.js").write_bytes(_SCRIPT)
    (folder / "assets" / "index-abc.js.gz").write_bytes(gzip.compress(_SCRIPT))
    (folder / "assets" / "secret.txt").write_text("not a file of a page")
    monkeypatch.setattr(dashboard, "FOLDER", folder)
    return folder


@pytest.fixture
async def client() -> AsyncIterator[httpx.AsyncClient]:
    """A client of the dashboard's routes alone."""
    app = FastAPI()
    app.include_router(dashboard.router)
    install_problems(app)
    app.add_exception_handler(404, dashboard.answer_lost)
    app.add_middleware(SecurityHeaders)
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://monctl.test") as client:
        yield client


@pytest.mark.parametrize("path", dashboard.CLIENT_PATHS)
async def test_every_page_is_the_same_document_which_is_asked_for_anew(
    build: Path, client: httpx.AsyncClient, path: str
) -> None:
    answer = await client.get(path.replace("{name}", "%3Cimg src=x%3E"))
    assert answer.status_code == 200
    assert answer.text == (build / "index.html").read_text()
    assert answer.headers["cache-control"] == "no-cache"
    assert answer.headers["content-type"] == "text/html; charset=utf-8"


async def test_the_policy_allows_nothing_inline_and_nothing_from_elsewhere(
    build: Path, client: httpx.AsyncClient
) -> None:
    for path in ("/", "/theme.js", "/assets/index-abc.js"):
        policy = (await client.get(path)).headers["content-security-policy"]
        rules = dict(rule.split(" ", 1) for rule in policy.split("; "))
        assert rules["default-src"] == rules["frame-ancestors"] == rules["base-uri"] == "'none'"
        assert {rules[name] for name in ("script-src", "style-src", "connect-src")} == {"'self'"}
        assert "unsafe" not in policy
        assert "*" not in policy


async def test_files_with_a_hash_in_their_name_are_kept_for_ever_and_others_are_not(
    build: Path, client: httpx.AsyncClient
) -> None:
    assert "immutable" in (await client.get("/assets/index-abc.js")).headers["cache-control"]
    assert (await client.get("/theme.js")).headers["cache-control"] == "no-cache"
    assert (await client.get("/favicon.svg")).headers["content-type"] == "image/svg+xml"


@pytest.mark.parametrize(
    ("accepted", "coding"), [("gzip, deflate, br", "gzip"), ("identity", None), ("", None)]
)
async def test_a_file_is_sent_compressed_to_those_who_accept_it(
    build: Path, client: httpx.AsyncClient, accepted: str, coding: str | None
) -> None:
    answer = await client.get("/assets/index-abc.js", headers={"Accept-Encoding": accepted})
    assert answer.headers.get("content-encoding") == coding
    assert answer.headers["vary"] == "Accept-Encoding"
    assert answer.content == _SCRIPT


async def test_who_has_a_file_already_is_not_sent_it_again(build: Path, client: httpx.AsyncClient) -> None:
    first = await client.get("/")
    again = await client.get("/", headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    other = await client.get("/", headers={"If-None-Match": '"another"'})
    assert other.status_code == 200


@pytest.mark.parametrize(
    "path",
    [
        "/assets/gone.js",
        "/assets/secret.txt",
        "/assets/index-abc.js.gz",
        "/assets/..%2findex.html",
        "/assets/%2e%2e%2f%2e%2e%2fapp.py",
        "/assets/",
    ],
)
async def test_no_other_file_is_given(build: Path, client: httpx.AsyncClient, path: str) -> None:
    assert (await client.get(path)).status_code == 404


async def test_a_browser_that_goes_astray_gets_the_page_which_says_so(
    build: Path, client: httpx.AsyncClient
) -> None:
    browser = {"Accept": "text/html,application/xhtml+xml"}
    answer = await client.get("/nowhere", headers=browser)
    assert (answer.status_code, "<title>monctl</title>" in answer.text) == (404, True)
    assert answer.headers["content-security-policy"] == dashboard.POLICY
    for path, headers in (("/nowhere", {}), ("/api/v1/nowhere", browser)):
        answer = await client.get(path, headers=headers)
        assert (answer.status_code, answer.headers["content-type"]) == (404, "application/problem+json")


async def test_another_build_is_served_without_a_restart(build: Path, client: httpx.AsyncClient) -> None:
    await client.get("/")
    (build / "assets" / "index-def.js").write_text("2;")
    (build / "index.html").write_text("<!doctype html><title>another</title>")
    assert "another" in (await client.get("/")).text
    assert (await client.get("/assets/index-def.js")).status_code == 200


async def test_without_a_build_the_page_says_what_to_do(
    tmp_path: Path, client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dashboard, "FOLDER", tmp_path / "nothing")
    answer = await client.get("/hosts/web-1")
    assert answer.status_code == 503
    assert "npm run build" in answer.text
    assert 'href="/docs"' in answer.text
    assert not Page(answer.text).inline
    assert (await client.get("/theme.js")).status_code == 404


def test_the_server_answers_the_pages_that_the_router_knows() -> None:
    source = (_UI / "src" / "router.ts").read_text()
    block = re.search(r"export const ROUTES = \{(.*?)\}", source, re.DOTALL)
    assert block is not None
    known = {re.sub(r":\w+", "{name}", path) for path in re.findall(r'"(/[^"]*)"', block[1])}
    assert known == set(dashboard.CLIENT_PATHS)


def test_the_source_of_the_page_has_no_inline_script_or_style() -> None:
    page = Page((_UI / "index.html").read_text())
    assert page.links
    assert not page.inline


def test_what_was_built_is_whole_and_small() -> None:
    files = dashboard.load_files(dashboard.FOLDER)
    if not files:
        pytest.skip("the dashboard is not built here")
    page = Page(files["index.html"].bodies[""].decode())
    assert not page.inline
    assert {link.removeprefix("/") for link in page.links} <= files.keys()
    scripts = [file.bodies["gzip"] for name, file in files.items() if name.endswith(".js")]
    assert sum(len(body) for body in scripts) <= _MAX_SCRIPT_BYTES
