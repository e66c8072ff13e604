"""What the OpenAPI document says of the routes of records: hosts, rules, channels."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any

from fastapi import Header

from web.schemas.problems import problems

Responses = dict[int | str, dict[str, Any]]

IfNoneMatch = Annotated[str | None, Header(description="The ETag of the version known.")]


def if_match_header(kind: str) -> Any:
    """The header `If-Match` of a request that changes a record."""
    return Header(
        description=f"The ETag that the change is meant for: 412 when the {kind} has changed since."
    )


class RecordResponses:
    """The `responses=` of the routes of one kind of record; `owner`: the file that may own one."""

    def __init__(self, kind: str, *, owner: str) -> None:
        self._kind = kind
        self._owned = f"The {kind} belongs to {owner}: change it there."
        self._changed = f"The {kind} has changed since the version that If-Match names."
        self._etag = {"ETag": {"description": f"The {kind}'s version.", "schema": {"type": "string"}}}

    def created(self, *statuses: int) -> Responses:
        """Of a route that makes one."""
        described = problems(*statuses, s409=f"There is a {self._kind} of that name already.")
        return {**described, 201: {"headers": self._etag | {"Location": {"schema": {"type": "string"}}}}}

    def read(self, *, is_conditional: bool = False) -> Responses:
        """Of a route that gives one; `is_conditional`: it looks at If-None-Match."""
        unchanged: Responses = {
            304: {"description": "The version that If-None-Match names is the present one."}
        }
        return {**problems(404), 200: {"headers": self._etag}, **(unchanged if is_conditional else {})}

    def changed(self, *statuses: int) -> Responses:
        """Of a route that changes one."""
        return {**self.removed(*statuses), 200: {"headers": self._etag}}

    def removed(self, *statuses: int) -> Responses:
        """Of a route that takes one away."""
        return problems(404, *statuses, s409=self._owned, s412=self._changed)


def json_body(
    properties: Mapping[str, Any], example: Mapping[str, Any], *, required: Sequence[str] = ()
) -> dict[str, Any]:
    """The `openapi_extra=` of a route whose body is an object with these keys."""
    schema: dict[str, Any] = {"type": "object", "properties": properties, "additionalProperties": False}
    if required:
        schema["required"] = list(required)
    content = {"application/json": {"schema": schema, "example": dict(example)}}
    return {"requestBody": {"required": True, "content": content}}
