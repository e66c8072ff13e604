"""Everything goes without a mouse."""

import pytest
from playwright.sync_api import Page, expect

from tests.dashboard.conftest import PageMaker
from tests.dashboard.fleet import PASSWORDS

pytestmark = [pytest.mark.chromium, pytest.mark.sshd]


def _tab_to(page: Page, name: str, *, most: int = 30) -> None:
    """Press Tab until something of this name has the focus."""
    for _ in range(most):
        page.keyboard.press("Tab")
        focused = page.evaluate("document.activeElement?.textContent?.trim() || ''")
        if focused == name:
            return
    raise AssertionError(f"{name} is not reached by Tab")


def test_log_in_search_open_and_go_back_with_keys_alone(open_page: PageMaker) -> None:
    page = open_page("/", user=None)
    expect(page.get_by_label("User name")).to_be_focused()
    page.keyboard.type("admin")
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORDS["admin"])
    page.keyboard.press("Enter")
    expect(page.get_by_role("link", name="web-1", exact=True)).to_be_visible()
    page.keyboard.press("/")
    expect(page.get_by_role("searchbox")).to_be_focused()
    page.keyboard.type("web")
    expect(page.get_by_role("rowheader")).to_have_count(2)
    page.keyboard.press("Enter")
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("k")
    expect(page.get_by_role("row", selected=True)).to_contain_text("web-1")
    page.keyboard.press("j")
    expect(page.get_by_role("row", selected=True)).to_contain_text("web-2")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1, name="web-2")).to_be_visible()
    page.go_back()
    expect(page.get_by_role("searchbox")).to_have_value("web")


def test_the_help_names_the_keys_and_gives_the_focus_back(open_page: PageMaker) -> None:
    page = open_page("/")
    link = page.get_by_role("link", name="web-1", exact=True)
    link.focus()
    page.keyboard.press("?")
    dialog = page.get_by_role("dialog", name="Keyboard shortcuts")
    expect(dialog).to_be_visible()
    expect(dialog.get_by_text("Go to Fleet")).to_be_visible()
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    expect(link).to_be_focused()


@pytest.mark.parametrize(
    ("key", "title"),
    [
        ("a", "Alerts"),
        ("r", "Rules"),
        ("s", "Silences"),
        ("c", "Channels"),
        ("i", "Inventory"),
        ("u", "Access"),
    ],
)
def test_two_keys_go_to_each_page(open_page: PageMaker, key: str, title: str) -> None:
    page = open_page("/")
    expect(page.get_by_role("link", name="web-1", exact=True)).to_be_visible()
    page.keyboard.press("g")
    page.keyboard.press(key)
    expect(page.get_by_role("heading", level=1, name=title)).to_be_visible()
    page.keyboard.press("g")
    page.keyboard.press("f")
    expect(page.get_by_role("link", name="web-1", exact=True)).to_be_visible()


def test_the_first_tab_leads_past_the_navigation(open_page: PageMaker) -> None:
    page = open_page("/")
    expect(page.get_by_role("link", name="web-1", exact=True)).to_be_visible()
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to content")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("main")).to_be_focused()


def test_menus_open_choose_and_close_with_keys(open_page: PageMaker) -> None:
    page = open_page("/")
    button = page.get_by_role("button", name="Theme")
    button.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("menuitemradio", name="As the system")).to_be_focused()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(button).to_be_focused()
    assert page.evaluate("getComputedStyle(document.documentElement).colorScheme") == "dark"
    page.keyboard.press("Enter")
    expect(page.get_by_role("menuitemradio", name="As the system")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.get_by_role("menu")).to_have_count(0)
    expect(button).to_be_focused()


def test_a_host_is_reached_by_tab_alone(open_page: PageMaker) -> None:
    page = open_page("/?q=web-2")
    expect(page.get_by_role("rowheader")).to_have_count(1)
    _tab_to(page, "web-2", most=40)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1, name="web-2")).to_be_visible()
