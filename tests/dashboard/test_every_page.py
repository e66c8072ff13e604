"""What holds for every page: accessible in both themes, readable on a telephone, and in Korean."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.dashboard.conftest import PageMaker
from tests.dashboard.pages import PATHS, wait_until_drawn
from tests.support.browser import NARROW, accessibility_violations, sideways_pixels

pytestmark = [
    pytest.mark.chromium,
    pytest.mark.sshd,
]

_HANGUL = re.compile("[가-힣]")
_ENGLISH = re.compile(r"\b(?:Add|Show|Search|Delete|Loading|Host|Rules|Alerts|Silence|Save|Last)\b")
_SPEAKS_ENGLISH = ("/hosts", "/alerts/1", "/rules/host-down", "host=")
"""Pages with sentences of the daemon's, which has one language."""


def _violations(page: Page) -> list[str]:
    """What axe-core finds, in the light theme and in the dark one."""
    found = [f"light: {one}" for one in accessibility_violations(page)]
    page.emulate_media(color_scheme="dark")
    return found + [f"dark: {one}" for one in accessibility_violations(page, only_colors=True)]


@pytest.mark.parametrize("path", PATHS)
def test_a_page_is_accessible_in_both_themes_and_fits_a_telephone(open_page: PageMaker, path: str) -> None:
    page = open_page(path, color_scheme="light", bypass_csp=True)
    wait_until_drawn(page)
    found = _violations(page)
    width, height = NARROW
    page.set_viewport_size({"width": width, "height": height})
    wait_until_drawn(page)
    assert (found, sideways_pixels(page)) == ([], 0)


@pytest.mark.parametrize("path", PATHS)
def test_a_korean_telephone_is_spoken_to_in_korean_without_scrolling_sideways(
    open_page: PageMaker, path: str
) -> None:
    page = open_page(path, size=NARROW, locale="ko-KR")
    wait_until_drawn(page)
    expect(page.locator("html")).to_have_attribute("lang", "ko")
    assert sideways_pixels(page) == 0
    said = page.get_by_role("main").inner_text()
    assert _HANGUL.search(said)
    if not any(part in path for part in _SPEAKS_ENGLISH):
        assert _ENGLISH.findall(said) == []


def test_the_log_in_is_accessible(open_page: PageMaker) -> None:
    page = open_page("/login", user=None, color_scheme="light", bypass_csp=True)
    page.get_by_text("Here for the first time?").click()
    assert _violations(page) == []


def test_dialogs_and_menus_are_accessible(open_page: PageMaker) -> None:
    page = open_page("/hosts/web-1", color_scheme="light", bypass_csp=True)
    wait_until_drawn(page)
    page.get_by_role("button", name="Account: admin").click()
    assert _violations(page) == []
    page.get_by_role("menuitem", name="Keyboard shortcuts").click()
    assert _violations(page) == []
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Silence").first.click()
    expect(page.get_by_role("dialog", name="Silence web-1")).to_be_visible()
    assert _violations(page) == []
