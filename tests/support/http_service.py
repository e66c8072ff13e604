"""A plain HTTP server whose answers a test chooses, and which keeps what it was asked."""

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass
class HttpService:
    """`requests`: method and path of each, in their order; `status`, `headers` and `body` are the answer.

    `statuses`: the answers at some paths, in the place of `status`.
    """

    address: str = ""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b"ok"
    requests: list[str] = field(default_factory=list)
    statuses: Mapping[str, int] = field(default_factory=dict)


@contextmanager
def running_http_service(host: str = "127.0.0.1", port: int = 0) -> Iterator[HttpService]:
    """A server in a thread."""
    service = HttpService()

    class Handler(BaseHTTPRequestHandler):
        def _answer(self) -> None:
            self.rfile.read(int(self.headers.get("content-length", "0")))
            service.requests.append(f"{self.command} {self.path}")
            self.send_response(service.statuses.get(self.path, service.status))
            for name, value in service.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(service.body)))
            self.end_headers()
            self.wfile.write(service.body)

        do_GET = do_POST = do_PUT = do_HEAD = _answer  # noqa: N815 -- the base's names

        def log_message(self, *args: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer((host, port), Handler) as server:
        service.address = f"{host}:{server.server_address[1]}"
        thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        try:
            yield service
        finally:
            server.shutdown()
            thread.join()
