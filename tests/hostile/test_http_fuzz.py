"""Requests that are nearly HTTP are answered as HTTP says, or hung up on; others are served meanwhile."""

import contextlib
import re
import socket
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.support.api_process import ApiProcess, api_process

_ANSWER = re.compile(rb"HTTP/1\.1 ([1-5]\d\d) ")
_NOT_IMPLEMENTED = 501
_SECONDS = 5.0

_METHODS = st.sampled_from([b"GET", b"POST", b"PUT", b"HEAD", b"OPTIONS", b"PRI", b"get", b"G\0T", b""])
_PATHS = st.sampled_from([
    b"/healthz", b"/api/v1/hosts", b"/api/v1/auth/token", b"/api/v1/metrics/collect", b"/api/v1/live",
    b"/api/v1/hosts/%00", b"/api/v1/hosts/%ff%fe", b"/api/v1/metrics/history?host=%", b"/../../etc/passwd",
    b"//healthz", b"*", b"http://other/healthz", b"/" + b"a" * 9000, b"/healthz#x",
    b"/api/v1/alerts?limit=1e9",
])  # fmt: skip
_VERSIONS = st.sampled_from([b"HTTP/1.1", b"HTTP/1.0", b"HTTP/2.0", b"HTTP/9.9", b"ICY", b""])
_LINES = st.lists(
    st.one_of(
        st.sampled_from([
            b"Host: 127.0.0.1", b"Host: a, b", b"Host:", b"Content-Length: 5", b"Content-Length: -1",
            b"Content-Length: 99999999999999999999", b"Content-Length: 5, 6", b"Transfer-Encoding: chunked",
            b"Transfer-Encoding: gzip", b"Transfer-Encoding: chunked, chunked", b"Expect: 100-continue",
            b"Expect: \xff", b"Upgrade: h2c", b"Connection: upgrade", b"Authorization: Bearer \xff",
            b"Authorization: Basic " + b"A" * 2000, b"Cookie: monctl_session=\xff; =; ;",
            b"Range: bytes=0-,0-,0-",
            b"X-Forwarded-For: \xff\xfe", b"Accept-Encoding: " + b"gzip," * 500, b" folded", b"no colon here",
            b"Content-Type: application/json", b"Content-Type: application/x-www-form-urlencoded",
            b"Content-Type: multipart/form-data; boundary=" + b"b" * 300, b"Last-Event-ID: " + b"9" * 400,
        ]),
        st.binary(max_size=60),
    ),
    max_size=8,
)  # fmt: skip
_ENDS = st.sampled_from([b"\r\n\r\n", b"\n\n", b"\r\n", b"\r\n\0\r\n", b""])
_BODIES = st.one_of(
    st.binary(max_size=40),
    st.sampled_from([
        b"5\r\nhello\r\n0\r\n\r\n", b"FFFFFFFFFFFFFFFF\r\nx", b"-1\r\n", b"0\r\nX: y\r\n\r\n",
        b"5;" + b"a" * 5000 + b"\r\nhello\r\n",
        b"[" * 3000, b'{"a":' * 2000, b"username=a&password=b", b"null", b'"\\ud800"', b"1e999",
    ]),
)  # fmt: skip


@pytest.fixture(scope="module")
def api(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ApiProcess]:
    """An API whose clients must be quick."""
    haste = {"head_seconds": 0.3, "body_seconds": 0.3, "linger_seconds": 0.3}
    with api_process(tmp_path_factory.mktemp("api"), limits=haste) as running:
        yield running


@settings(suppress_health_check=list(HealthCheck))
@given(method=_METHODS, path=_PATHS, version=_VERSIONS, lines=_LINES, end=_ENDS, body=_BODIES)
def test_what_is_nearly_a_request_is_answered_or_hung_up_on(
    api: ApiProcess, method: bytes, path: bytes, version: bytes, lines: list[bytes], end: bytes, body: bytes
) -> None:
    request = b"\r\n".join([b" ".join((method, path, version)), *lines]) + end + body
    answer = _ask(api, request)
    for status in map(int, _ANSWER.findall(answer)):
        assert status < 500 or status == _NOT_IMPLEMENTED, answer
    assert b"Traceback" not in answer
    assert api.health().status_code == 200


def _ask(api: ApiProcess, request: bytes) -> bytes:
    """What came until the server hung up, or has nothing more to say."""
    answer = b""
    with api.connect(seconds=_SECONDS) as sock, contextlib.suppress(ConnectionError, TimeoutError):
        sock.sendall(request)
        sock.shutdown(socket.SHUT_WR)
        while piece := sock.recv(65536):
            answer += piece
    return answer
