"""What a service said: Apprise only logs it, so that its log is listened to, and kept out of monctl's own."""

import ast
import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager

_LOGGER = "apprise"
_TALKATIVE = ("urllib3", "requests", "requests_oauthlib", "oauthlib", "httpx", "paho", "slixmpp")
_RESPONSE = "Response Details"
_ANSWERS = (_RESPONSE, "Socket Exception", "I/O Exception")
"""How records begin that hold what a service said, or why it could not; they are at level DEBUG."""


class _ThreadRecords(logging.Handler):
    """Keeps what one thread logs that is a warning or an answer."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self._thread = threading.get_ident()
        self.answers: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Keep a record, unless it is another thread's, or tells of what is sent."""
        if record.thread != self._thread:
            return
        text = record.getMessage()
        if text.startswith(_RESPONSE):
            self.answers.append(f"it said: {_body(text)}")
        elif record.levelno >= logging.WARNING or text.startswith(_ANSWERS):
            self.answers.append(text)


def _body(text: str) -> str:
    """The body in a record of a response, which most plugins log as Python writes bytes.

    Decoded, since a secret that holds a quote or a letter beyond ASCII would not be known again otherwise.
    """
    body = text.partition("\n")[2].strip()
    try:
        value = ast.literal_eval(body) if body.startswith(("b'", 'b"')) else body
    except (SyntaxError, ValueError):
        return body
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else body


@contextmanager
def listening() -> Iterator[list[str]]:
    """Collects what Apprise logs in this thread: warnings and answers, with the secrets that are in them."""
    logger = quiet_logger()
    handler = _ThreadRecords()
    logger.addHandler(handler)
    try:
        yield handler.answers
    finally:
        logger.removeHandler(handler)


def quiet_logger() -> logging.Logger:
    """Apprise's logger, cut off from monctl's log, as are those who log what Apprise asks for.

    To be called before anything of Apprise runs.
    """
    logger = logging.getLogger(_LOGGER)
    if logger.propagate:
        logger.propagate = False
        logger.setLevel(logging.DEBUG)
        logger.addHandler(logging.NullHandler())  # without any, Python prints warnings by itself
        for name in _TALKATIVE:
            logging.getLogger(name).setLevel(logging.ERROR)
    return logger
