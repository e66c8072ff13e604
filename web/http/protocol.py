"""One connection: uvicorn's HTTP/1.1, with bounds on heads, bodies, waiting requests and time."""

import asyncio
import json
import logging
import time
from typing import Any

import httptools
from uvicorn import Config
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol
from uvicorn.server import ServerState

from web.http.connections import Connection, Connections, Phase
from web.http.problems import HttpProblem
from web.schemas.problems import MEDIA_TYPE

_FRAMING_PER_BYTE = 16
"""A chunk of one byte comes with five of framing, and some extension."""

log = logging.getLogger(__name__)


class _Refused(Exception):
    """Ends the parsing of a request; the problem is the answer."""

    def __init__(self, problem: HttpProblem) -> None:
        super().__init__(problem.detail)
        self.problem = problem


class _Line(asyncio.Transport):
    """The transport as the requests see it: to close it leaves the protocol time to be heard.

    A connection that is closed with bytes unread is reset, and the client may never see its answer.
    """

    def __init__(self, transport: asyncio.Transport, protocol: "BoundedProtocol") -> None:
        super().__init__()
        self._transport = transport
        self._protocol: BoundedProtocol | None = protocol
        self.write = transport.write  # type: ignore[method-assign]
        self.pause_reading = transport.pause_reading  # type: ignore[method-assign]
        self.resume_reading = transport.resume_reading  # type: ignore[method-assign]
        self.get_extra_info = transport.get_extra_info  # type: ignore[method-assign]

    def is_closing(self) -> bool:
        """Whether nothing more can be said."""
        return self._protocol is None or self._protocol.is_leaving or self._transport.is_closing()

    def close(self) -> None:
        """Say no more, and close as soon as the client has said the rest."""
        if self._protocol is not None:
            self._protocol.leave()

    def forget_protocol(self) -> None:
        """The connection is over."""
        self._protocol = None


class BoundedProtocol(HttpToolsProtocol):
    """A connection that keeps to the limits of `connections`, of which `connection` is one."""

    def __init__(
        self,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        *,
        connections: Connections,
        connection: Connection,
    ) -> None:
        super().__init__(config, server_state, app_state)
        self._all = connections
        self._limits = connections.limits
        self._connection = connection
        self._line: asyncio.Transport
        self._app_line: _Line
        self.is_leaving = False
        self._is_in_head = False
        self._is_in_message = False
        self._has_begun = False
        self._head_bytes = 0
        self._header_count = 0
        self._body_bytes = 0
        self._framing_bytes = 0
        self._handed_on = 0
        self._body_began = 0.0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Await the first head."""
        self._line = transport
        self._app_line = _Line(transport, self)
        super().connection_made(self._app_line)
        self._connection.drop = transport.abort
        self._connection.expire = self._give_up
        self._enter(Phase.HEAD, self._limits.head_seconds)

    def connection_lost(self, exc: Exception | None) -> None:
        """Free the place."""
        self._all.remove(self._connection)
        super().connection_lost(exc)
        # While they refer to each other, its parts and what was read of a body stay until the next full
        # garbage collection, which a daemon makes seldom.
        self.cycle = None  # type: ignore[assignment]
        self._connection.drop = self._connection.expire = _do_nothing
        self._app_line.forget_protocol()

    def data_received(self, data: bytes) -> None:
        """Read on, as far as the limits allow."""
        if self.is_leaving:
            self._overhear(len(data))
            return
        self._unset_keepalive_if_required()
        if self._connection.phase is Phase.IDLE:
            self._enter(Phase.HEAD, self._limits.head_seconds)
        self._has_begun = True
        handed_on = self._handed_on
        try:
            self.parser.feed_data(data)
            self._count_framing(len(data) - (self._handed_on - handed_on))
        except _Refused as refusal:
            self._refuse(refusal.problem)
        except httptools.HttpParserUpgrade:
            log.debug("%s asked for another protocol", self._connection.address)
        except httptools.HttpParserError as error:
            self._refuse(_problem_of(error))

    def on_message_begin(self) -> None:
        """Count anew."""
        super().on_message_begin()
        self._is_in_head = self._is_in_message = True
        self._head_bytes = self._header_count = self._body_bytes = self._framing_bytes = 0

    def on_url(self, url: bytes) -> None:
        """Take a piece of the request's target."""
        self._count_head(len(url))
        super().on_url(url)

    def on_header(self, name: bytes, value: bytes) -> None:
        """Take a header, or a trailer after a body in chunks."""
        self._header_count += 1
        self._count_head(len(name) + len(value))
        if self._header_count > self._limits.headers:
            raise _Refused(_head_problem(f"more than {self._limits.headers} headers"))
        super().on_header(name, value)

    def on_headers_complete(self) -> None:
        """Begin the request, or let it wait for the one before it."""
        self._is_in_head = False
        if len(self.pipeline) >= self._limits.pipelined:
            raise _Refused(_malformed(f"more than {self._limits.pipelined} requests at once"))
        super().on_headers_complete()
        self._body_began = time.monotonic()
        self._enter(Phase.BODY, self._limits.body_seconds)

    def on_body(self, body: bytes) -> None:
        """Take a piece of the body; one that nobody wants any more is bounded too."""
        self._handed_on += len(body)
        self._body_bytes += len(body)
        super().on_body(body)
        if self.cycle.response_complete and self._body_bytes > self._limits.unread_body_bytes:
            self._hang_up()
            return
        limits = self._limits
        allowed = limits.body_seconds + self._body_bytes / limits.body_bytes_per_second
        self._connection.deadline = self._body_began + min(allowed, limits.longest_body_seconds)

    def on_message_complete(self) -> None:
        """The request is here as a whole."""
        self._is_in_message = False
        super().on_message_complete()
        if self.cycle.response_complete:
            self._enter(Phase.IDLE, self._limits.idle_seconds)
        else:
            self._enter(Phase.ANSWER, None)

    def on_response_complete(self) -> None:
        """Begin the next request, or rest."""
        is_unasked = self._is_in_message and self.expect_100_continue and not self._body_bytes
        super().on_response_complete()
        if self.is_leaving or self._line.is_closing():
            return
        if self.cycle is not None and not self.cycle.response_complete:
            self._enter(Phase.ANSWER, None)
        elif is_unasked:  # whether the body comes now, or another request, nobody can tell
            self._hang_up()
        elif not self._is_in_message:
            self._enter(Phase.IDLE, self._limits.idle_seconds)
        elif self._is_in_head:  # of the next request
            self._enter(Phase.HEAD, self._limits.head_seconds)

    def pause_writing(self) -> None:
        """Give the client time for what waits to be sent, by its size."""
        super().pause_writing()
        self._time_answer()

    def resume_writing(self) -> None:
        """The client has taken it."""
        super().resume_writing()
        self._connection.answer_deadline = None

    def shutdown(self) -> None:
        """End now where no request is at work, else after it."""
        if self.cycle is None or self.cycle.response_complete:
            self._hang_up()
        else:
            self.cycle.keep_alive = False

    def leave(self) -> None:
        """Close; with part of a request unread, hear a little more first, so that the answer arrives."""
        if self.is_leaving or self._line.is_closing():
            return
        if not self._is_in_message:
            self._hang_up()
            return
        self.is_leaving = True
        self.flow.resume_reading()
        if self._line.can_write_eof():
            self._line.write_eof()
        self._enter(Phase.LEAVING, self._limits.linger_seconds)

    def _enter(self, phase: Phase, seconds: float | None) -> None:
        now = time.monotonic()
        self._connection.phase = phase
        self._connection.since = now
        self._connection.deadline = None if seconds is None else now + seconds

    def _count_head(self, size: int) -> None:
        self._handed_on += size
        self._head_bytes += size
        if self._head_bytes > self._limits.head_bytes:
            raise _Refused(_head_problem(f"larger than {self._limits.head_bytes:,} bytes"))

    def _count_framing(self, size: int) -> None:
        """Count what the parser took without handing it on: it may hold half a header, however long."""
        if not self._is_in_message:
            return
        self._framing_bytes += size
        if self._is_in_head:
            if self._head_bytes + self._framing_bytes > self._limits.head_bytes:
                raise _Refused(_head_problem(f"larger than {self._limits.head_bytes:,} bytes"))
        elif self._framing_bytes > self._limits.head_bytes + _FRAMING_PER_BYTE * self._body_bytes:
            raise _Refused(_malformed("chunks with more around them than in them"))

    def _overhear(self, size: int) -> None:
        self._body_bytes += size
        if self._body_bytes > self._limits.unread_body_bytes:
            self._hang_up()

    def _give_up(self) -> None:
        """The client took too long."""
        phase = self._connection.phase
        is_request = phase is Phase.BODY or (phase is Phase.HEAD and self._has_begun and self._is_in_message)
        if phase is Phase.BODY and self.flow.read_paused:
            self._enter(Phase.BODY, self._limits.body_seconds)  # it is the app that lets the client wait
        elif is_request:
            what = "body" if phase is Phase.BODY else "head"
            self._refuse(HttpProblem(408, "request-slow", f"the request's {what} did not come in time"))
        else:
            self._hang_up()

    def _refuse(self, problem: HttpProblem) -> None:
        """Answer, unless an answer to an earlier request is under way; then close."""
        log.info("a request from %s was refused: %s", self._connection.address, problem.detail)
        is_between = self.cycle is None or self.cycle.response_complete
        if not is_between:
            self.cycle.disconnected = True
            self.cycle.message_event.set()
        if self.pipeline or not (is_between or self._is_first_word()):
            self._hang_up()
            return
        self._line.write(_answer(problem))
        self._is_in_message = True  # what else the client says is heard, not read
        self.leave()

    def _is_first_word(self) -> bool:
        """Whether the request at work is the one that is being read, and has no answer yet."""
        return self._is_in_message and not self._is_in_head and not self.cycle.response_started

    def _hang_up(self) -> None:
        """Close once what was written is sent, which has its time as well."""
        self._line.close()
        self._connection.deadline = None
        self._time_answer()

    def _time_answer(self) -> None:
        waiting = self._line.get_write_buffer_size()
        seconds = self._limits.answer_seconds + waiting / self._limits.answer_bytes_per_second
        self._connection.answer_deadline = time.monotonic() + seconds


def _do_nothing() -> None:
    pass


def _problem_of(error: httptools.HttpParserError) -> HttpProblem:
    """What a parser's error says; that of a callback is wrapped up in it."""
    cause = error.__context__
    return cause.problem if isinstance(cause, _Refused) else _malformed("it is not HTTP/1.1")


def _head_problem(what: str) -> HttpProblem:
    return HttpProblem(431, "head-too-large", f"the request's head is too large: {what}")


def _malformed(what: str) -> HttpProblem:
    return HttpProblem(400, "request-malformed", f"the request cannot be read: {what}")


def _answer(problem: HttpProblem) -> bytes:
    body = json.dumps(problem.document("")).encode()
    head = (
        f"Content-Type: {MEDIA_TYPE}\r\nContent-Length: {len(body)}\r\n"
        "Cache-Control: no-store\r\nConnection: close\r\n\r\n"
    )
    return STATUS_LINE[problem.status] + head.encode() + body
