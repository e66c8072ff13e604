"""How long people wait for the dashboard: 1,000 hosts, headless Chromium, all on this machine.

Each log-in and each host's page is of a browser profile of its own, whose cache is empty. Something is drawn
when the frame after the one that has it in the document has begun. An update is one event of the live stream
with new values of all hosts: it costs the CPU time of the main thread in a window of two seconds beyond that
of the window before, in which nothing came; the median of such pairs.
"""

import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from playwright.sync_api import Browser, CDPSession, Page

from benchmarks.api_history import DAY_HOSTS, HOSTS
from benchmarks.dashboard_server import PASSWORD
from benchmarks.table import Row
from tests.support.browser import build_dashboard, log_in, opened_context, running_chromium

_PART = "dashboard"
_ROOT = Path(__file__).parent.parent
_RUNS = 7
_UPDATES = 15
_UPDATE_SECONDS = 2.0
_SETTLE_SECONDS = 5.0
_MILLISECONDS = 1000.0
_FLEET = "() => document.querySelectorAll('th[scope=row]').length > 9 && !document.querySelector('.skeleton')"


# every chart of the window has its lines: the sections that are in it or near are no placeholders any more
_CHARTS = """() => {
  if (!document.querySelector("figure canvas")) return false;  // asked each frame: no layout for nothing
  const isSeen = (one) => one.getBoundingClientRect().top < innerHeight;
  const figures = [...document.querySelectorAll("figure")].filter(isSeen);
  const waiting = [...document.querySelectorAll(".skeleton, .chart-empty")].filter(isSeen);
  return figures.length >= 2 && waiting.length === 0 && figures.every((one) => one.querySelector("canvas"));
}"""

# `window.__drawn(condition)` resolves with the time at which a condition holds and was drawn
_DRAWN = """
window.__drawn = (condition) => new Promise((resolve) => {
  const look = () => {
    if (!document.body || !condition()) return requestAnimationFrame(look);
    requestAnimationFrame(() => setTimeout(() => resolve(performance.now())));
  };
  look();
});
addEventListener("submit", () => { window.__submitted = performance.now(); }, true);
"""


@dataclass
class _Server:
    """The process that serves; see dashboard_server.py."""

    url: str
    stdin: IO[str]

    def update(self) -> None:
        """Give all hosts new values."""
        self.stdin.write("update\n")
        self.stdin.flush()


def run(*, runs: int = _RUNS, updates: int = _UPDATES) -> list[Row]:
    """Serve 1,000 hosts and look at them."""
    build_dashboard()
    with tempfile.TemporaryDirectory() as name, _serving(Path(name)) as server, running_chromium() as browser:
        logins = [_log_in_seconds(browser, server) for _ in range(runs)]
        with opened_context(browser, server.url) as context:
            page = context.new_page()
            page.goto("/login")
            log_in(page, "admin", PASSWORD)
            page.wait_for_function(_FLEET)
            kept: Any = context.storage_state()
            update = list(_update_cost(page, server, updates))
        loads = [_host_seconds(browser, server, kept, number) for number in range(runs)]
        clicks = [_opened_seconds(browser, server, kept) for _ in range(runs)]
    return [
        _row(f"log-in to drawn fleet, {HOSTS:,} hosts", statistics.median(logins), "ms", at_most=500),
        _row("host page with 24 h charts, from its address", statistics.median(loads), "ms", at_most=600),
        _row("host page with 24 h charts, from the fleet", statistics.median(clicks), "ms", at_most=600),
        *update,
        _row("all JavaScript, gzipped", _script_bytes() / 1024, "KB", at_most=120),
    ]


def _row(what: str, value: float, unit: str, *, at_most: float | None = None) -> Row:
    return Row(_PART, what, value, unit, at_most=at_most)


@contextmanager
def _serving(folder: Path) -> Iterator[_Server]:
    command = [sys.executable, "-m", "benchmarks.dashboard_server", str(folder)]
    with subprocess.Popen(
        command, cwd=_ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        said = process.stdout.readline().split()
        if said[:1] != ["ready"]:
            raise RuntimeError("the server of the dashboard's benchmark did not start")
        try:
            yield _Server(f"http://127.0.0.1:{said[1]}", process.stdin)
        finally:
            process.stdin.close()
            process.wait(20)


def _log_in_seconds(browser: Browser, server: _Server) -> float:
    """Milliseconds from the press of the button to the drawn fleet."""
    with opened_context(browser, server.url) as context:
        context.add_init_script(_DRAWN)
        page = context.new_page()
        page.goto("/login")
        page.wait_for_load_state("networkidle")
        drawn = _evaluated_meanwhile(
            page, f"window.__drawn({_FLEET})", lambda: log_in(page, "admin", PASSWORD)
        )
        return drawn - float(page.evaluate("window.__submitted"))


def _host_seconds(browser: Browser, server: _Server, kept: Any, number: int) -> float:
    """Milliseconds from the beginning of the page's load to its charts."""
    with opened_context(browser, server.url, storage_state=kept) as context:
        context.add_init_script(_DRAWN)
        page = context.new_page()
        page.goto(f"/hosts/host-{number % DAY_HOSTS:04}?range=24h", wait_until="commit")
        return float(page.evaluate(f"window.__drawn({_CHARTS})"))


def _opened_seconds(browser: Browser, server: _Server, kept: Any) -> float:
    """Milliseconds from the click on a host of the fleet to its charts."""
    with opened_context(browser, server.url, storage_state=kept) as context:
        context.add_init_script(_DRAWN)
        page = context.new_page()
        page.goto("/hosts/host-0001?range=24h")
        page.wait_for_function(_CHARTS)
        page.get_by_role("navigation", name="Pages").get_by_role("link", name="Fleet").click()
        page.wait_for_function(_FLEET)
        page.evaluate(
            "addEventListener('click', () => { window.__submitted = performance.now(); }, {capture: true})"
        )
        link = page.get_by_role("link", name="host-0002")
        drawn = _evaluated_meanwhile(page, f"window.__drawn({_CHARTS})", link.click)
        return drawn - float(page.evaluate("window.__submitted"))


def _evaluated_meanwhile(page: Page, expression: str, action: Callable[[], object]) -> float:
    """Begin to wait for a promise in the page, do something, and return what the promise gave."""
    page.evaluate(f"{expression}.then((value) => {{ window.__value = value; }}); 0")
    action()
    page.wait_for_function("() => window.__value !== undefined")
    return float(page.evaluate("window.__value"))


def _update_cost(page: Page, server: _Server, updates: int) -> Iterator[Row]:
    """What the main thread does for an event with all hosts: the fleet as a table, and as cards."""
    session = page.context.new_cdp_session(page)
    session.send("Performance.enable", {"timeDomain": "threadTicks"})
    for shape in ("table", "cards"):
        page.goto(f"/?view={shape}")
        page.get_by_role("link", name="host-", exact=False).first.wait_for()
        server.update()  # ages of seconds change each second, in every window
        time.sleep(_SETTLE_SECONDS)
        each = _typical([_difference(page, session, server) for _ in range(updates)])
        limit = 16 if shape == "table" else None
        yield _row(f"update of all hosts, fleet as {shape}", each["TaskDuration"], "ms", at_most=limit)
        for name, what in (("Script", "scripts"), ("RecalcStyle", "styles"), ("Layout", "layout")):
            yield _row(f"  of it {what}", each[f"{name}Duration"], "ms")


def _difference(page: Page, session: CDPSession, server: _Server) -> dict[str, float]:
    """Milliseconds of the main thread, by kind, of a window with an update beyond the one before it."""
    idle = _busy(page, session, lambda: None)
    busy = _busy(page, session, server.update)
    return {name: (busy[name] - idle[name]) * _MILLISECONDS for name in busy}


def _busy(page: Page, session: CDPSession, action: Callable[[], object]) -> dict[str, float]:
    """Seconds of the main thread, by kind, in a window in which something is done."""
    before = _metrics(session)
    action()
    page.wait_for_timeout(_UPDATE_SECONDS * _MILLISECONDS)
    after = _metrics(session)
    return {name: after[name] - before[name] for name in after}


def _typical(found: Sequence[dict[str, float]]) -> dict[str, float]:
    return {name: statistics.median(one[name] for one in found) for name in found[0]}


def _metrics(session: CDPSession) -> dict[str, float]:
    found = session.send("Performance.getMetrics")["metrics"]
    return {one["name"]: one["value"] for one in found if one["name"].endswith("Duration")}


def _script_bytes() -> int:
    """Bytes of all scripts of the build as a browser without brotli gets them."""
    return sum(path.stat().st_size for path in (_ROOT / "web" / "static").rglob("*.js.gz"))
