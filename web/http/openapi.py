"""The OpenAPI document, complete with the schemas that only ready-made answers use."""

import asyncio
import json
from collections.abc import Callable
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from web.schemas.hosts import CheckStepView, CheckView, ImportRequest
from web.schemas.live import LiveInventoryView, LiveStateView
from web.schemas.problems import ProblemView

REF_TEMPLATE = "#/components/schemas/{model}"
_MODELS: tuple[type[BaseModel], ...] = (
    ProblemView,
    CheckStepView,
    CheckView,
    ImportRequest,
    LiveInventoryView,
    LiveStateView,
)


class Documents:
    """Documents as JSON, each made once, off the event loop: they are large, and the same for everybody."""

    def __init__(self) -> None:
        self._bodies: dict[str, bytes] = {}
        self._turn = asyncio.Lock()

    async def body(self, name: str, make: Callable[[], Any]) -> bytes:
        """The document of a name, made by `make` the first time."""
        async with self._turn:
            if name not in self._bodies:
                self._bodies[name] = await asyncio.to_thread(lambda: _encode(make()))
            return self._bodies[name]


def _encode(document: Any) -> bytes:
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()


def openapi_document(app: FastAPI) -> dict[str, Any]:
    """The document of an app, made once."""
    if app.openapi_schema is None:
        document = get_openapi(
            title=app.title,
            version=app.version,
            description=app.description,
            routes=app.routes,
            tags=app.openapi_tags,
            license_info=app.license_info,
        )
        _, definitions = models_json_schema(
            [(model, "serialization") for model in _MODELS], ref_template=REF_TEMPLATE
        )
        schemas = document.setdefault("components", {}).setdefault("schemas", {})
        app.openapi_schema = document
        schemas.update(definitions["$defs"])
        for unused in ("HTTPValidationError", "ValidationError"):
            schemas.pop(unused, None)
    return app.openapi_schema
