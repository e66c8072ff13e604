"""The live stream of a running daemon, read in a thread."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx

from tests.support.installation import MonctlFolder

_READ_SECONDS = 60.0


@dataclass
class LiveEvents:
    """What a client has been told so far: (name, document) of each event, in order."""

    events: list[tuple[str, Any]] = field(default_factory=list)
    is_over: bool = False

    def named(self, name: str) -> list[Any]:
        """The documents of the events of this name."""
        return [document for event, document in list(self.events) if event == name]

    def take(self, line: str, name: str) -> str:
        """Take a line of the stream, within an event of this name; the name from then on."""
        key, _, value = line.partition(": ")
        if key == "data":
            self.events.append((name, json.loads(value)))
        return value if key == "event" else name


@contextmanager
def listening(monctl: MonctlFolder) -> Iterator[LiveEvents]:
    """A client of the stream, from the moment at which it has its snapshot."""
    token = monctl.api("GET", "/auth/me").request.headers["authorization"]
    heard, is_begun = LiveEvents(), threading.Event()
    thread = threading.Thread(target=_listen, args=(monctl.url, token, heard, is_begun), daemon=True)
    thread.start()
    assert is_begun.wait(_READ_SECONDS), "the live stream does not begin"
    try:
        yield heard
    finally:
        heard.is_over = True
        thread.join(_READ_SECONDS)


def _listen(url: str, token: str, heard: LiveEvents, is_begun: threading.Event) -> None:
    name = ""
    headers = {"Authorization": token}
    try:
        with httpx.stream("GET", f"{url}/api/v1/live", headers=headers, timeout=_READ_SECONDS) as stream:
            for line in stream.iter_lines():
                name = heard.take(line, name)
                if heard.events:
                    is_begun.set()
                if heard.is_over:
                    return
    except httpx.TransportError:
        return  # the daemon has ended
