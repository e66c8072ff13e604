"""A host's page: what it says of a host, and its charts through time."""

import contextlib
import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Locator, Page, Request, expect

from tests.dashboard.conftest import PageMaker
from tests.dashboard.fleet import MARKUP, Fleet

pytestmark = [pytest.mark.chromium, pytest.mark.sshd]


def _chart(page: Page, name: str) -> Locator:
    """A chart by its title; while the cursor is on it, its name has the moment too."""
    return page.get_by_role("figure", name=re.compile(f"^{re.escape(name)}"))


def _drawn(chart: Locator) -> Locator:
    """Where a chart is drawn: hidden from those who do not see it, so it has no role."""
    return chart.locator(".u-over")


def _questions(request: Request) -> list[dict[str, Any]]:
    """What the charts ask for, all of them in one request."""
    questions: list[dict[str, Any]] = json.loads(request.post_data or "")["questions"]
    assert len(questions) > 2
    return questions


def _unix_seconds(moment: float | str) -> float:
    return moment if isinstance(moment, (int, float)) else datetime.fromisoformat(moment).timestamp()


@contextlib.contextmanager
def _busy_process(folder: Path, name: str) -> Iterator[None]:
    """A real load of the lowest priority, by a program of this name."""
    program = folder / name
    program.symlink_to(shutil.which("yes") or "/usr/bin/yes")
    process = subprocess.Popen(["nice", "-n", "19", str(program)], stdout=subprocess.DEVNULL)
    try:
        yield
    finally:
        process.kill()
        process.wait()


@pytest.mark.netns
def test_the_burning_host_is_found_and_opened_in_two_clicks(
    open_page: PageMaker, fleet: Fleet, tmp_path: Path
) -> None:
    fleet.disk.fill()
    try:
        with _busy_process(tmp_path, MARKUP):
            page = open_page("/")
            page.get_by_role("columnheader", name="Disk").get_by_role("button").click()
            first = page.get_by_role("row").nth(1)
            expect(first.get_by_role("rowheader")).to_contain_text("burning", timeout=15_000)
            first.get_by_role("link", name="burning").click()
            expect(page.get_by_role("heading", level=1, name="burning")).to_be_visible()
            page.get_by_role("region", name="Disk space").scroll_into_view_if_needed()
            mounts = page.get_by_role("table", name="File systems")
            fullest = mounts.get_by_role("row").nth(1)
            expect(fullest).to_contain_text(MARKUP)
            expect(fullest).to_contain_text(re.compile(r"100 ?%|9\d(\.\d)? ?%"))
            busiest = page.get_by_role("table", name="By CPU")
            # the kernel keeps 15 characters of a program's name
            expect(busiest.get_by_role("row").filter(has_text=MARKUP[:15])).to_be_visible(timeout=15_000)
            expect(page.locator("img[onerror]")).to_have_count(0)
            assert page.title() != "owned"
    finally:
        fleet.disk.empty()


def test_a_host_named_like_markup_has_a_page_of_text(open_page: PageMaker) -> None:
    page = open_page("/")
    page.get_by_role("link", name=MARKUP).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(MARKUP)
    expect(_chart(page, "Load")).to_be_visible()
    expect(page.locator("img[onerror]")).to_have_count(0)
    assert MARKUP in page.title()


def test_dragging_on_one_chart_zooms_all_and_back_undoes_it(open_page: PageMaker) -> None:
    page = open_page("/hosts/web-1?range=15m")
    chart = _drawn(_chart(page, "CPU by state"))
    chart.wait_for()
    box = chart.bounding_box()
    assert box is not None
    y = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + 0.5 * box["width"], y)
    page.mouse.down()
    page.mouse.move(box["x"] + 0.7 * box["width"], y, steps=5)
    page.mouse.move(box["x"] + 0.95 * box["width"], y, steps=5)
    with page.expect_request("**/metrics/history") as asked:
        page.mouse.up()
    expect(page.get_by_role("button", name="Back from zoom")).to_be_visible()
    query = parse_qs(urlsplit(page.url).query)
    assert {"from", "to"} <= query.keys()
    expect(page.get_by_role("button", name="Live")).to_have_attribute("aria-pressed", "false")
    ((start, end),) = {(one["start"], one["end"]) for one in _questions(asked.value)}
    assert 200 < _unix_seconds(end) - _unix_seconds(start) < 600
    address = page.url
    page.reload()
    expect(page.get_by_role("button", name="Back from zoom")).to_be_visible()
    assert page.url == address
    page.go_back()
    expect(page.get_by_role("button", name="Back from zoom")).to_have_count(0)
    expect(page.get_by_role("button", name="Last 15 minutes")).to_have_attribute("aria-pressed", "true")


def test_the_charts_share_their_cursor(open_page: PageMaker) -> None:
    page = open_page("/hosts/web-1?range=15m")
    moment = re.compile(r"\d:\d\d")
    load = _chart(page, "Load").locator("figcaption")
    cpu = _chart(page, "CPU by state").locator("figcaption")
    expect(load).not_to_have_text(moment)
    _drawn(_chart(page, "CPU by state")).hover()
    expect(cpu).to_have_text(moment)
    expect(load).to_have_text(moment)


def test_live_mode_follows_and_stops_when_it_is_switched_off(open_page: PageMaker) -> None:
    page = open_page("/hosts/web-1?range=15m")
    live = page.get_by_role("button", name="Live")
    expect(live).to_have_attribute("aria-pressed", "true")
    last_poll = page.get_by_text("Last poll").locator("..")
    before = last_poll.inner_text()
    expect(last_poll).not_to_have_text(before, timeout=15_000)
    live.click()
    expect(live).to_have_attribute("aria-pressed", "false")
    page.reload()
    expect(page.get_by_role("button", name="Live")).to_have_attribute("aria-pressed", "false")


def test_a_host_that_is_down_says_why_and_what_to_do(open_page: PageMaker) -> None:
    page = open_page("/hosts/gone")
    panel = page.get_by_role("region", name=re.compile("Down"))
    expect(panel).to_contain_text("Connection refused")
    expect(panel).to_contain_text("Check that sshd runs")
    log = page.get_by_role("region", name="Poll log")
    log.scroll_into_view_if_needed()
    expect(log.get_by_role("table")).to_contain_text("Connection refused")


def test_a_check_walks_its_steps_before_ones_eyes(open_page: PageMaker) -> None:
    page = open_page("/hosts/web-1", user="olivia")
    page.get_by_role("button", name="Check", exact=True).click()
    dialog = page.get_by_role("dialog", name="Check of web-1")
    expect(dialog.get_by_text("Every step went well.")).to_be_visible(timeout=20_000)
    assert dialog.get_by_role("listitem").count() >= 4


def test_an_unknown_host_is_told_with_the_one_that_was_meant(open_page: PageMaker) -> None:
    page = open_page("/hosts/web-9")
    expect(page.get_by_text("There is no host called web-9")).to_be_visible()
    page.get_by_role("link", name=re.compile("web-")).first.click()
    expect(page.get_by_role("heading", level=1, name=re.compile("web-[12]"))).to_be_visible()


def test_pausing_and_resuming_is_seen_by_others_at_once(open_page: PageMaker) -> None:
    page, other = open_page("/hosts/web-2", user="olivia"), open_page("/?q=web-2", user="victor")
    page.get_by_role("button", name="Pause").click()
    expect(page.get_by_role("button", name="Resume")).to_be_visible()
    expect(other.get_by_role("row").nth(1)).to_contain_text("Paused")
    page.get_by_role("button", name="Resume").click()
    expect(other.get_by_role("row").nth(1)).to_contain_text("OK")
