"""Nobody is offered what their role may not do."""

import pytest
from playwright.sync_api import expect

from tests.dashboard.conftest import PageMaker
from tests.dashboard.pages import wait_until_drawn

pytestmark = [pytest.mark.chromium, pytest.mark.sshd]

_CHANGES = ("Pause", "Resume", "Check", "Silence", "Acknowledge", "New silence", "Delete", "Edit", "Import")

VIEWERS_PAGES = (
    "/hosts/web-1",
    "/alerts",
    "/rules",
    "/silences",
    "/channels",
    "/inventory",
    "/inventory?host=web-1",
)


@pytest.mark.parametrize("path", VIEWERS_PAGES)
def test_a_viewer_is_offered_no_change(open_page: PageMaker, path: str) -> None:
    page = open_page(path, user="victor")
    wait_until_drawn(page)
    for role in ("button", "link"):
        for name in _CHANGES:
            expect(page.get_by_role(role, name=name, exact=True)).to_have_count(0)
        for name in ("Add a host", "New rule", "New channel", "Add a channel"):
            expect(page.get_by_role(role, name=name)).to_have_count(0)


def test_only_admins_are_led_to_the_access_page(open_page: PageMaker) -> None:
    page = open_page("/", user="olivia")
    navigation = page.get_by_role("navigation", name="Pages")
    expect(navigation.get_by_role("link", name="Inventory")).to_be_visible()
    expect(navigation.get_by_role("link", name="Access")).to_have_count(0)


@pytest.mark.parametrize("path", ["/inventory/add", "/inventory?import"])
def test_a_page_of_admins_says_so_to_others(open_page: PageMaker, path: str) -> None:
    page = open_page(path, user="victor")
    expect(page.get_by_text("Your role does not allow this.")).to_be_visible()


def test_an_operator_may_pause_and_check_and_no_more(open_page: PageMaker) -> None:
    page = open_page("/hosts/web-1", user="olivia")
    expect(page.get_by_role("button", name="Pause")).to_be_visible()
    expect(page.get_by_role("button", name="Silence").first).to_be_visible()
    expect(page.get_by_role("link", name="Edit")).to_have_count(0)
