"""The browser, the fleet that it looks at, and pages that must not complain."""

import os
from collections.abc import Callable, Generator, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.dashboard.fleet import PASSWORDS, Fleet, running_fleet
from tests.support.browser import (
    DashboardNotBuilt,
    Watch,
    build_dashboard,
    log_in,
    opened_context,
    running_chromium,
)

PageMaker = Callable[..., Page]
"""Opens a page: `open_page("/alerts", user="victor", **options)`; options are those of a browser profile."""

_REPORT = pytest.StashKey[pytest.TestReport]()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, Any, Any]:
    """Keep a test's report, for a page to know at its end whether the test failed."""
    report = yield
    if report.when == "call":
        item.stash[_REPORT] = report
    return report


@pytest.fixture(scope="package")
def dashboard() -> None:
    """The built dashboard; without it, tests are left out or fail as those do whose service is missing."""
    try:
        build_dashboard()
    except DashboardNotBuilt as reason:
        if os.environ.get("MONCTL_TEST_REQUIRE_SERVICES") == "1":
            pytest.fail(str(reason))
        pytest.skip(str(reason))


# of the package, not of the session: Playwright keeps a loop running, and other tests want theirs
@pytest.fixture(scope="package")
def browser(dashboard: None) -> Iterator[Browser]:
    """One browser for all tests here."""
    with running_chromium() as browser:
        yield browser


@pytest.fixture(scope="package")
def fleet(dashboard: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Fleet]:
    """One daemon for all tests that leave it running."""
    with running_fleet(tmp_path_factory.mktemp("fleet")) as fleet:
        yield fleet


@pytest.fixture(scope="package")
def logged_in(browser: Browser, fleet: Fleet) -> Callable[[str], Any]:
    """What a browser keeps of somebody's log-in; each logs in once."""
    states: dict[str, Any] = {}

    def state_of(user: str) -> Any:
        if user not in states:
            with opened_context(browser, fleet.url) as context:
                page = context.new_page()
                page.goto("/login")
                log_in(page, user, PASSWORDS[user])
                expect(page.get_by_role("navigation", name="Pages")).to_be_visible()
                states[user] = context.storage_state()
        return states[user]

    return state_of


@pytest.fixture
def watch() -> Watch:
    """What went wrong in the pages of the test."""
    return Watch()


@pytest.fixture
def open_page(
    request: pytest.FixtureRequest,
    browser: Browser,
    watch: Watch,
    tmp_path: Path,
) -> Iterator[PageMaker]:
    """Opens pages, logged in as the admin unless told; afterwards nothing must have complained.

    `user=None` is nobody; `at` another installation's address. A failed test leaves a picture of each page.
    """
    contexts: list[Any] = []
    pages: list[Page] = []

    def open_page(
        path: str = "/", *, user: str | None = "admin", at: str | None = None, **options: Any
    ) -> Page:
        if at is None:
            at = request.getfixturevalue("fleet").url
        if user is not None:
            options["storage_state"] = request.getfixturevalue("logged_in")(user)
        opened = opened_context(browser, at, **options)
        context: BrowserContext = opened.__enter__()
        contexts.append(opened)
        page = context.new_page()
        pages.append(page)
        watch.follow(page)
        page.goto(path)
        return page

    yield open_page
    if "fleet" in request.fixturenames:
        request.getfixturevalue("fleet").forget()
    report = request.node.stash.get(_REPORT, None)
    if report is not None and report.failed:
        for number, page in enumerate(pages):
            page.screenshot(path=tmp_path / f"failed-{number}.png")
            print(f"picture of the page: {tmp_path}/failed-{number}.png")
            print(page.locator("body").aria_snapshot())
    for opened in contexts:
        opened.__exit__(None, None, None)
    assert watch.problems == []
