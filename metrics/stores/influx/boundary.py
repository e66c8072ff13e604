"""The one place where errors of aiohttp and influxdb-client, and a server's refusals, become StoreErrors."""

import contextlib
import json
from collections.abc import Iterator

import aiohttp
from influxdb_client.client.exceptions import InfluxDBError
from influxdb_client.rest import ApiException

from metrics.errors import StoreError, StoreRefused, StoreUnavailable
from metrics.stores.influx.target import InfluxTarget

TIMEOUT_SECONDS = 30.0
"""How long a request may take, all in all."""

_MAX_TEXT = 500
_MAX_BODY = 1_000_000

_ADVICE = {
    401: "the token is not accepted (metrics.influxdb.token)",
    403: "the token (metrics.influxdb.token) must be allowed to read and write the bucket",
    404: "not found; monctl looks for the bucket again before its next try",
    408: "the server took too long",
    429: "the server is asked too much",
}

_REFUSALS = frozenset({400, 413, 422})
"""A write that is answered so will be answered the same the next time."""

_NO_SPACE = ("no space left", "disk quota exceeded", "cache-max-memory-size exceeded")


class WriteRefused(StoreRefused):
    """A server will not take a body; `status` (HTTP) and `body` are its own, `text` says it in a line."""

    def __init__(self, target: InfluxTarget, status: int, body: str) -> None:
        self.text = message_of(body) or f"HTTP status {status}"
        super().__init__(f"{target.place} refuses: {self.text}")
        self.status = status
        self.body = body

    @property
    def is_partial(self) -> bool:
        """The server has kept the rest of the body."""
        return "partial write" in self.text.lower()


def message_of(body: str, limit: int = _MAX_TEXT) -> str:
    """What a server's answer says went wrong, in one line."""
    text = body
    with contextlib.suppress(ValueError):
        document = json.loads(text)
        if isinstance(document, dict):
            text = str(document.get("message") or document.get("error") or text)
    return " ".join(text.split())[:limit]


def answer_error(target: InfluxTarget, status: int, body: bytes | str | None) -> StoreError:
    """The error for a status that is none of the good ones."""
    whole = body.decode("utf-8", "replace") if isinstance(body, bytes) else body or ""
    whole = target.without_token(whole[:_MAX_BODY])
    text = message_of(whole) or f"HTTP status {status}"
    if status in _REFUSALS and not any(sign in text for sign in _NO_SPACE):
        return WriteRefused(target, status, whole)
    advice = _ADVICE.get(status)
    return StoreUnavailable(f"{target.place}: {advice}: {text}" if advice else f"{target.place}: {text}")


def foreign_error(target: InfluxTarget, error: Exception) -> StoreError:
    """The error for one of aiohttp's, influxdb-client's or the system's."""
    if isinstance(error, TimeoutError):
        return StoreUnavailable(f"InfluxDB at {target.server} did not answer in time")
    if isinstance(error, ApiException) and error.status:
        return answer_error(target, int(error.status), error.body)
    reason = target.without_token(" ".join(str(error).split())[:_MAX_TEXT]) or type(error).__name__
    return StoreUnavailable(f"InfluxDB at {target.server} cannot be reached (metrics.influxdb.url): {reason}")


@contextlib.contextmanager
def translated(target: InfluxTarget) -> Iterator[None]:
    """Turn what a request raises into StoreError's kinds."""
    try:
        yield
    except (aiohttp.ClientError, InfluxDBError, OSError) as error:
        raise foreign_error(target, error) from error
    except ValueError as error:
        # A token or URL that no HTTP header can hold; the text might quote it.
        problem = "metrics.influxdb.url or metrics.influxdb.token cannot be used in a request"
        raise StoreUnavailable(f"InfluxDB at {target.server}: {problem}") from error
