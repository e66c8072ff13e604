"""What stands between us and a host's SSH banner."""

import asyncio
import contextlib
import socket
import threading
from collections.abc import Iterator

import pytest

from metrics.results import Outcome
from poller.errors import PollFailed
from poller.ssh.way.dial import Dialer


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    """A server that accepts and says nothing."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server


def _fails(host: str, port: int, *, timeout: float = 5.0) -> PollFailed:
    async def scenario() -> None:
        dialer = Dialer()
        try:
            (await dialer.open_to_banner(host, port, timeout=timeout)).close()
        finally:
            dialer.close()

    with pytest.raises(PollFailed) as failed:
        asyncio.run(scenario())
    return failed.value


def test_a_name_that_does_not_exist_is_a_dns_failure() -> None:
    failure = _fails("no-such-host.invalid", 22)
    assert failure.outcome is Outcome.DNS
    assert "no-such-host.invalid" in failure.detail


def test_a_name_that_cannot_be_one_is_a_dns_failure() -> None:
    assert _fails("a" * 300, 22).outcome is Outcome.DNS


def test_a_closed_port_is_refused() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    failure = _fails("127.0.0.1", port)
    assert failure.outcome is Outcome.REFUSED
    assert str(port) in failure.detail


def test_a_host_that_accepts_and_says_nothing_times_out(listener: socket.socket) -> None:
    failure = _fails(*listener.getsockname(), timeout=0.3)
    assert failure.outcome is Outcome.TIMEOUT
    assert "says nothing" in failure.detail


@pytest.mark.parametrize("words", [b"", b"Exceeded MaxStartups\r\n"])
def test_a_server_that_hangs_up_at_once_is_tried_again(listener: socket.socket, words: bytes) -> None:
    async def scenario() -> bytes:
        dialer = Dialer()
        loop = asyncio.get_running_loop()
        listener.setblocking(False)
        dialling = asyncio.ensure_future(dialer.open_to_banner(*listener.getsockname(), timeout=10))
        first, _ = await loop.sock_accept(listener)
        await loop.sock_sendall(first, words)
        first.close()
        second, _ = await loop.sock_accept(listener)
        await loop.sock_sendall(second, b"SSH-2.0-test\r\n")
        with contextlib.closing(await dialling) as sock, contextlib.closing(second):
            dialer.close()
            return await loop.sock_recv(sock, 100)

    assert asyncio.run(scenario()) == b"SSH-2.0-test\r\n"


def test_a_server_that_penalises_us_is_told_and_left_alone(listener: socket.socket) -> None:
    def turn_away() -> None:
        sock, _ = listener.accept()
        sock.sendall(b"Not allowed at this time\r\n")
        sock.close()

    thread = threading.Thread(target=turn_away)
    thread.start()
    failure = _fails(*listener.getsockname())
    thread.join()
    assert failure.outcome is Outcome.UNREACHABLE
    assert "PerSourcePenalties" in failure.detail


def test_a_server_that_always_hangs_up_is_given_up_in_time(listener: socket.socket) -> None:
    def hang_up() -> None:
        with contextlib.suppress(OSError):
            while True:
                listener.accept()[0].close()

    thread = threading.Thread(target=hang_up)
    thread.start()
    failure = _fails(*listener.getsockname(), timeout=1.0)
    listener.shutdown(socket.SHUT_RDWR)
    thread.join()
    assert failure.outcome is Outcome.UNREACHABLE
    assert "closes connections" in failure.detail


def test_an_address_without_a_route_is_unreachable() -> None:
    assert _fails("fe80::1", 22).outcome in (Outcome.UNREACHABLE, Outcome.TIMEOUT)
