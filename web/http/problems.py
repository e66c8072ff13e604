"""Errors as the API answers them: problem+json (RFC 9457).

`HttpProblem` is raised by routes; errors of the rooms below are translated by one table.
"""

import json
import logging
import re
from collections.abc import Callable, Mapping, Sequence
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from access.errors import AccountExists, AccountInvalid, AccountUnknown, LastAdmin
from alerts.errors import AlertClosed, AlertsInvalid, ExpressionInvalid, TemplateInvalid
from foundation.documents.errors import Problem as InventoryProblem
from foundation.records.errors import RecordConflict, RecordExists, RecordFileOwned, RecordUnknown
from inventory.errors import ImportUnreadable, InventoryInvalid
from metrics.errors import BadAnswer, StoreError, StoreUnavailable, TooManyPoints, UnknownMetric
from web.errors import HostKeysDiffer, HostKeysUnseen, KnownHostsUnusable
from web.schemas.problems import MEDIA_TYPE

_RETRY_SECONDS = 5
_MAX_ERRORS = 50
_COLUMN = re.compile(r" \(column (\d{1,6})\)$")

log = logging.getLogger(__name__)


class HttpProblem(Exception):
    """An answer that says what went wrong.

    `kind`: a stable word for programs (the end of `type`). `more`: further members, such as `file`.
    """

    def __init__(
        self,
        status: int,
        kind: str,
        detail: str,
        *,
        headers: Mapping[str, str] | None = None,
        more: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.kind = kind
        self.detail = detail
        self.headers = dict(headers or {})
        self.more = dict(more or {})

    def document(self, path: str) -> dict[str, Any]:
        """The body of the answer to a request for `path`."""
        return {
            "type": f"urn:monctl:problem:{self.kind}",
            "title": HTTPStatus(self.status).phrase,
            "status": self.status,
            "detail": self.detail,
            "instance": path,
            **self.more,
        }

    def response(self, path: str) -> Response:
        """The answer to a request for `path`."""
        body = json.dumps(self.document(path), default=str)
        return Response(body, self.status, self.headers, media_type=MEDIA_TYPE)


def install_problems(app: FastAPI, *, unavailable: tuple[type[Exception], ...] = ()) -> None:
    """Answer every error as a problem; `unavailable`: errors which say that a database is away."""
    app.add_exception_handler(HttpProblem, _answer_problem)
    app.add_exception_handler(RequestValidationError, _answer_invalid)
    app.add_exception_handler(HTTPException, answer_http)
    app.add_exception_handler(ClientDisconnect, _answer_gone)
    app.add_exception_handler(Exception, _answer_fault)
    for kind in _TRANSLATIONS:
        app.add_exception_handler(kind, _answer_known)
    for kind in unavailable:
        app.add_exception_handler(kind, _answer_unavailable)


def translate(error: Exception) -> HttpProblem | None:
    """The problem that an error of the rooms below stands for; None where it is a fault of ours."""
    for kind in type(error).__mro__:
        make = _TRANSLATIONS.get(kind)
        if make is not None:
            return make(error)
    return None


def unavailable_problem(detail: str) -> HttpProblem:
    """Something that this answer needs is away for now."""
    return HttpProblem(503, "unavailable", detail, headers={"Retry-After": str(_RETRY_SECONDS)})


def request_invalid(pydantic_errors: Sequence[Mapping[str, Any]]) -> HttpProblem:
    """What pydantic found wrong with a request: the `errors()` of its exception, at least one."""
    errors = [
        {"field": ".".join(str(part) for part in one["loc"]), "message": one["msg"]}
        for one in pydantic_errors[:_MAX_ERRORS]
    ]
    detail = ": ".join(text for text in errors[0].values() if text)
    return HttpProblem(422, "request-invalid", detail, more={"errors": errors})


def _inventory_invalid(error: InventoryInvalid) -> HttpProblem:
    return _all_problems("inventory-invalid", error.problems)


def _all_problems(kind: str, problems: Sequence[InventoryProblem]) -> HttpProblem:
    errors = [
        {
            "field": problem.field,
            "message": problem.message,
            "suggestion": problem.suggestion,
            "line": problem.line,
            "column": _column(problem.message),
        }
        for problem in problems[:_MAX_ERRORS]
    ]
    detail = str(problems[0])
    if len(problems) > 1:
        detail = f"{detail} (and {len(problems) - 1} more)"
    return HttpProblem(422, kind, detail, more={"errors": errors})


def _column(message: str) -> int | None:
    """Where in an expression it is, from 1: problems name the place in their sentence alone."""
    column = _COLUMN.search(message)
    return int(column[1]) if column else None


def _import_unreadable(error: ImportUnreadable) -> HttpProblem:
    return HttpProblem(422, "import-unreadable", error.reason, more={"line": error.line})


def _unknown_metric(error: UnknownMetric) -> HttpProblem:
    return HttpProblem(422, "metric-unknown", str(error), more={"suggestion": error.suggestion})


def _too_many_points(error: TooManyPoints) -> HttpProblem:
    return HttpProblem(
        422, "too-many-points", str(error), more={"asked": error.point_count, "limit": error.limit}
    )


def _record_unknown(error: RecordUnknown) -> HttpProblem:
    return HttpProblem(404, f"{error.kind}-unknown", str(error), more={"suggestion": error.suggestion})


def _record_exists(error: RecordExists) -> HttpProblem:
    return HttpProblem(409, f"{error.kind}-exists", str(error), more={"file": error.file, "line": error.line})


def _record_file_owned(error: RecordFileOwned) -> HttpProblem:
    more = {"file": error.file, "line": error.line}
    return HttpProblem(409, f"{error.kind}-owned-by-file", str(error), more=more)


def _record_conflict(error: RecordConflict) -> HttpProblem:
    return HttpProblem(412, f"{error.kind}-changed", str(error), more={"version": error.actual})


def _expression_invalid(error: ExpressionInvalid) -> HttpProblem:
    more = {"column": error.column, "suggestion": error.suggestion}
    return HttpProblem(422, "expression-invalid", str(error), more=more)


def _host_keys_unseen(error: HostKeysUnseen) -> HttpProblem:
    more = {"reason": error.reason, "advice": error.advice}
    return HttpProblem(424, "host-keys-unseen", str(error), more=more)


_TRANSLATIONS: Mapping[type[Exception], Callable[[Any], HttpProblem]] = {
    InventoryInvalid: _inventory_invalid,
    ImportUnreadable: _import_unreadable,
    UnknownMetric: _unknown_metric,
    TooManyPoints: _too_many_points,
    BadAnswer: lambda error: HttpProblem(422, "bad-answer", error.reason),
    StoreUnavailable: lambda error: unavailable_problem("the metric store cannot be reached, try again"),
    StoreError: lambda error: unavailable_problem("the metric store cannot answer; see monctl's log"),
    AlertsInvalid: lambda error: _all_problems("alerts-invalid", error.problems),
    ExpressionInvalid: _expression_invalid,
    TemplateInvalid: lambda error: HttpProblem(
        422, "template-invalid", str(error), more={"line": error.line}
    ),
    RecordUnknown: _record_unknown,
    RecordExists: _record_exists,
    RecordFileOwned: _record_file_owned,
    RecordConflict: _record_conflict,
    AlertClosed: lambda error: HttpProblem(409, "alert-closed", str(error)),
    AccountUnknown: lambda error: HttpProblem(404, f"{error.kind}-unknown", str(error)),
    AccountExists: lambda error: HttpProblem(409, f"{error.kind}-exists", str(error)),
    AccountInvalid: lambda error: HttpProblem(
        422, "account-invalid", str(error), more={"field": error.field}
    ),
    HostKeysUnseen: _host_keys_unseen,
    HostKeysDiffer: lambda error: HttpProblem(
        409,
        "host-key-changed" if error.keys.is_changed else "host-keys-differ",
        str(error),
        more={"host_keys": error.keys.view()},
    ),
    KnownHostsUnusable: lambda error: HttpProblem(409, "known-hosts-unusable", str(error)),
    LastAdmin: lambda error: HttpProblem(409, "last-admin", str(error)),
}


async def _answer_problem(request: Request, error: Exception) -> Response:
    assert isinstance(error, HttpProblem)
    return error.response(request.url.path)


async def _answer_known(request: Request, error: Exception) -> Response:
    problem = translate(error)
    assert problem is not None
    if problem.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        log.error("%s %s: %s", request.method, request.url.path, error)
    return problem.response(request.url.path)


async def _answer_unavailable(request: Request, error: Exception) -> Response:
    log.error("%s %s: %s", request.method, request.url.path, error)
    return unavailable_problem("the database cannot be reached, try again").response(request.url.path)


async def _answer_invalid(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    pydantic_errors = error.errors()
    if any(one["type"] == "json_invalid" for one in pydantic_errors):
        where = next(one for one in pydantic_errors if one["type"] == "json_invalid")
        reason = where.get("ctx", {}).get("error", "")
        return HttpProblem(400, "json-invalid", f"the body is not JSON: {reason}").response(request.url.path)
    return request_invalid(pydantic_errors).response(request.url.path)


async def answer_http(request: Request, error: Exception) -> Response:
    """The problem for an error of the framework: no such path, no such method."""
    assert isinstance(error, HTTPException)
    kind = HTTPStatus(error.status_code).phrase.lower().replace(" ", "-")
    detail = error.detail if isinstance(error.detail, str) else HTTPStatus(error.status_code).phrase
    if error.status_code == HTTPStatus.NOT_FOUND:
        detail = f"there is nothing at {request.url.path}; the routes are listed at /docs"
    return HttpProblem(error.status_code, kind, detail, headers=error.headers).response(request.url.path)


async def _answer_gone(request: Request, error: Exception) -> Response:
    """For nobody: the client went away before its body was here."""
    return HttpProblem(400, "body-incomplete", "the body did not come as a whole").response(request.url.path)


async def _answer_fault(request: Request, error: Exception) -> Response:
    log.error("%s %s failed", request.method, request.url.path, exc_info=error)
    detail = "an error in monctl; its log has the traceback"
    return HttpProblem(500, "internal-error", detail).response(request.url.path)
