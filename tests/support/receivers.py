"""Real receivers of alerts on loopback: an HTTP server and a mail server, whose behaviour can be set."""

import asyncio
import json
import socket
import threading
import time
from collections.abc import Awaitable, Callable, Iterator, MutableMapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from enum import Enum, auto
from typing import Any

import pytest
import uvicorn
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from tests.support.ports import free_port

APPRISE_WARNINGS = pytest.mark.filterwarnings("ignore:'imghdr' is deprecated:DeprecationWarning")
"""For tests in which Apprise loads its plugins: one of them imports what Python calls deprecated."""

_START_SECONDS = 20.0


class Behaviour(Enum):
    """What a receiver does with what it is sent."""

    OK = auto()
    ERROR = auto()
    SLOW = auto()
    HANG = auto()


@dataclass(frozen=True, slots=True)
class Received:
    """One request: its path, headers (names in lower case), body, and when it came (unix seconds)."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes
    time: float = field(default_factory=time.time)

    @property
    def json(self) -> Any:
        """The body, decoded."""
        return json.loads(self.body)


@dataclass
class HttpReceiver:
    """Takes whatever is posted. `error_body`: what it says with its 500; `slow_seconds`: how slow slow is.

    While it hangs, requests wait until `behaviour` changes. `refuse`: says which bodies are answered with 500
    in any case. `requests`: those that were answered well; `seen`: how many there were in all.
    """

    port: int
    behaviour: Behaviour = Behaviour.OK
    error_body: bytes = b"out of order"
    slow_seconds: float = 0.3
    refuse: Callable[[bytes], bool] = lambda body: False
    requests: list[Received] = field(default_factory=list)
    seen: int = 0

    @property
    def address(self) -> str:
        """`127.0.0.1:PORT`."""
        return f"127.0.0.1:{self.port}"

    async def __call__(
        self,
        scope: MutableMapping[str, Any],
        receive: Callable[[], Awaitable[MutableMapping[str, Any]]],
        send: Callable[[MutableMapping[str, Any]], Awaitable[None]],
    ) -> None:
        """The ASGI application."""
        body = b""
        while (part := await receive())["type"] == "http.request":
            body += part.get("body", b"")
            if not part.get("more_body"):
                break
        self.seen += 1
        status, answer = await self._answer(scope, body)
        headers = [(b"content-type", b"text/plain"), (b"content-length", str(len(answer)).encode())]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": answer})

    async def _answer(self, scope: MutableMapping[str, Any], body: bytes) -> tuple[int, bytes]:
        while self.behaviour is Behaviour.HANG:
            await asyncio.sleep(0.01)
        if self.behaviour is Behaviour.ERROR or self.refuse(body):
            return 500, self.error_body
        if self.behaviour is Behaviour.SLOW:
            await asyncio.sleep(self.slow_seconds)
        headers = {name.decode().lower(): value.decode() for name, value in scope["headers"]}
        self.requests.append(Received(scope["method"], scope["path"], headers, body))
        return 200, b"ok"


@contextmanager
def running_http_receiver() -> Iterator[HttpReceiver]:
    """An HTTP server in a thread."""
    sock = socket.create_server(("127.0.0.1", 0))
    receiver = HttpReceiver(sock.getsockname()[1])
    config = uvicorn.Config(receiver, log_config=None, access_log=False, lifespan="off", loop="asyncio")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [sock]}, daemon=True)
    thread.start()
    _wait_until(lambda: server.started)
    try:
        yield receiver
    finally:
        receiver.behaviour = Behaviour.OK
        server.should_exit = True
        thread.join(_START_SECONDS)
        sock.close()


@dataclass
class MailReceiver:
    """Takes every mail, or none while `behaviour` is ERROR; but none for the addresses in `unknown`."""

    port: int
    unknown: set[str] = field(default_factory=set)
    behaviour: Behaviour = Behaviour.OK
    mails: list[EmailMessage] = field(default_factory=list)
    recipients: list[list[str]] = field(default_factory=list)

    async def handle_RCPT(  # noqa: N802 -- the name is aiosmtpd's
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Take an address."""
        if address in self.unknown:
            return "550 no such user here"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        """Take a mail; the name is aiosmtpd's."""
        if self.behaviour is Behaviour.ERROR:
            return "451 the mail queue is full"
        content = envelope.content
        assert isinstance(content, bytes)
        self.mails.append(message_from_bytes(content, policy=policy.default))
        self.recipients.append(envelope.rcpt_tos)
        return "250 taken"


@contextmanager
def running_mail_receiver() -> Iterator[MailReceiver]:
    """A mail server in a thread."""
    receiver = MailReceiver(free_port())
    controller = Controller(receiver, hostname="127.0.0.1", port=receiver.port)
    controller.start()
    try:
        yield receiver
    finally:
        controller.stop()


def _wait_until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while not condition():
        assert time.monotonic() < deadline, "the receiver does not start"
        time.sleep(0.005)
