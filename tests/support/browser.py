"""A real browser on the real dashboard: Debian's Chromium driven by Playwright.

Playwright's synchronous interface keeps an event loop running in the thread that started it: whoever starts
it ends it before tests of another kind begin.
"""

import contextlib
import json
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Response, sync_playwright

from hatch_build import build, needs_build
from tests.support.node_packages import install_packages, one_at_a_time

_ROOT = Path(__file__).parent.parent.parent
CHROMIUM = shutil.which("chromium-headless-shell") or shutil.which("chromium")
"""The engine without a window's parts does a fourth of the work, where it is installed."""

AXE = _ROOT / "web" / "ui" / "node_modules" / "axe-core" / "axe.min.js"

ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)

WIDE = (1280, 800)
NARROW = (360, 740)

_LOAD_FAILED = "Failed to load resource"
_TOO_MANY_REQUESTS = 429
_NOT_FOUND = 404
_SERVER_ERROR = 500
_BAD_IMPACTS = ("serious", "critical")
_AXE_TAGS = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")
_AXE_COLOR_RULES = ("color-contrast", "link-in-text-block")

# A violation that only a report would tell of is told on the console, where it is collected.
_WATCH_POLICY = """
addEventListener("securitypolicyviolation", (event) =>
  console.error(`policy violated: ${event.violatedDirective} ${event.blockedURI} ${event.sourceFile}`));
"""


class DashboardNotBuilt(Exception):
    """The dashboard cannot be built here; the text is the reason in one line."""


def build_dashboard() -> None:
    """Build web/static where it is missing or older than its sources; raises DashboardNotBuilt."""
    reasons: list[str] = []
    with one_at_a_time():
        if needs_build(_ROOT):
            build(_ROOT, reasons.append)
    if reasons:
        raise DashboardNotBuilt(reasons[0])


@contextlib.contextmanager
def running_chromium() -> Iterator[Browser]:
    """A headless browser; it and Playwright end with the block."""
    assert CHROMIUM is not None
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(ARGUMENTS))
        try:
            yield browser
        finally:
            browser.close()


@dataclass
class Watch:
    """What went wrong in a page's console, its scripts, and its answers from the server.

    That an answer was 401 or that there was none is a console error too, and often what a test is about:
    these are left out, while answers that no page should ever cause (404 of a file, 429, 5xx) are kept.
    """

    problems: list[str] = field(default_factory=list)

    def follow(self, page: Page) -> None:
        """Listen to a page from now on."""
        page.on("console", self._note_console)
        page.on("pageerror", lambda error: self.problems.append(f"error in the page: {error}"))
        page.on("response", self._note_response)

    def _note_console(self, message: ConsoleMessage) -> None:
        if message.type == "error" and not message.text.startswith(_LOAD_FAILED):
            self.problems.append(f"console: {message.text}")

    def _note_response(self, response: Response) -> None:
        is_lost_file = response.status == _NOT_FOUND and "/api/" not in response.url
        if is_lost_file or response.status == _TOO_MANY_REQUESTS or response.status > _SERVER_ERROR - 1:
            self.problems.append(f"{response.status} from {response.request.method} {response.url}")


@contextlib.contextmanager
def opened_context(browser: Browser, base_url: str, **options: Any) -> Iterator[BrowserContext]:
    """A browser profile of its own; `options` are Playwright's."""
    width, height = options.pop("size", WIDE)
    defaults: dict[str, Any] = {"locale": "en-GB", "timezone_id": "Europe/Berlin", "reduced_motion": "reduce"}
    context = browser.new_context(
        base_url=base_url, viewport={"width": width, "height": height}, **(defaults | options)
    )
    context.set_default_timeout(15_000)
    context.add_init_script(_WATCH_POLICY)
    try:
        yield context
    finally:
        context.close()


def log_in(page: Page, name: str, password: str) -> None:
    """Log in where the page asks for it (English)."""
    page.get_by_label("User name").fill(name)
    page.get_by_label("Password", exact=True).fill(password)
    page.get_by_role("button", name="Log in").click()


def accessibility_violations(page: Page, *, only_colors: bool = False) -> list[str]:
    """What axe-core finds serious or critical, one line each; needs a context with `bypass_csp`.

    `only_colors`: look at nothing but what another theme can change.
    """
    install_packages()
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE.read_text())
    rules = {"type": "rule", "values": list(_AXE_COLOR_RULES)}
    tags = {"type": "tag", "values": list(_AXE_TAGS)}
    options = {"runOnly": rules if only_colors else tags, "resultTypes": ["violations"]}
    violations = page.evaluate(
        f"axe.run(document, {json.dumps(options)}).then(({{violations}}) => violations)"
    )
    return [_violation_line(one) for one in violations if one["impact"] in _BAD_IMPACTS]


def _violation_line(violation: dict[str, Any]) -> str:
    nodes: Sequence[dict[str, Any]] = violation["nodes"]
    places = "; ".join(f"{node['html'][:120]} ({node['failureSummary'][:200]})" for node in nodes[:3])
    return f"{violation['impact']} {violation['id']} ×{len(nodes)}: {' '.join(places.split())}"


def sideways_pixels(page: Page) -> int:
    """How much wider than its window a page is: 0 where nothing has to be scrolled sideways."""
    return int(page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))
