"""What a proxy says of a client's address, and what a client says through it."""

import pytest
from starlette.responses import PlainTextResponse
from starlette.types import Receive, Scope, Send

from web.http.forwarded import ForwardedClients

pytestmark = pytest.mark.anyio

PROXY = ("10.0.0.1", 4000)


async def _client(headers: list[tuple[bytes, bytes]], *, peer: tuple[str, int] = PROXY) -> tuple[str, int]:
    seen: list[tuple[str, int]] = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        seen.append(scope["client"])

    await ForwardedClients(app, ["10.0.0.0/24"])(_scope(headers, peer), _nothing, _nowhere)
    return seen[0]


def _scope(headers: list[tuple[bytes, bytes]], peer: tuple[str, int]) -> Scope:
    return {"type": "http", "client": peer, "scheme": "http", "path": "/", "headers": headers}


async def _nothing() -> dict[str, object]:
    return {"type": "http.disconnect"}


async def _nowhere(message: object) -> None:
    return


@pytest.mark.parametrize(
    ("forwarded", "address"),
    [
        (b"198.51.100.7", "198.51.100.7"),
        (b"203.0.113.9, 198.51.100.7, 10.0.0.2", "198.51.100.7"),
        (b"[2001:db8::7]:443", "2001:db8::7"),
        (b"::ffff:198.51.100.7", "198.51.100.7"),
        (b"<script>", PROXY[0]),
        (b"a" * 30_000, PROXY[0]),
        (b"198.51.100.7 or 1=1", PROXY[0]),
        (b"\xff\xfe", PROXY[0]),
        (b"", PROXY[0]),
        (b",,,", PROXY[0]),
        (b"unknown", PROXY[0]),
    ],
)
async def test_only_an_address_is_taken_for_one(forwarded: bytes, address: str) -> None:
    assert (await _client([(b"x-forwarded-for", forwarded)]))[0] == address


async def test_nobody_but_a_proxy_is_believed() -> None:
    peer = ("10.0.1.1", 4000)
    assert await _client([(b"x-forwarded-for", b"198.51.100.7")], peer=peer) == peer


async def test_one_client_behind_a_proxy_leaves_room_for_the_others() -> None:
    inner: list[int] = []
    statuses: list[int] = []

    async def ask(address: bytes) -> None:
        async def send(message: dict[str, object]) -> None:
            if message["type"] == "http.response.start":
                statuses.append(int(str(message["status"])))

        await clients(_scope([(b"x-forwarded-for", address)], PROXY), _nothing, send)  # type: ignore[arg-type]

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        inner.append(1)
        if len(inner) == 1:
            await ask(b"198.51.100.7")
            await ask(b"198.51.100.8")
        await PlainTextResponse("ok")(scope, receive, send)

    clients = ForwardedClients(app, ["10.0.0.0/24"], max_under_way=1)
    await ask(b"198.51.100.7")
    await ask(b"198.51.100.7")
    assert statuses == [503, 200, 200, 200]
