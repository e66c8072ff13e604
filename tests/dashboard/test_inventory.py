"""Hosts are added, changed and removed in the page."""

import re

import pytest
from playwright.sync_api import expect

from tests.dashboard.conftest import PageMaker
from tests.dashboard.fleet import UNTRUSTED_ADDRESS, Fleet

pytestmark = [pytest.mark.chromium, pytest.mark.sshd]


def test_a_host_is_added_after_its_key_was_confirmed_and_is_watched_at_once(
    open_page: PageMaker, fleet: Fleet
) -> None:
    known_hosts = fleet.folder.folder / "fresh_known_hosts"
    fleet.forget_later("fresh")
    page = open_page("/inventory")
    page.get_by_role("link", name="Add a host").first.click()
    page.get_by_label("Name", exact=True).fill("fresh")
    page.get_by_label("Address").fill(UNTRUSTED_ADDRESS)
    page.get_by_label("SSH port").fill(str(fleet.server.port))
    page.get_by_label("User", exact=True).fill(fleet.server.user)
    page.get_by_label("Private keys").fill(str(fleet.server.key))
    page.get_by_text("More settings").click()
    page.get_by_label("known_hosts file").fill(str(known_hosts))
    page.get_by_role("button", name="Add and check").click()
    fingerprint = page.get_by_text(re.compile("SHA256:"))
    expect(page.get_by_text("Unknown host key")).to_be_visible(timeout=20_000)
    expect(fingerprint.first).to_be_visible(timeout=20_000)
    assert not known_hosts.exists()
    page.get_by_role("button", name="They are the same: trust").click()
    expect(page.get_by_text("Every step went well.")).to_be_visible(timeout=20_000)
    expect(page.get_by_role("heading", name="fresh is being watched")).to_be_visible(timeout=20_000)
    assert known_hosts.read_text().count(UNTRUSTED_ADDRESS) >= 1
    page.get_by_role("link", name="See its measurements").click()
    expect(page.get_by_role("heading", level=1, name="fresh")).to_be_visible()
    page.goto("/inventory?host=fresh")
    page.get_by_role("button", name="Delete").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Write fresh to confirm").fill("fresh")
    dialog.get_by_role("button", name="Delete").click()
    expect(page.get_by_text("fresh is deleted")).to_be_visible()
    assert fleet.folder.api("GET", "/hosts/fresh").status_code == 404


def test_a_wrong_entry_is_refused_at_its_field(open_page: PageMaker) -> None:
    page = open_page("/inventory/add")
    page.get_by_label("Name", exact=True).fill("odd")
    page.get_by_label("SSH port").fill("99999")
    page.get_by_role("button", name="Add and check").click()
    expect(page.get_by_role("alert").first).to_be_visible()
    expect(page.get_by_label("SSH port")).to_have_attribute("aria-invalid", "true")
    expect(page.get_by_label("SSH port")).to_be_focused()


def test_what_the_file_owns_is_shown_as_such(open_page: PageMaker) -> None:
    page = open_page("/inventory?host=web-1")
    expect(page.get_by_text("This host belongs to a file")).to_be_visible()
    expect(page.get_by_text(re.compile("hosts.yaml, line"))).not_to_have_count(0)
    expect(page.get_by_role("button", name="Delete")).to_have_count(0)


def test_hosts_are_imported_after_a_look_at_them(open_page: PageMaker, fleet: Fleet) -> None:
    fleet.forget_later("imported-1", "imported-2")
    page = open_page("/inventory?import")
    text = "Host imported-1 imported-2\n  HostName 127.0.0.60\n  Port 1\nHost web-1\n  HostName 127.0.0.2\n"
    page.get_by_label("Text").fill(text)
    page.get_by_role("button", name="Preview").click()
    expect(page.get_by_role("heading", name="2 hosts to add")).to_be_visible()
    assert fleet.folder.api("GET", "/hosts/imported-1").status_code == 404
    page.get_by_role("button", name="Add 2 hosts").click()
    expect(page.get_by_text("2 hosts were added")).to_be_visible()
    assert fleet.folder.api("GET", "/hosts/imported-2").status_code == 200
