"""Errors of aiohttp, influxdb-client and the system, and a server's refusals, become ours."""

import inspect
import json
from collections.abc import Iterator

import aiohttp
import pytest
from influxdb_client.client.exceptions import InfluxDBError
from influxdb_client.rest import ApiException

from metrics.errors import StoreUnavailable
from metrics.stores.influx.boundary import WriteRefused, answer_error, foreign_error, translated
from metrics.stores.influx.target import InfluxTarget

SECRET = "s3cret-token"
TARGET = InfluxTarget(url="http://user:pass@localhost:8086/", org="o", bucket="b", token=SECRET)


def _with_subclasses(kind: type[Exception]) -> Iterator[type[Exception]]:
    yield kind
    for below in kind.__subclasses__():
        yield from _with_subclasses(below)


def _made(kind: type[Exception]) -> Exception:
    """An instance whose text has the token, without knowing what its constructor wants."""
    error = kind.__new__(kind)
    Exception.__init__(error, f"Authorization: Token {SECRET}")
    return error


FOREIGN = sorted(
    {
        found
        for base in (aiohttp.ClientError, InfluxDBError, OSError, TimeoutError)
        for found in _with_subclasses(base)
        if found.__module__.partition(".")[0] in {"aiohttp", "influxdb_client", "builtins", "socket"}
    },
    key=lambda kind: f"{kind.__module__}.{kind.__qualname__}",
)


@pytest.mark.parametrize("kind", FOREIGN, ids=lambda kind: kind.__qualname__)
def test_each_foreign_error_means_that_the_server_is_unavailable(kind: type[Exception]) -> None:
    class Plain(kind):  # type: ignore[valid-type,misc]
        status = None

        def __str__(self) -> str:
            return f"Authorization: Token {SECRET}"

    with pytest.raises(StoreUnavailable) as caught, translated(TARGET):
        raise _made(Plain)
    assert SECRET not in str(caught.value)
    assert "pass" not in str(caught.value)


def test_every_error_class_that_aiohttp_offers_is_among_those() -> None:
    offered = [
        found
        for _, found in inspect.getmembers(aiohttp, inspect.isclass)
        if issubclass(found, Exception) and found.__name__.startswith(("Client", "Server", "Invalid"))
    ]
    assert len(offered) > 15
    assert [kind for kind in offered if not issubclass(kind, (aiohttp.ClientError, OSError))] == []


def test_an_event_loops_timeout_says_that_no_answer_came() -> None:
    assert "did not answer in time" in str(foreign_error(TARGET, TimeoutError()))
    assert "did not answer in time" in str(foreign_error(TARGET, aiohttp.ServerTimeoutError()))


def test_a_token_that_fits_no_header_is_not_quoted() -> None:
    with pytest.raises(StoreUnavailable, match=r"metrics\.influxdb\.token") as caught, translated(TARGET):
        raise ValueError(f"bad header {SECRET}")
    assert SECRET not in str(caught.value)


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (401, r"the token is not accepted \(metrics.influxdb.token\)"),
        (403, "must be allowed to read and write"),
        (404, "looks for the bucket again"),
        (408, "too long"),
        (429, "asked too much"),
        (500, "why"),
        (503, "why"),
        (301, "why"),
    ],
)
def test_a_status_that_may_change_means_unavailable(status: int, words: str) -> None:
    error = answer_error(TARGET, status, json.dumps({"code": "x", "message": f"why {SECRET}"}))
    assert type(error) is StoreUnavailable
    with pytest.raises(StoreUnavailable, match=words):
        raise error
    assert SECRET not in str(error)


@pytest.mark.parametrize("status", [400, 413, 422])
def test_a_status_that_stays_means_refused(status: int) -> None:
    error = answer_error(TARGET, status, b'{"error":"unable to parse"}')
    assert isinstance(error, WriteRefused)
    assert (error.status, error.text, error.is_partial) == (status, "unable to parse", False)


def test_a_server_without_room_is_unavailable_whatever_its_status() -> None:
    error = answer_error(TARGET, 400, b'{"error":"write wal/1: no space left on device"}')
    assert type(error) is StoreUnavailable


def test_an_api_exception_is_judged_by_its_status() -> None:
    error = ApiException(status=422, reason="no")  # type: ignore[no-untyped-call]
    error.body = b'{"message":"partial write: x dropped=2"}'
    found = foreign_error(TARGET, error)
    assert isinstance(found, WriteRefused)
    assert found.is_partial


def test_a_target_shows_no_secret() -> None:
    assert SECRET not in repr(TARGET)
    assert "pass" not in TARGET.place
