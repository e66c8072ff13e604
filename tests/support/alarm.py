"""An installation whose alerts go to a real web hook, and what tests ask of it."""

import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from inventory.collectors import DEFAULT_COLLECTORS
from tests.support.installation import MonctlFolder
from tests.support.receivers import HttpReceiver

SYSTEM_PYTHON = "/usr/bin/python3" if Path("/usr/bin/python3").exists() else sys.executable
"""Starts faster than that of a virtual environment, and takes less memory."""

_OFF = ", ".join(f"{name}: off" for name in DEFAULT_COLLECTORS if name != "mem")
CHEAP = f"python: {SYSTEM_PYTHON}, probe: proc, collectors: {{{_OFF}}}"
"""Keys of a host that gives memory alone: nothing that this machine does makes a rule that ships true."""

ALWAYS = "mem.total > 0"
"""A condition that holds on every host that answers."""

OPEN = ("pending", "firing")


class AlertingFolder(MonctlFolder):
    """A folder with a monctl.yaml whose channel `hook` is a receiver of the test."""

    def __init__(self, folder: Path, hook: HttpReceiver) -> None:
        super().__init__(folder)
        self.hook = hook
        self.variables: dict[str, str] = {}

    @property
    def config(self) -> Path:
        """The settings file."""
        return self.folder / "monctl.yaml"

    @property
    def messages(self) -> list[dict[str, Any]]:
        """What the hook has received: `title`, `message`, `attachments`."""
        return [request.json for request in self.hook.requests]

    @property
    def titles(self) -> list[str]:
        """The titles of what the hook has received."""
        return [str(message["title"]) for message in self.messages]

    def write_config(
        self, *rules: str, defaults: bool = False, group_wait: str = "1s", channels: Mapping[str, str] = {}
    ) -> None:
        """A monctl.yaml with these rules (`name: a, when: …`) and channels beside `hook` (name -> URL)."""
        urls = {"hook": f"json://{self.hook.address}/", **channels}
        lines = [
            "alerts:",
            f"  defaults: {str(defaults).lower()}",
            f"  group_wait: {group_wait}",
            "  channels:",
            *(f'    {name}: "{url}"' for name, url in urls.items()),
            "  rules:",
            *(f"    - {{{rule}}}" for rule in rules),
        ]
        new_file = self.config.with_suffix(".new")
        new_file.write_text("\n".join(lines) + "\n")
        new_file.replace(self.config)

    def environ(self) -> dict[str, str]:
        """The environment of every command, with the test's own variables."""
        return super().environ() | self.variables

    def alerts(self, *states: str) -> list[dict[str, Any]]:
        """The alerts in these states, pending and firing without any, as the API has them."""
        parameters = [("state", state) for state in states or OPEN]
        answer = self.api("GET", "/alerts", params=[*parameters, ("limit", "1000")])
        assert answer.status_code == 200, answer.text
        items: list[dict[str, Any]] = answer.json()["items"]
        return items

    def alert(self, rule: str, host: str = "web-1") -> dict[str, Any] | None:
        """The newest alert of a rule on a host, over or not; None where there was none."""
        matches = [
            one for one in self.alerts(*OPEN, "resolved") if (one["rule"], one["host"]) == (rule, host)
        ]
        return max(matches, key=lambda one: int(one["id"]), default=None)

    def state(self, rule: str, host: str = "web-1") -> str | None:
        """Where that alert stands."""
        alert = self.alert(rule, host)
        return None if alert is None else str(alert["state"])

    def becomes(self, state: str, rule: str, host: str = "web-1", *, seconds: float = 30.0) -> bool:
        """Wait until that alert stands there."""
        return self.wait_for(lambda: self.state(rule, host) == state, seconds)

    def notifications(self, rule: str, host: str = "web-1") -> list[tuple[str, str, str]]:
        """What was to be told of that alert: channel, kind, status."""
        alert = self.alert(rule, host)
        assert alert is not None
        return self.notifications_of(alert["id"])

    def notifications_of(self, number: int) -> list[tuple[str, str, str]]:
        """What was to be told of an alert by its id: channel, kind, status."""
        story = self.api("GET", f"/alerts/{number}").json()
        return [(one["channel"], one["kind"], one["status"]) for one in story["notifications"]]

    def is_told(self, title: str, *, seconds: float = 30.0) -> bool:
        """Wait until the hook has a message whose title begins so."""
        return self.wait_for(lambda: any(one.startswith(title) for one in self.titles), seconds)


def holds_for(condition: Callable[[], bool], seconds: float) -> bool:
    """Whether a condition holds all the time for so long."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if not condition():
            return False
        time.sleep(0.2)
    return True
