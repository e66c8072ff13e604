"""One alert from the rule that somebody writes to its end, all in the page."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.dashboard.conftest import PageMaker
from tests.dashboard.fleet import MARKUP, Fleet

pytestmark = [pytest.mark.chromium, pytest.mark.sshd]

_RULE = "scratch-full"
_SOON = 20_000


def _write_rule(page: Page) -> None:
    page.get_by_role("link", name="New rule").first.click()
    page.get_by_label("Name", exact=True).fill(_RULE)
    condition = page.get_by_role("textbox", name="When", exact=True)
    condition.fill("disk.used_percentage > 90")
    expect(condition).to_have_attribute("aria-invalid", "true")
    condition.fill("disk.used_percent > 90")
    expect(condition).to_have_attribute("aria-invalid", "false")
    page.get_by_label("For at least").fill("0s")
    page.get_by_role("combobox", name="Severity").select_option("critical")
    page.get_by_label("Hosts", exact=True).fill("burning")
    expect(page.get_by_text(re.compile("It would (not )?have fired"))).to_be_visible(timeout=_SOON)
    page.get_by_role("button", name="Create rule").click()
    expect(page.get_by_text(f"{_RULE} is created")).to_be_visible()


@pytest.mark.netns
def test_a_rule_is_written_fires_is_acknowledged_silenced_and_recovers(
    open_page: PageMaker, fleet: Fleet
) -> None:
    page, wall = open_page("/rules"), open_page("/", user="victor")
    try:
        _write_rule(page)
        fleet.disk.fill()
        # 1. it fires, and everybody sees it at once
        expect(wall.get_by_role("row").filter(has_text="burning")).to_contain_text("Critical", timeout=_SOON)
        page.goto(f"/alerts?rule={_RULE}")
        entry = page.get_by_role("listitem").filter(has_text=_RULE)
        expect(entry).to_contain_text("Critical", timeout=_SOON)
        expect(entry).to_contain_text(MARKUP)
        # 2. acknowledged with a note, which others read
        entry.get_by_role("button", name="Acknowledge").click()
        dialog = page.get_by_role("dialog", name="Acknowledge alert")
        dialog.get_by_label("Note").fill("<b>on it</b>")
        dialog.get_by_role("button", name="Acknowledge").click()
        expect(entry).to_contain_text(re.compile("Acknowledged by .*admin: <b>on it</b>"))
        # 3. silenced from the alert
        entry.get_by_role("button", name=f"Silence {_RULE}").click()
        page.get_by_role("menuitem").first.click()
        page.get_by_role("tab", name="Silenced").click()
        expect(entry).to_contain_text("Silenced until", timeout=_SOON)
        entry.get_by_role("link", name=_RULE, exact=True).click()
        expect(page.get_by_role("heading", level=1, name=re.compile(_RULE))).to_be_visible()
        expect(page.get_by_text("<b>on it</b>")).to_be_visible()
        expect(page.get_by_text("100%").or_(page.get_by_text(re.compile(r"9\d"))).first).to_be_visible()
        # 4. it is over by itself when there is room again
        fleet.disk.empty()
        expect(page.get_by_role("main")).to_contain_text("Resolved", timeout=_SOON)
        page.goto(f"/alerts?tab=history&rule={_RULE}")
        past = page.get_by_role("listitem").filter(has_text=_RULE)
        expect(past.first).to_contain_text("Resolved")
        expect(page.locator("img[onerror]")).to_have_count(0)
    finally:
        fleet.disk.empty()
        fleet.folder.api("DELETE", f"/rules/{_RULE}")


def test_a_default_rule_is_switched_off_and_on_again(open_page: PageMaker, fleet: Fleet) -> None:
    page = open_page("/rules")
    row = page.get_by_role("listitem").filter(has_text="too-many-zombies")
    row.get_by_role("button", name=re.compile("Switch off")).click()
    expect(page.get_by_text("too-many-zombies is off")).to_be_visible()
    assert fleet.folder.api("GET", "/rules/too-many-zombies").json()["enabled"] is False
    row.get_by_role("button", name=re.compile("Switch on")).click()
    expect(page.get_by_text("too-many-zombies is on")).to_be_visible()


def test_a_silence_is_made_and_ended(open_page: PageMaker) -> None:
    page = open_page("/silences", user="olivia")
    page.get_by_role("button", name="New silence").or_(page.get_by_role("link", name="New silence")).click()
    page.get_by_label("Hosts", exact=True).fill("web-*")
    page.get_by_label("Comment", exact=True).fill("<i>moving racks</i>")
    page.get_by_role("button", name="Silence", exact=True).click()
    entry = page.get_by_role("listitem").filter(has_text="web-*")
    expect(entry).to_contain_text("<i>moving racks</i>")
    entry.get_by_role("button", name="End now").click()
    page.get_by_role("dialog").get_by_role("button", name="End now").click()
    expect(entry).to_have_count(0)


def test_patterns_and_tags_choose_alerts_as_the_api_reads_them(open_page: PageMaker) -> None:
    page = open_page("/alerts?host=tag:env=te*", user="olivia")
    gone = page.get_by_role("listitem").filter(has_text="gone")
    expect(gone.first).to_be_visible(timeout=_SOON)
    page.goto("/alerts?host=tag:env=pro?")
    expect(page.get_by_role("tab", name="Firing")).to_contain_text(re.compile(r"[1-9]"))
    expect(page.get_by_role("main").get_by_text("gone")).to_have_count(0)
    page.goto("/silences?new=1&host=go[mn]e")
    preview = page.get_by_role("form").get_by_role("listitem")
    expect(preview.filter(has_text="gone").first).to_be_visible()
    page.get_by_label("Hosts", exact=True).fill("go[!n]e")
    expect(page.get_by_text("No open alert matches.")).to_be_visible()
    expect(preview).to_have_count(0)
