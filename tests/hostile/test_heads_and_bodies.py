"""Requests whose heads and bodies are too large, too slow, or not meant to end."""

import contextlib
import json
import socket
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from access.roles import Role
from monctl.daemon.process import calm_garbage_collector
from tests.support.api import TOKENS
from tests.support.api_process import ApiProcess, api_process

JSON = b"Host: a\r\nContent-Type: application/json\r\n"
HASTE = {"head_seconds": 1.0, "body_seconds": 1.0, "linger_seconds": 1.0}
MEGABYTE = 1 << 20


@pytest.fixture(scope="module")
def api(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ApiProcess]:
    """An API whose clients must be quick."""
    with api_process(tmp_path_factory.mktemp("api"), limits=HASTE) as running:
        running.health()
        yield running


def _send(sock: socket.socket, piece: bytes, times: int = 1) -> int:
    """How many bytes were taken before the other side hung up."""
    sent = 0
    with contextlib.suppress(ConnectionError, TimeoutError):
        for _ in range(times):
            sock.sendall(piece)
            sent += len(piece)
    return sent


def _answer(sock: socket.socket) -> bytes:
    answer = b""
    with contextlib.suppress(ConnectionError, TimeoutError):
        while piece := sock.recv(65536):
            answer += piece
    return answer


@pytest.mark.parametrize("begin", [b"GET / HTTP/1.1\r\nX: ", b"GET /", b"GET / HTTP/1.1\r\n" + b"a" * 10])
def test_a_head_without_end_costs_nothing(api: ApiProcess, begin: bytes) -> None:
    before, worked = api.megabytes(), api.cpu_seconds()
    with api.connect() as sock, api.honest_client():
        sock.sendall(begin)
        sent = _send(sock, b"a" * MEGABYTE, 150)
        answer = _answer(sock)
    assert sent < 30 * MEGABYTE
    assert not answer or answer.startswith((b"HTTP/1.1 431 ", b"HTTP/1.1 400 "))
    assert api.megabytes() - before < 30
    assert api.cpu_seconds() - worked < 3


@pytest.mark.parametrize(
    "head",
    [
        b"GET / HTTP/1.1\r\nHost: a\r\nX: " + b"a" * 33_000 + b"\r\n\r\n",
        b"GET /" + b"a" * 33_000 + b" HTTP/1.1\r\nHost: a\r\n\r\n",
        b"GET / HTTP/1.1\r\n" + b"".join(b"X-%d: 1\r\n" % number for number in range(101)) + b"\r\n",
    ],
)
def test_a_head_that_is_too_large_is_told_so(api: ApiProcess, head: bytes) -> None:
    with api.connect() as sock:
        sock.sendall(head)
        answer = _answer(sock)
    assert answer.startswith(b"HTTP/1.1 431 ")
    problem = json.loads(answer.partition(b"\r\n\r\n")[2])
    assert problem["type"] == "urn:monctl:problem:head-too-large"


def test_a_large_head_within_the_limits_is_served(api: ApiProcess) -> None:
    headers = b"".join(b"X-%d: %s\r\n" % (number, b"a" * 250) for number in range(95))
    with api.connect() as sock:
        sock.sendall(b"GET /healthz HTTP/1.1\r\nHost: a\r\nConnection: close\r\n" + headers + b"\r\n")
        assert _answer(sock).startswith(b"HTTP/1.1 200 ")


def test_half_a_head_is_answered_when_its_time_is_over(api: ApiProcess) -> None:
    with api.connect() as sock:
        started = time.monotonic()
        sock.sendall(b"GET /healthz HTTP/1.1\r\nHost: ")
        answer = _answer(sock)
    assert answer.startswith(b"HTTP/1.1 408 ")
    assert time.monotonic() - started < 5


def test_bytes_that_trickle_gain_no_time(api: ApiProcess) -> None:
    with api.connect() as sock:
        started = time.monotonic()
        with contextlib.suppress(ConnectionError):
            while time.monotonic() - started < 8:
                sock.sendall(b"\r\n" if time.monotonic() - started < 0.5 else b"G")
                time.sleep(0.1)
        assert time.monotonic() - started < 5


def test_a_connection_that_says_nothing_is_closed(api: ApiProcess) -> None:
    with api.connect() as sock:
        assert _answer(sock) == b""


def test_the_next_request_of_a_connection_has_its_time_too(api: ApiProcess) -> None:
    with api.connect() as sock:
        sock.sendall(b"GET /healthz HTTP/1.1\r\nHost: a\r\n\r\nGET /healthz HTTP/1.1\r\nHo")
        answer = _answer(sock)
    assert answer.startswith(b"HTTP/1.1 200 ")
    assert b"HTTP/1.1 408 " in answer


def test_a_body_that_does_not_come_is_answered_when_its_time_is_over(api: ApiProcess) -> None:
    head = b"POST /api/v1/auth/session HTTP/1.1\r\n" + JSON
    with api.connect() as sock:
        sock.sendall(head + b"Content-Length: 1000\r\n\r\n{")
        answer = _answer(sock)
    assert answer.startswith(b"HTTP/1.1 408 ")
    assert b"body" in answer


@pytest.mark.parametrize("piece", [b"1;" + b"x" * 4000 + b"\r\na\r\n", b"0\r\nX: " + b"y" * 20_000])
def test_framing_of_chunks_is_bounded(api: ApiProcess, piece: bytes) -> None:
    head = b"POST /api/v1/auth/session HTTP/1.1\r\n" + JSON
    before = api.megabytes()
    with api.connect() as sock:
        sock.sendall(head + b"Transfer-Encoding: chunked\r\n\r\n")
        sent = _send(sock, piece) + _send(sock, piece if piece[0] == 49 else b"y" * 20_000, 2000)
        assert _answer(sock)[:13] in (b"", b"HTTP/1.1 400 ", b"HTTP/1.1 431 ")
    assert sent < 30 * MEGABYTE
    assert api.megabytes() - before < 20


def test_requests_that_wait_for_others_are_bounded(api: ApiProcess) -> None:
    with api.connect() as sock, api.honest_client():
        _send(sock, b"GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n" * 5000)
        assert _answer(sock).count(b"HTTP/1.1 200") < 100


def test_connections_that_are_over_leave_nothing_to_the_garbage_collector(tmp_path: Path) -> None:
    admin = f"Authorization: Bearer {TOKENS[Role.ADMIN]}\r\n".encode()
    head = b"POST /api/v1/hosts HTTP/1.1\r\n" + JSON + admin + b"Content-Length: 4000000\r\n\r\n"
    with api_process(tmp_path, parts=_collect_seldom) as api:
        before = 0.0
        for number in range(220):
            if number == 20:
                before = api.resident_megabytes()
            with api.connect() as sock:
                sock.sendall(head)
                _send(sock, b"a" * 65_536, 64)
        assert api.resident_megabytes() - before < 10


def _collect_seldom() -> dict[str, Any]:
    """As the daemon does."""
    calm_garbage_collector()
    return {}


def test_a_hundred_large_bodies_without_credentials_are_refused_unread(api: ApiProcess) -> None:
    head = b"POST /api/v1/hosts/import HTTP/1.1\r\n" + JSON
    before = api.megabytes()
    with contextlib.ExitStack() as stack, api.honest_client():
        socks = [stack.enter_context(api.connect()) for _ in range(100)]
        for sock in socks:
            sock.sendall(head + b"Content-Length: 4000000\r\n\r\n" + b"a" * 100_000)
        assert {sock.recv(13) for sock in socks} == {b"HTTP/1.1 401 "}
    assert api.megabytes() - before < 60


def test_an_answer_that_comes_before_the_body_arrives(api: ApiProcess) -> None:
    head = b"POST /api/v1/hosts/import HTTP/1.1\r\nConnection: close\r\n" + JSON
    with api.connect() as sock:
        sock.sendall(head + b"Content-Length: 2000000\r\n\r\n")
        _send(sock, b"a" * 100_000, 20)
        assert _answer(sock).startswith(b"HTTP/1.1 401 ")


def test_after_a_refused_body_the_connection_goes_on(api: ApiProcess) -> None:
    head = b"POST /api/v1/users HTTP/1.1\r\n" + JSON + b"Content-Length: 50000\r\n\r\n"
    with api.connect() as sock:
        sock.sendall(head)
        assert sock.recv(65536).startswith(b"HTTP/1.1 401 ")
        sock.sendall(b"a" * 50_000 + b"GET /healthz HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
        assert b"HTTP/1.1 200 " in _answer(sock)


@pytest.mark.parametrize(
    ("path", "kind", "size"),
    [
        ("/auth/session", "json", 20_000),
        ("/auth/token", "x-www-form-urlencoded", 20_000),
        ("/users", "json", 300_000),
        ("/hosts", "json", 300_000),
        ("/hosts/import", "json", 1_100_000),
    ],
)
def test_a_body_is_as_large_as_its_route_needs(api: ApiProcess, path: str, kind: str, size: int) -> None:
    head = (
        f"POST /api/v1{path} HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer admin-token\r\n"
        f"Connection: close\r\nContent-Type: application/{kind}\r\n"
    )
    for framing, body in (
        (f"Content-Length: {size}\r\n\r\n", b"a" * size),
        ("Transfer-Encoding: chunked\r\n\r\n", b"%x\r\n" % size + b"a" * size + b"\r\n0\r\n\r\n"),
    ):
        with api.connect() as sock:
            _send(sock, (head + framing).encode() + body)
            assert _answer(sock).startswith(b"HTTP/1.1 413 ")


@pytest.mark.parametrize(
    "body",
    [
        b'{"name": ' + b"[" * 100 + b"]" * 100 + b"}",
        b'{"name": "a", "tags": [' + b"1," * 31_000 + b"1]}",
        b'{"' + b"a" * 2000 + b'": 1}',
        b"[" * 60_000,
        b'{"name": ' + b"1" * 60_000 + b"}",
    ],
)
@pytest.mark.parametrize("path", ["/hosts", "/users", "/rules", "/metrics/history"])
def test_json_that_is_deep_or_long_is_refused_at_once(api: ApiProcess, path: str, body: bytes) -> None:
    headers = {"Authorization": "Bearer admin-token", "Content-Type": "application/json"}
    worked = api.cpu_seconds()
    answer = httpx.post(f"{api.url}/api/v1{path}", content=body, headers=headers, timeout=10)
    assert answer.status_code in {400, 422}
    assert api.cpu_seconds() - worked < 0.5


def test_a_name_of_four_megabytes_is_refused_at_once(api: ApiProcess) -> None:
    headers = {"Authorization": "Bearer collector-token", "Content-Type": "application/json"}
    body = b'{"host": "' + b"a" * 4_000_000 + b'", "answer": {}}'
    with api.honest_client(4.0):
        answer = httpx.post(f"{api.url}/api/v1/metrics/collect", content=body, headers=headers, timeout=10)
    assert answer.status_code in {422, 503}


def test_an_answer_that_nobody_takes_is_given_up(tmp_path: Path) -> None:
    limits = {"answer_seconds": 1.0, "answer_bytes_per_second": 1 << 30}
    with api_process(tmp_path, limits=limits) as api, api.connect() as sock:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        started = time.monotonic()
        with contextlib.suppress(ConnectionError):
            while time.monotonic() - started < 15:
                sock.sendall(b"GET /openapi.json HTTP/1.1\r\nHost: a\r\n\r\n")
                time.sleep(0.2)
        assert time.monotonic() - started < 10
