"""Counts requests by route."""

import time
from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from web.prometheus.requests import RequestTelemetry

_UNMATCHED = "unmatched"


class RequestCounts:
    """Counts each request when its answer begins. `templates`: a route's function -> its path."""

    def __init__(
        self,
        app: ASGIApp,
        *,
        telemetry: RequestTelemetry,
        templates: Mapping[Callable[..., Any], str],
    ) -> None:
        self._app = app
        self._telemetry = telemetry
        self._templates = templates

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = time.perf_counter()
        is_counted = False

        def count(status: int) -> None:
            nonlocal is_counted
            is_counted = True
            route = self._templates.get(scope.get("endpoint", _unmatched), _UNMATCHED)
            seconds = time.perf_counter() - started
            self._telemetry.count(route, scope["method"], status=status, seconds=seconds)

        async def send_counted(message: Message) -> None:
            if message["type"] == "http.response.start":
                count(message["status"])
            await send(message)

        try:
            await self._app(scope, receive, send_counted)
        except Exception:
            if not is_counted:
                count(HTTPStatus.INTERNAL_SERVER_ERROR)
            raise


def _unmatched() -> None:
    """Stands for the function of a path that has none."""
