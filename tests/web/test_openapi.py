"""The OpenAPI document holds together, and the dashboard's types are made of the schemas that it has."""

from collections.abc import Iterator
from typing import Any

import pytest
from fastapi import FastAPI

from tests.support.api import ApiUnderTest
from web.app import create_bare_app
from web.ui_schemas import FILE, schemas_text


def _refs(part: Any) -> Iterator[str]:
    if isinstance(part, dict):
        if isinstance(part.get("$ref"), str):
            yield part["$ref"]
        for inner in part.values():
            yield from _refs(inner)
    elif isinstance(part, list):
        for inner in part:
            yield from _refs(inner)


def _bare() -> FastAPI:
    return create_bare_app(version="v1")


def test_the_dashboards_types_are_made_of_the_schemas_that_the_api_has() -> None:
    assert FILE.read_text() == schemas_text(_bare()), "run `make schemas`"


def test_every_reference_of_the_document_leads_to_a_schema() -> None:
    document = _bare().openapi()
    refs = set(_refs(document))
    assert len(refs) > 50
    assert refs == {f"#/components/schemas/{name}" for name in document["components"]["schemas"]} & refs


@pytest.mark.anyio
async def test_the_document_needs_no_parts_to_be_the_one_that_is_served(api: ApiUnderTest) -> None:
    bare = create_bare_app(version=api.app.version)
    assert bare.openapi() == (await api.call("GET", "//openapi.json", role=None)).json()
