"""Connections that do nothing, and too many of them."""

import contextlib
import resource
import socket
import ssl
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.support.api_process import ApiProcess, api_process
from tests.support.waiting import holds_within
from web.http.connections import ConnectionLimits, Connections, Phase

HALF = b"GET /healthz HTTP/1.1\r\nHost: a\r\nX: "


@contextlib.contextmanager
def _many_files() -> Iterator[None]:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 10_000), hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def _open(
    api: ApiProcess, stack: contextlib.ExitStack, count: int, *, begin: bytes = HALF
) -> list[socket.socket]:
    socks = []
    for number in range(count):
        sock = stack.enter_context(api.connect(source=f"127.0.{number % 200}.2"))
        with contextlib.suppress(ConnectionError):
            sock.sendall(begin)
        socks.append(sock)
    return socks


def _is_open(sock: socket.socket) -> bool:
    sock.setblocking(False)
    try:
        return sock.recv(1) != b""
    except BlockingIOError:
        return True
    except ConnectionError:
        return False


@pytest.mark.parametrize(
    "begin", [HALF, b"", b"POST /api/v1/auth/session HTTP/1.1\r\nContent-Length: 9\r\n\r\n"]
)
def test_two_thousand_connections_with_half_a_request_shut_nobody_out(tmp_path: Path, begin: bytes) -> None:
    with _many_files(), api_process(tmp_path) as api, contextlib.ExitStack() as stack:
        before = api.megabytes()
        with api.honest_client():
            socks = _open(api, stack, 2000, begin=begin)
        assert api.health().status_code == 200  # those before it have been accepted then
        assert holds_within(lambda: sum(map(_is_open, socks)) <= 1000, 20)
        assert api.megabytes() - before < 100


def test_connections_that_rest_make_room_too(tmp_path: Path) -> None:
    with api_process(tmp_path, limits={"connections": 20}) as api, contextlib.ExitStack() as stack:
        socks = _open(api, stack, 20, begin=b"GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n")
        assert all(sock.recv(13) == b"HTTP/1.1 200 " for sock in socks)
        assert api.health().status_code == 200


def test_streams_are_never_given_up_for_others(tmp_path: Path) -> None:
    head = b"GET /api/v1/live HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer viewer-token\r\n\r\n"
    with api_process(tmp_path, limits={"connections": 5}) as api, contextlib.ExitStack() as stack:
        socks = _open(api, stack, 5, begin=head)
        assert all(sock.recv(13) == b"HTTP/1.1 200 " for sock in socks)
        answer = api.health()
        assert answer.status_code == 503
        assert "retry-after" in answer.headers
        socks[0].close()
        with contextlib.suppress(httpx.TransportError):
            api.health()
        assert all(_is_open(sock) for sock in socks[1:])


def test_clients_take_no_more_than_a_quarter_of_the_descriptors(tmp_path: Path) -> None:
    with api_process(tmp_path, descriptors=400) as api, contextlib.ExitStack() as stack:
        with api.honest_client():
            _open(api, stack, 600)
        assert len(list(Path(f"/proc/{api.pid}/fd").iterdir())) < 200


def test_without_descriptors_the_loop_does_not_turn_in_vain(tmp_path: Path) -> None:
    with api_process(tmp_path, descriptors=400) as api, contextlib.ExitStack() as stack:
        taken = len(list(Path(f"/proc/{api.pid}/fd").iterdir()))
        resource.prlimit(api.pid, resource.RLIMIT_NOFILE, (taken + 4, 400))
        worked = api.cpu_seconds()
        _open(api, stack, 50)
        assert api.health().status_code == 200
        resource.prlimit(api.pid, resource.RLIMIT_NOFILE, (400, 400))
        assert api.health().status_code == 200
        assert api.cpu_seconds() - worked < 3
        assert api.log.read_text().count("no connection can be accepted") < 10


def _connections(*, most: int, of_address: int) -> Connections:
    limits = ConnectionLimits(connections=most, connections_of_address=of_address)
    return Connections(limits, is_many=lambda address: address == "192.0.2.1")


def test_beyond_its_limit_an_address_loses_its_own() -> None:
    connections = _connections(most=100, of_address=3)
    dropped: list[str] = []
    for name in "abcd":
        assert connections.admit("198.51.100.7", drop=lambda name=name: dropped.append(name))  # type: ignore[misc]
    assert dropped == ["a"]
    assert len(connections) == 3


def test_an_address_whose_requests_are_all_at_work_gets_no_more() -> None:
    connections = _connections(most=100, of_address=2)
    for _ in range(2):
        connection = connections.admit("2001:db8::1", drop=lambda: None)
        assert connection is not None
        connection.phase = Phase.ANSWER
    assert connections.admit("2001:db8::ffff", drop=lambda: None) is None  # the same network
    assert connections.admit("2001:db8:1::1", drop=lambda: None) is not None


def test_of_all_whoever_has_the_most_loses_one() -> None:
    connections = _connections(most=5, of_address=4)
    dropped: list[str] = []
    for address in ("198.51.100.1", *["198.51.100.2"] * 3, "198.51.100.3", "198.51.100.4"):
        assert connections.admit(address, drop=lambda address=address: dropped.append(address))  # type: ignore[misc]
    assert dropped == ["198.51.100.2"]


def test_a_proxy_is_held_by_the_limit_of_all_alone() -> None:
    connections = _connections(most=5, of_address=2)
    assert all(connections.admit("192.0.2.1", drop=lambda: None) for _ in range(5))


def test_a_handshake_that_does_not_end_is_given_up(tmp_path: Path) -> None:
    with (
        api_process(tmp_path, limits={"handshake_seconds": 1.0, "connections": 10}, is_tls=True) as api,
        contextlib.ExitStack() as stack,
    ):
        socks = _open(api, stack, 15, begin=b"\x16\x03\x01")
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        assert httpx.get(f"https://127.0.0.1:{api.port}/healthz", verify=context).status_code == 200
        for sock in socks:
            sock.settimeout(5)
            with contextlib.suppress(ConnectionError):
                assert sock.recv(100) == b""
