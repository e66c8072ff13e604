"""Push over the API."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from access.audit.log import Actor
from access.roles import Role
from metrics.current.state import CurrentState
from metrics.stores.memory import MemoryStore
from metrics.stores.sink import StoreSink
from poller.push.intake import PushIntake
from tests.poller.push.samples import START, sample
from tests.support.api import ApiUnderTest, api_under_test
from web.dependencies import WebOptions

pytestmark = pytest.mark.anyio

PATH = "/metrics/collect"


class Pushed:
    """An API that takes samples, ten seconds after the start."""

    def __init__(self, api: ApiUnderTest, sink: StoreSink, store: MemoryStore) -> None:
        self.api = api
        self.sink = sink
        self.store = store

    async def send(self, body: Any = None, *, key: str | None = None, **more: Any) -> tuple[int, Any]:
        """The status and the document that samples, or any other body, are answered with."""
        if key is not None:
            more["headers"] = {"X-API-Key": key, **more.get("headers", {})}
        role = None if key is not None else more.pop("role", Role.COLLECTOR)
        content = body if isinstance(body, bytes) else None
        arguments = {"content": content} if content is not None else {"json": body}
        answer = await self.api.call("POST", PATH, role=role, **arguments, **more)
        if answer.status_code != 200:
            assert answer.headers["content-type"] == "application/problem+json", answer.text
        return answer.status_code, answer.json()


def body(*at: float, host: str | None = "kiosk", more: str = "") -> bytes:
    named = "" if host is None else f'"host": "{host}", '
    return f'{{{named}{more}"answers": [{", ".join(sample(one).decode() for one in at)}]}}'.encode()


@pytest.fixture
async def pushed(tmp_path: Path) -> AsyncIterator[Pushed]:
    store, current = MemoryStore(clock=lambda: START + 10), CurrentState()
    sink = StoreSink(store)

    def emit(result: Any) -> None:
        sink.accept(result)
        current.accept(result)

    async def written() -> None:
        await sink.flush()
        await sink.wait_until_written()

    intake = PushIntake(emit, current, written)
    parts: dict[str, Any] = {"push": intake, "clock": lambda: START + 10}
    async with api_under_test(tmp_path, store=store, **parts) as api:
        hosts: dict[str, dict[str, Any]] = {
            "kiosk": {"connection": "push"},
            "kiosk-2": {"connection": "push"},
            "paused": {"connection": "push", "paused": True},
            "web-1": {"address": "10.0.0.1"},
        }
        for name, entry in hosts.items():
            api.parts.repository.add(name, entry)
        yield Pushed(api, sink, store)


async def test_samples_are_stored_when_the_answer_comes(pushed: Pushed) -> None:
    status, found = await pushed.send(body(0, 5))
    assert (status, found) == (200, {"host": "kiosk", "accepted": 2, "refused": []})
    (latest,) = await pushed.store.latest()
    assert (latest.host, latest.time) == ("kiosk", START + 5)


async def test_one_answer_may_come_alone_with_its_hello(pushed: Pushed) -> None:
    one = b'{"host": "kiosk", "sent": 1700000009.5, "hello": {"os": "linux"}, "answer": ' + sample(0) + b"}"
    assert (await pushed.send(one))[0] == 200
    (latest,) = await pushed.store.latest()
    assert latest.facts is not None
    assert latest.facts["os"] == "linux"
    (poll,) = (point for point in latest.points if point.measurement == "poll")
    assert poll.fields["clock_offset_seconds"] == -0.5


async def test_those_refused_are_named_beside_those_taken(pushed: Pushed) -> None:
    status, found = await pushed.send(body(100, 0, 0))
    assert (status, found["accepted"]) == (200, 1)
    assert [(one["index"], one["time"], one["reason"]) for one in found["refused"]] == [
        (0, START + 100, "future"),
        (2, START, "duplicate"),
    ]


@pytest.mark.parametrize(
    ("times", "status", "kind"),
    [
        ((5,), 409, "duplicate"),
        ((4,), 422, "stale"),
        ((500,), 422, "future"),
        ((4, 5), 422, "samples-refused"),
    ],
)
async def test_a_request_that_brings_nothing_is_a_problem(
    pushed: Pushed, times: tuple[float, ...], status: int, kind: str
) -> None:
    await pushed.send(body(5))
    code, problem = await pushed.send(body(*times))
    assert (code, problem["type"]) == (status, f"urn:monctl:problem:{kind}")
    assert len(problem["refused"]) == len(times)
    assert problem["refused"][0]["detail"] in problem["detail"]


@pytest.mark.parametrize("answer", ["{}", "null", "7", '"x"', '{"id": 1}'])
async def test_a_bad_answer_is_a_problem(pushed: Pushed, answer: str) -> None:
    status, problem = await pushed.send(f'{{"host": "kiosk", "answer": {answer}}}'.encode())
    assert (status, problem["type"]) == (422, "urn:monctl:problem:bad-answer")


@pytest.mark.parametrize(
    ("document", "status", "kind", "said"),
    [
        (b"", 400, "json-invalid", "empty"),
        (b"{", 400, "json-invalid", "not JSON"),
        (b'{"host": "\xff"}', 400, "json-invalid", "not JSON"),
        (b"[" * 5000, 422, "request-invalid", "object"),
        (b'{"hello": {"a": ' + b"[" * 5000, 400, "json-invalid", "not JSON"),
        (b"[]", 422, "request-invalid", "object"),
        (b'{"host": "kiosk"}', 422, "request-invalid", "`answer`"),
        (b'{"host": "kiosk", "answer": {}, "answers": [{}]}', 422, "request-invalid", "`answer`"),
        (b'{"host": "kiosk", "answers": []}', 422, "request-invalid", "answers"),
        (b'{"host": "kiosk", "answers": [' + b"{}," * 1000 + b"{}]}", 422, "request-invalid", "1000"),
        (b'{"host": "kiosk", "answer": {}, "hots": 1}', 422, "request-invalid", "hots"),
        (b'{"host": "kiosk", "hello": {"pid": "x"}, "answer": {}}', 422, "bad-answer", "hello"),
        (b'{"answer": {}}', 422, "host-missing", "name the host"),
        (b'{"host": "kisk", "answer": {}}', 404, "host-unknown", "kiosk"),
        (b'{"host": "web-1", "answer": {}}', 409, "host-not-push", "connection: push"),
        (b'{"host": "paused", "answer": {}}', 409, "host-paused", "is paused"),
    ],
)
async def test_a_body_that_cannot_be_used_says_why(
    pushed: Pushed, document: bytes, status: int, kind: str, said: str
) -> None:
    code, problem = await pushed.send(document)
    assert (code, problem["type"]) == (status, f"urn:monctl:problem:{kind}"), problem
    assert said in problem["detail"]


async def test_an_unknown_host_gets_a_suggestion(pushed: Pushed) -> None:
    _, problem = await pushed.send(body(0, host="kisk"))
    assert problem["suggestion"] == "kiosk"


async def test_something_other_than_json_is_refused(pushed: Pushed) -> None:
    assert (await pushed.send(body(0), headers={"content-type": "text/plain"}))[0] == 415


async def test_a_bound_key_needs_no_host_and_sends_for_no_other(pushed: Pushed) -> None:
    keys = pushed.api.parts.accounts.keys
    _, key = keys.create("push-kiosk", Role.COLLECTOR, actor=Actor("cli:test"), host="kiosk")
    status, found = await pushed.send(body(0, host=None), key=key)
    assert (status, found["host"]) == (200, "kiosk")
    assert (await pushed.send(body(5), key=key))[0] == 200
    for other in ("kiosk-2", "nobody"):
        status, problem = await pushed.send(body(0, host=other), key=key)
        assert (status, problem["type"]) == (403, "urn:monctl:problem:other-host")


@pytest.mark.parametrize("role", [Role.VIEWER, Role.OPERATOR, Role.ADMIN])
async def test_only_collectors_may_push(pushed: Pushed, role: Role) -> None:
    assert (await pushed.send(body(0), role=role))[0] == 403


async def test_the_hundred_and_first_request_in_a_minute_is_told_when_to_come_again(pushed: Pushed) -> None:
    for at in range(100):
        assert (await pushed.send(body(at / 20)))[0] == 200
    answer = await pushed.api.call("POST", PATH, role=Role.COLLECTOR, content=body(6))
    assert answer.status_code == 429
    assert 1 <= int(answer.headers["retry-after"]) <= 60


async def test_a_store_that_is_away_is_told_and_the_samples_may_be_sent_again(
    pushed: Pushed, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(pushed.api.parts.push, "_store_seconds", 0.05)
        patch.setattr(pushed.sink, "flush", pushed.sink.wait_until_written)
        status, _ = await pushed.send(body(0))
        assert status == 503
    assert (await pushed.send(body(0)))[0] == 409
    assert [latest.time for latest in await pushed.store.latest()] == [START]


async def test_a_process_that_only_serves_says_where_to_push(tmp_path: Path) -> None:
    async with api_under_test(tmp_path) as api:
        answer = await api.call("POST", PATH, role=Role.COLLECTOR, content=body(0))
    assert answer.status_code == 503
    assert "monctl poll" in answer.json()["detail"]


async def test_the_documents_example_is_taken(pushed: Pushed) -> None:
    document = (await pushed.api.call("GET", "//openapi.json", role=None)).json()
    content = document["paths"]["/api/v1/metrics/collect"]["post"]["requestBody"]["content"]
    example = content["application/json"]["example"]
    example["host"] = "kiosk"
    example["answer"]["time"] = START
    assert (await pushed.send(example))[0] == 200


async def test_the_general_limit_is_not_spent_by_pushing(tmp_path: Path) -> None:
    async with api_under_test(tmp_path, options=WebOptions(rate_limit="3/minute")) as api:
        for _ in range(5):
            answer = await api.call("POST", "/metrics/collect", role=Role.COLLECTOR, content=b"{")
            assert answer.status_code in (400, 503)
        for status in (403, 403, 403, 429):
            assert (await api.call("GET", "/hosts", role=Role.COLLECTOR)).status_code == status
