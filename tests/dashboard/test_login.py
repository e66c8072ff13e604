"""Logging in and out."""

import re

import pytest
from playwright.sync_api import expect

from tests.dashboard.conftest import PageMaker
from tests.dashboard.fleet import PASSWORDS
from tests.support.browser import log_in

pytestmark = [pytest.mark.chromium, pytest.mark.sshd]


def test_a_wrong_password_is_refused_and_the_right_one_shows_the_fleet(open_page: PageMaker) -> None:
    page = open_page("/", user=None)
    expect(page).to_have_title(re.compile("Log in"))
    log_in(page, "admin", "not this one")
    field = page.get_by_label("Password", exact=True)
    expect(page.get_by_role("alert")).to_have_text("Name or password is wrong.")
    expect(field).to_have_attribute("aria-invalid", "true")
    log_in(page, "admin", PASSWORDS["admin"])
    expect(page.get_by_role("link", name="web-1", exact=True)).to_be_visible()
    expect(page.get_by_role("status").filter(has_text="Live")).to_be_visible()


def test_a_link_leads_where_it_points_after_the_log_in(open_page: PageMaker) -> None:
    page = open_page("/hosts/web-2?range=24h", user=None)
    log_in(page, "victor", PASSWORDS["victor"])
    expect(page.get_by_role("heading", level=1, name="web-2")).to_be_visible()
    assert page.url.endswith("/hosts/web-2?range=24h")


def test_logging_out_ends_the_session_and_shows_nothing_more_of_the_fleet(open_page: PageMaker) -> None:
    page = open_page("/", user=None)
    log_in(page, "olivia", PASSWORDS["olivia"])
    page.get_by_role("button", name="Account: olivia").click()
    page.get_by_role("menuitem", name="Log out").click()
    expect(page.get_by_label("User name")).to_be_visible()
    expect(page.get_by_text("web-1")).to_have_count(0)
    page.goto("/hosts/web-1")
    expect(page.get_by_label("User name")).to_be_visible()
