"""Requests and answers about records that have a name and a version: hosts, rules, channels."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from http import HTTPStatus
from typing import Any, Protocol, TypeVar
from urllib.parse import quote

from fastapi import Response
from fastapi.responses import JSONResponse

from foundation.database.changes import Note
from foundation.display.pages import page_view
from web.http.etags import etag, expected_version, is_known
from web.http.problems import HttpProblem

_Record = TypeVar("_Record")


class _Removing(Protocol):
    """A repository of records, as it is used here."""

    def remove(self, name: str, *, expected_version: int | None = ..., note: Note | None = ...) -> None:
        """Take one away."""


def record_answer(view: Mapping[str, Any], *, created_at_path: str | None = None) -> Response:
    """A record's document with its ETag; `created_at_path`: where one that has just been made is found.

    The path ends at the slash before the name.
    """
    headers = {"ETag": etag(view["version"])}
    if created_at_path is None:
        return JSONResponse(view, headers=headers)
    headers["Location"] = f"{created_at_path}{quote(view['name'], safe='')}"
    return JSONResponse(view, HTTPStatus.CREATED, headers)


def not_modified(if_none_match: str | None, version: int) -> Response | None:
    """The answer to a client that has this version already, None for any other."""
    if not is_known(if_none_match, version):
        return None
    return Response(status_code=HTTPStatus.NOT_MODIFIED, headers={"ETag": etag(version)})


def page_of(
    records: Sequence[_Record], view: Callable[[_Record], dict[str, Any]], *, offset: int, limit: int
) -> dict[str, Any]:
    """A page of all these records."""
    views = [view(record) for record in records[offset : offset + limit]]
    return page_view(views, total=len(records), offset=offset, limit=limit)


async def remove_record(
    repository: _Removing, name: str, *, if_match: str | None, note: Note | None
) -> Response:
    """Take a record away, if it is at the version of `if_match`; the answer has no body."""
    version = expected_version(if_match)
    await asyncio.to_thread(repository.remove, name, expected_version=version, note=note)
    return Response(status_code=HTTPStatus.NO_CONTENT)


def take_name(document: dict[str, Any]) -> str:
    """Take the name out of the document of a new record; raises HttpProblem (422)."""
    name = document.pop("name", None)
    if not isinstance(name, str) or not name:
        raise HttpProblem(422, "request-invalid", "name: must be there, a text that is not empty")
    return name


def refuse_renaming(document: dict[str, Any], kind: str, name: str) -> None:
    """Take the name out of the document of a record; raises HttpProblem (422) for another than its own."""
    if document.pop("name", name) != name:
        raise HttpProblem(422, "request-invalid", f"name: the path says `{name}`; a {kind} cannot be renamed")
