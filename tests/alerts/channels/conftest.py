"""Receivers for the tests of channels."""

import logging
from collections.abc import Iterator

import pytest

from tests.support.receivers import (
    HttpReceiver,
    MailReceiver,
    running_http_receiver,
    running_mail_receiver,
)


@pytest.fixture
def anyio_backend() -> str:
    """The event loop that the daemon uses."""
    return "asyncio"


class OwnLog(logging.Handler):
    """What monctl's log would hold; pytest's own also hears loggers that tell the root nothing."""

    def __init__(self) -> None:
        super().__init__(0)
        self.text = ""

    def emit(self, record: logging.LogRecord) -> None:
        if not record.name.startswith("uvicorn"):  # the receiver's
            self.text += f"{record.name} {record.getMessage()}\n"


@pytest.fixture
def own_log() -> Iterator[OwnLog]:
    """Everything that is logged, at every level."""
    root, handler = logging.getLogger(), OwnLog()
    level = root.level
    root.addHandler(handler)
    root.setLevel(1)
    yield handler
    root.removeHandler(handler)
    root.setLevel(level)


@pytest.fixture
def web_hook() -> Iterator[HttpReceiver]:
    """An HTTP server that takes what is posted."""
    with running_http_receiver() as receiver:
        yield receiver


@pytest.fixture
def mail_server() -> Iterator[MailReceiver]:
    """A mail server."""
    with running_mail_receiver() as receiver:
        yield receiver
