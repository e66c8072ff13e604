"""The daemon goes and comes back under an open page, and a kiosk that nobody logs in to."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Route, expect

from tests.dashboard.conftest import PageMaker
from tests.support.browser import NARROW, accessibility_violations, log_in, sideways_pixels
from tests.support.installation import ADMIN_PASSWORD, MonctlFolder
from tests.support.sshd import Sshd

pytestmark = [pytest.mark.chromium, pytest.mark.sshd]


@pytest.fixture(scope="module")
def kiosk(
    dashboard: None, shared_sshd: Sshd, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[MonctlFolder]:
    """A started daemon whose settings let anybody look."""
    folder = MonctlFolder(tmp_path_factory.mktemp("kiosk"))
    (folder.folder / "monctl.yaml").write_text("web: {kiosk: true}\n")
    hosts = {
        "lobby": "address: 127.0.0.2, tags: {env: secret}",
        "cellar": "address: 127.0.0.3, port: 1, tags: {env: secret}",
    }
    folder.write_hosts(shared_sshd, hosts)
    folder.start()
    assert folder.wait_for(folder.is_ready, 60), folder.log
    yield folder
    folder.stop()


def test_an_open_page_says_that_it_lost_the_daemon_and_comes_back_by_itself(
    open_page: PageMaker, kiosk: MonctlFolder
) -> None:
    page = open_page("/login", user=None, at=kiosk.url)
    log_in(page, "admin", ADMIN_PASSWORD)
    row = page.get_by_role("row").filter(has_text="lobby")
    expect(row).to_contain_text("OK")
    kiosk.stop()
    expect(page.get_by_text("Disconnected")).to_be_visible(timeout=20_000)
    expect(page.get_by_role("alert")).to_contain_text("monctl does not answer")
    expect(row).to_be_visible()
    kiosk.start()
    expect(page.get_by_role("status").filter(has_text="Live")).to_be_visible(timeout=40_000)
    expect(page.get_by_role("alert")).to_have_count(0)
    expect(row).to_contain_text("OK", timeout=20_000)


def test_a_listener_that_could_not_be_fetched_is_fetched_again(
    open_page: PageMaker, kiosk: MonctlFolder
) -> None:
    page = open_page("/login", user=None, at=kiosk.url)
    log_in(page, "admin", ADMIN_PASSWORD)
    row = page.get_by_role("row").filter(has_text="lobby")
    expect(row).to_be_visible()
    fetched: list[str] = []

    def fail_once(route: Route) -> None:
        fetched.append(route.request.url)
        if len(fetched) == 1:
            route.abort()
        else:
            route.continue_()

    page.context.route("**/assets/listener-*.js", fail_once)
    page.goto("/")
    expect(row).to_be_visible(timeout=20_000)
    assert len(fetched) == 2


def test_the_kiosk_shows_the_fleet_without_a_log_in_and_nothing_to_press(
    open_page: PageMaker, kiosk: MonctlFolder
) -> None:
    page = open_page("/kiosk", user=None, at=kiosk.url, bypass_csp=True)
    wall = page.get_by_role("main")
    expect(wall).to_contain_text("lobby")
    expect(wall).to_contain_text("cellar")
    expect(page.get_by_role("button")).to_have_count(0)
    expect(page.get_by_role("textbox")).to_have_count(0)
    expect(wall).not_to_contain_text("secret")
    expect(wall).not_to_contain_text("127.0.0")
    assert accessibility_violations(page) == []
    page.emulate_media(color_scheme="dark")
    assert accessibility_violations(page) == []


def test_the_kiosk_fits_into_a_narrow_window(open_page: PageMaker, kiosk: MonctlFolder) -> None:
    page = open_page("/kiosk", user=None, at=kiosk.url, size=NARROW)
    expect(page.get_by_role("main")).to_contain_text("lobby")
    assert sideways_pixels(page) == 0


def test_other_pages_ask_for_the_log_in_even_where_there_is_a_kiosk(
    open_page: PageMaker, kiosk: MonctlFolder
) -> None:
    page = open_page("/inventory", user=None, at=kiosk.url)
    expect(
        page.get_by_label("User name").or_(page.get_by_role("main").filter(has_text="lobby"))
    ).to_be_visible()
    expect(page.get_by_role("button", name="Add a host")).to_have_count(0)


def test_there_is_no_kiosk_where_the_settings_have_none(open_page: PageMaker) -> None:
    page = open_page("/kiosk", user=None)
    expect(page.get_by_label("User name")).to_be_visible()
    expect(page.get_by_text(re.compile("web-1"))).to_have_count(0)
