"""Errors in the OpenAPI document."""

from http import HTTPStatus
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

MEDIA_TYPE = "application/problem+json"


class ProblemView(BaseModel):
    """An error (RFC 9457). Some kinds have more members, such as `suggestion`, `errors` and `line`."""

    model_config = ConfigDict(extra="allow")

    type: str = Field(examples=["urn:monctl:problem:host-unknown"], description="The kind, as a URN.")
    title: str
    status: int
    detail: str = Field(description="What is wrong, and what to do.")
    instance: str = Field(description="The path that was asked for.")


def problems(*statuses: int, **described: str) -> dict[int | str, dict[str, Any]]:
    """The `responses=` of a route that may answer these statuses; `s409="…"` says more of one."""
    texts = {status: HTTPStatus(status).phrase for status in (400, 401, 403, 422, 429, 503, *statuses)}
    texts |= {int(name[1:]): text for name, text in described.items()}
    schema = {"$ref": "#/components/schemas/ProblemView"}
    return {
        status: {"description": text, "content": {MEDIA_TYPE: {"schema": schema}}}
        for status, text in texts.items()
    }
