"""Makes the pictures of the README: `python -m docs.screenshots`, by hand, with Debian's sshd and chromium.

A daemon polls thirty hosts by SSH, all of them one sshd of this machine, behind which screenshot_host.py
answers in the place of the probe; so all between the probe and the page is real.
"""

import asyncio
import json
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

from playwright.sync_api import Browser, Page, expect

from docs.screenshot_host import COLLECTORS, Machine
from metrics.results import Outcome, PollResult
from metrics.sampling.answer import decode_answer
from metrics.sampling.sampler import HostSampler, PollFacts
from metrics.stores.sqlite.store import SqliteStore
from tests.support.browser import build_dashboard, log_in, opened_context, running_chromium
from tests.support.installation import ADMIN_PASSWORD, MonctlFolder
from tests.support.sshd import Sshd, running_sshd

_IMAGES = Path(__file__).parent / "images"
_STAND_IN = Path(__file__).parent / "screenshot_host.py"
_MOST_BYTES = 250_000
_HISTORY_SECONDS = 7_200
_STEP_SECONDS = 10
_TROUBLED_SECONDS = 1_500
"""So long ago began what the pictures show."""

_SETTLE_SECONDS = 75
"""Longer than host-down and the rules below wait."""

_HOSTS = {
    **{f"web-{number}": "production" for number in range(1, 11)},
    **{f"db-{number}": "production" for number in range(1, 5)},
    **{f"cache-{number}": "production" for number in range(1, 5)},
    **{f"build-{number}": "staging" for number in range(1, 6)},
    **{f"mail-{number}": "production" for number in range(1, 3)},
    **{f"web-test-{number}": "staging" for number in range(1, 6)},
}
"""Host -> its tag env."""

_DOWN = "web-test-3"
_PAUSED = "web-test-5"
_OPENED = "build-2"
_RULES = """\
alerts:
  rules:
    - {name: build-overloaded, when: cpu.usage_active > 80, for: 20s, severity: warning, hosts: ["build-*"]}
    - {name: disk-nearly-full, when: disk.used_percent > 95, for: 0s, severity: critical}
"""


def main() -> None:
    """Fill a store, poll for a while, and take the pictures."""
    build_dashboard()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        server = stack.enter_context(running_sshd(folder / "sshd"))
        monctl = MonctlFolder(folder / "monctl")
        troubled_since = time.time() - _TROUBLED_SECONDS
        _write_files(monctl, server, troubled_since)
        _tell("writing history …")
        (monctl.folder / "data").mkdir()
        asyncio.run(_write_history(monctl.folder / "data" / "metrics.db", troubled_since))
        monctl.start()
        stack.callback(monctl.stop)
        if not monctl.wait_for(monctl.is_ready, 60):
            raise SystemExit(monctl.log)
        _tell("polling …")
        time.sleep(_SETTLE_SECONDS)
        browser = stack.enter_context(running_chromium())
        for scheme in ("light", "dark"):
            _take_pictures(browser, monctl.url, scheme)


def _write_files(monctl: MonctlFolder, server: Sshd, troubled_since: float) -> None:
    (monctl.folder / "monctl.yaml").write_text(_RULES)
    entries = {}
    for number, (name, env) in enumerate(_HOSTS.items()):
        keys = [
            f"address: 127.0.1.{number + 1}",
            f"python: {sys.executable} {_STAND_IN} {name} {troubled_since:.0f}",
            "interval: 5s",
            f"tags: {{env: {env}, role: {name.rpartition('-')[0]}}}",
            *(["port: 1"] if name == _DOWN else ()),
            *(["paused: true"] if name == _PAUSED else ()),
        ]
        entries[name] = ", ".join(keys)
    monctl.write_hosts(server, entries)


class _Past:
    """What a host would have answered before anybody asked it."""

    def __init__(self, name: str, *, begin: float, troubled_since: float) -> None:
        self._machine = Machine(name, at=begin - _STEP_SECONDS, troubled_since=troubled_since)
        self._sampler = HostSampler(max_gap_seconds=60)
        self._tags = {"env": _HOSTS[name], "role": name.rpartition("-")[0]}

    def poll(self, at: float) -> PollResult:
        """The next answer, as a poll gives it."""
        self._machine.move_to(at)
        answer = decode_answer(json.dumps(self._machine.answer(1, [*COLLECTORS])).encode())
        facts = PollFacts(duration_seconds=0.004, connect_seconds=0.02)
        points = self._sampler.sample(answer, time=at, poll=facts).points
        return PollResult(
            host=self._machine.name,
            time=at,
            outcome=Outcome.OK,
            duration=0.004,
            points=points,
            tags=self._tags,
        )


async def _write_history(path: Path, troubled_since: float) -> None:
    """Give every host its past, up to the moment at which this ends."""
    store = await SqliteStore.open(path)
    at = begin = time.time() - _HISTORY_SECONDS
    hosts = [_Past(name, begin=begin, troubled_since=troubled_since) for name in _HOSTS]
    while at < time.time():
        await store.write([host.poll(at) for host in hosts])
        at += _STEP_SECONDS
    await store.maintain(time.time())
    await store.close()


def _take_pictures(browser: Browser, url: str, scheme: str) -> None:
    with opened_context(browser, url, color_scheme=scheme) as context:
        page = context.new_page()
        page.goto("/login")
        log_in(page, "admin", ADMIN_PASSWORD)
        expect(page.get_by_role("link", name="web-1", exact=True)).to_be_visible()
        page.mouse.move(0, 0)
        page.wait_for_timeout(2_000)
        _save(page, f"fleet-{scheme}")
        page.goto(f"/hosts/{_OPENED}?range=1h")
        expect(page.get_by_role("figure").nth(3)).to_be_visible()
        page.wait_for_timeout(4_000)
        _save(page, f"host-{scheme}")
        page.goto("/alerts")
        expect(page.get_by_role("listitem").filter(has_text="disk-nearly-full").first).to_be_visible()
        page.wait_for_timeout(1_000)
        _save(page, f"alerts-{scheme}")


def _save(page: Page, name: str) -> None:
    _IMAGES.mkdir(exist_ok=True)
    path = _IMAGES / f"{name}.png"
    page.screenshot(path=path, animations="disabled")
    size = path.stat().st_size
    _tell(f"{path.name}: {size / 1000:.0f} KB")
    if size > _MOST_BYTES:
        raise SystemExit(f"{path} is too large for a README: at most {_MOST_BYTES} bytes")


def _tell(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
