"""Language, theme and the narrow window's navigation."""

import re

import pytest
from playwright.sync_api import expect

from tests.dashboard.conftest import PageMaker
from tests.support.browser import NARROW

pytestmark = [pytest.mark.chromium, pytest.mark.sshd]

_HANGUL = re.compile("[가-힣]")
_SCHEME = "getComputedStyle(document.documentElement).colorScheme"


def test_the_navigation_opens_and_closes_again_in_a_narrow_window(open_page: PageMaker) -> None:
    page = open_page("/", size=NARROW)
    expect(page.get_by_role("link", name="Rules")).to_have_count(0)
    page.get_by_role("button", name="Menu").click()
    page.get_by_role("link", name="Rules").click()
    expect(page.get_by_role("heading", level=1, name="Rules")).to_be_visible()
    expect(page.get_by_role("link", name="Inventory")).to_have_count(0)


def test_the_language_is_switched_and_remembered(open_page: PageMaker) -> None:
    page = open_page("/")
    page.get_by_role("button", name="Language").click()
    page.get_by_role("menuitemradio", name="한국어").click()
    korean = page.get_by_role("navigation").get_by_role("link", name=_HANGUL)
    expect(korean).not_to_have_count(0)
    page.reload()
    expect(korean).not_to_have_count(0)
    expect(page.locator("html")).to_have_attribute("lang", "ko")


def test_the_theme_is_switched_and_remembered(open_page: PageMaker) -> None:
    page = open_page("/", color_scheme="light")
    assert page.evaluate(_SCHEME) == "light"
    page.get_by_role("button", name="Theme").click()
    page.get_by_role("menuitemradio", name="Dark").click()
    assert page.evaluate(_SCHEME) == "dark"
    page.reload()
    assert page.evaluate(_SCHEME) == "dark"
