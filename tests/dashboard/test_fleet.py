"""The fleet: who is sick comes first, and the rest is found."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.dashboard.conftest import PageMaker
from tests.dashboard.fleet import HOST_COUNT, MARKUP

pytestmark = [pytest.mark.chromium, pytest.mark.sshd]


def _names(page: Page) -> list[str]:
    return page.get_by_role("rowheader").get_by_role("link").all_inner_texts()


def test_the_sick_host_comes_first_with_its_reason(open_page: PageMaker) -> None:
    page = open_page("/")
    first = page.get_by_role("row").nth(1)
    expect(first).to_contain_text("gone")
    expect(first).to_contain_text("Down")
    expect(first).to_contain_text("Connection refused")
    assert len(_names(page)) == HOST_COUNT


def test_the_summary_counts_and_filters_by_state(open_page: PageMaker) -> None:
    page = open_page("/")
    page.get_by_role("button", name=re.compile("1 down")).click()
    expect(page.get_by_role("rowheader")).to_have_count(1)
    assert "state=down" in page.url
    page.reload()
    expect(page.get_by_role("rowheader")).to_have_text([re.compile("gone")])


def test_search_tags_groups_and_order_stand_in_the_address(open_page: PageMaker) -> None:
    page = open_page("/")
    page.get_by_role("searchbox").fill("web")
    expect(page.get_by_role("rowheader")).to_have_count(2)
    page.get_by_role("searchbox").fill("")
    page.get_by_role("combobox", name="Tag", exact=True).select_option("env:test")
    expect(page.get_by_role("rowheader")).to_have_count(3)
    page.get_by_role("button", name="Show other tags than env:test too").click()
    page.get_by_role("combobox", name="Group by").select_option("env")
    expect(page.get_by_role("rowheader", name=re.compile("prod"))).to_be_visible()
    page.get_by_role("combobox", name="Sort", exact=True).select_option("name")
    address = page.url
    page.get_by_role("link", name="web-2", exact=True).click()
    expect(page.get_by_role("heading", level=1, name="web-2")).to_be_visible()
    page.go_back()
    expect(page.get_by_role("combobox", name="Group by")).to_have_value("env")
    assert page.url == address


def test_nothing_found_says_so_and_gives_everything_back(open_page: PageMaker) -> None:
    page = open_page("/?q=nothing-like-this")
    expect(page.get_by_text("No host matches")).to_be_visible()
    page.get_by_role("button", name="Show all hosts").click()
    expect(page.get_by_role("rowheader")).to_have_count(HOST_COUNT)


def test_a_host_named_like_markup_is_text_in_table_and_cards(open_page: PageMaker) -> None:
    page = open_page("/")
    expect(page.get_by_role("link", name=MARKUP)).to_be_visible()
    page.get_by_role("button", name="Cards").click()
    expect(page.get_by_role("link", name=MARKUP)).to_be_visible()
    expect(page.locator("img[onerror]")).to_have_count(0)
    assert page.title() != "owned"
