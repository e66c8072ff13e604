"""An SSH server that means harm: who logs in as MODE is served in that way. One process for all modes.

lying_sshd.py HOST_KEY; prints one line of JSON: mode -> port. It answers as a probe would, and beside that
sends what its mode says, as fast as it is taken, for half a minute at most.
"""

import asyncio
import json
import os
import sys
import time
from collections.abc import Callable
from typing import Any

import asyncssh
from asyncssh.packet import Boolean, Byte, String, UInt32

_SECONDS = 30.0
_AHEAD_BYTES = 1 << 20
_BURST = 200
_BIG_BYTES = 1_000_000

Send = Callable[[Any, Any], None]
"""Sends one packet, given the connection and the channel."""


def _rekey(connection: Any, channel: Any) -> None:
    # One at a time, as the protocol wants it: the next as soon as the last is done.
    if not connection._kexinit_sent and connection._kex is None and connection._auth_complete:
        connection._send_kexinit()
        connection._kexinit_sent = True


def _banner(connection: Any, channel: Any) -> None:
    connection.send_packet(53, String("x" * 200), String(""))


FLOODS: dict[str, Send] = {
    "window": lambda connection, channel: channel.send_packet(93, UInt32(0)),
    "ignore": lambda connection, channel: connection.send_packet(2, String(b"")),
    "ignore-large": lambda connection, channel: connection.send_packet(2, String(b"x" * 30_000)),
    "debug": lambda connection, channel: connection.send_packet(4, Boolean(True), String("x"), String("")),
    "unknown": lambda connection, channel: connection.send_packet(200, UInt32(0)),
    "requests": lambda connection, channel: connection.send_packet(80, String(b"x@y"), Boolean(True)),
    "opens": lambda connection, channel: connection.send_packet(
        90, String(b"session"), UInt32(0), UInt32(1 << 21), UInt32(1 << 15)
    ),
    "channel-requests": lambda connection, channel: channel.send_packet(98, String(b"x@y"), Boolean(True)),
    "stderr": lambda connection, channel: channel.send_packet(95, UInt32(1), String(b"x")),
    "bytes": lambda connection, channel: channel.send_packet(94, String(b"x")),
    "lines": lambda connection, channel: channel.send_packet(94, String(b"\n")),
    "keys": _rekey,
    "after-answer": lambda connection, channel: connection.send_packet(2, String(b"")),
}
"""What is sent once a question has come."""

BANNERS = "login-banners"
"""Banners while the client logs in, without an end."""

SLOW_KEYS = "slow-keys"
"""The dearest key exchange that there is; nothing else is wrong with it."""

BIG_ANSWER = "big-answer"
"""An honest answer of nearly a mebibyte."""

RAW: dict[str, tuple[bytes, bytes]] = {
    "raw-lines": (b"", b"x\r\n" * 1000),
    "raw-empty-lines": (b"", b"\n" * 4000),
    "raw-long-line": (b"", b"x" * 65536),
    "raw-ignore": (
        b"SSH-2.0-x\r\n",
        (UInt32(12) + Byte(6) + Byte(2) + UInt32(0) + b"\0" * 6) * 1000,
    ),
    "raw-garbage": (b"SSH-2.0-x\r\n", os.urandom(65536)),
}
"""Servers without a key exchange: what is said first, and then again and again."""


def answer_of(request: bytes, mode: str) -> bytes:
    """The line that answers a question."""
    answer = {
        "id": json.loads(request)["id"],
        "time": time.time(),
        "monotonic": time.monotonic(),
        "boot": "b",
    }
    if mode == BIG_ANSWER:
        answer["later"] = "x" * _BIG_BYTES
    return json.dumps(answer).encode() + b"\n"


class _Session(asyncssh.SSHServerSession[bytes]):
    """A probe; the question starts the flood, or its answer does."""

    def __init__(self, mode: str) -> None:
        self._mode = mode
        self._lines = 0
        self._partial = b""
        self._channel: Any = None

    def connection_made(self, chan: Any) -> None:
        self._channel = chan

    def exec_requested(self, command: str) -> bool:
        return command.startswith("python3")

    def data_received(self, data: bytes, datatype: Any) -> None:
        *lines, self._partial = (self._partial + data).split(b"\n")
        for line in lines:
            self._line(line)

    def _line(self, line: bytes) -> None:
        self._lines += 1
        if line.startswith(b'{"nonce"'):
            nonce = json.loads(line)["nonce"]
            self._channel.write(json.dumps({"monctl": 1, "nonce": nonce, "pid": 1}).encode() + b"\n")
        elif line.startswith(b'{"id"'):
            flood = FLOODS.get(self._mode)
            if flood is None or self._mode == "after-answer":
                self._channel.write(answer_of(line, self._mode))
            if flood is not None:
                connection = self._channel.get_connection()
                connection.create_task(_flood(connection, self._channel, flood))


class _Server(asyncssh.SSHServer):
    """Lets everybody in, under the mode's name."""

    def __init__(self) -> None:
        self._mode = ""
        self._connection: Any = None

    def connection_made(self, conn: Any) -> None:
        self._connection = conn

    async def begin_auth(self, username: str) -> bool:
        self._mode = username
        if username == BANNERS:
            await _flood(self._connection, None, _banner)
        return False

    def session_requested(self) -> Any:
        return _Session(self._mode)


async def _flood(connection: Any, channel: Any, send: Send) -> None:
    deadline = time.monotonic() + _SECONDS
    while time.monotonic() < deadline and connection._transport is not None:
        if connection._transport.get_write_buffer_size() < _AHEAD_BYTES:
            for _ in range(1 if send is _rekey else _BURST):
                send(connection, channel)
        await asyncio.sleep(0)


async def _raw(first: bytes, again: bytes, writer: asyncio.StreamWriter) -> None:
    deadline = time.monotonic() + _SECONDS
    try:
        writer.write(first)
        while time.monotonic() < deadline:
            writer.write(again)
            await writer.drain()
    except OSError:
        pass
    finally:
        writer.close()


def _take_any_reply() -> None:
    """Let the server bear replies to what it has not asked properly."""
    for handlers, kinds in (
        (asyncssh.connection.SSHConnection._packet_handlers, (3, 82, 92)),
        (asyncssh.channel.SSHChannel._packet_handlers, (100,)),
    ):
        handlers.update(dict.fromkeys(kinds, lambda *_: None))


async def _serve(host_key: str) -> None:
    _take_any_reply()
    options: dict[str, Any] = {
        "server_host_keys": [host_key], "encoding": None, "line_editor": False, "allow_pty": False,
        "server_factory": _Server,
    }  # fmt: skip
    usual = await asyncssh.listen("127.0.0.1", 0, **options)
    slow = await asyncssh.listen("127.0.0.1", 0, kex_algs=["diffie-hellman-group18-sha512"], **options)
    ports = dict.fromkeys((*FLOODS, BANNERS, BIG_ANSWER), usual.get_port()) | {SLOW_KEYS: slow.get_port()}
    for mode, (first, again) in RAW.items():

        async def connected(
            _: asyncio.StreamReader, writer: asyncio.StreamWriter, first: bytes = first, again: bytes = again
        ) -> None:
            await _raw(first, again, writer)

        server = await asyncio.start_server(connected, "127.0.0.1", 0)
        ports[mode] = server.sockets[0].getsockname()[1]
    print(json.dumps(ports), flush=True)
    await asyncio.to_thread(sys.stdin.read)  # whoever started it ends it by closing its input


if __name__ == "__main__":
    asyncio.run(_serve(sys.argv[1]))
