"""The schemas of the OpenAPI document as a file of the dashboard, which makes its types of them.

`python -m web.ui_schemas` writes web/ui/schemas.json anew, and the dashboard's vocabulary beside it
(`web.ui_vocabulary`); nothing is started for that.
"""

import json
from pathlib import Path
from typing import Any

from fastapi import FastAPI

from web import ui_vocabulary
from web.app import create_bare_app

FILE = Path(__file__).parent / "ui" / "schemas.json"

_INFO = {"title": "monctl", "version": "v1"}


def schemas_text(app: FastAPI) -> str:
    """An OpenAPI document of an app's schemas alone, as it stands in the file: a schema a line."""
    document = app.openapi()
    schemas = document["components"]["schemas"]
    lines = [f"  {_json(name)}: {_json(_bare(schemas[name]))}" for name in sorted(schemas)]
    head = json.dumps({"openapi": document["openapi"], "info": _INFO, "paths": {}})
    body = ",\n".join(lines)
    return f'{head[:-1]}, "components": {{"schemas": {{\n{body}\n}}}}}}\n'


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def _bare(schema: Any) -> Any:
    """A schema without what no type is made of: titles, which repeat names, and examples."""
    if isinstance(schema, list):
        return [_bare(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    return {
        key: _bare_properties(value) if key == "properties" else _bare(value)
        for key, value in schema.items()
        if key not in ("title", "examples", "example")
    }


def _bare_properties(properties: dict[str, Any]) -> dict[str, Any]:
    """Here keys are names of a document, and `title` may be one of them."""
    return {name: _bare(schema) for name, schema in properties.items()}


def main() -> None:
    """Write both files."""
    ui_vocabulary.FILE.write_text(ui_vocabulary.vocabulary_text(), encoding="utf-8")
    FILE.write_text(schemas_text(create_bare_app(version="v1")), encoding="utf-8")


if __name__ == "__main__":
    main()
