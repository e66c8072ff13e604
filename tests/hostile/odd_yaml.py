"""YAML documents that follow a JSON Schema, but for a few places where something odd stands."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from hypothesis import strategies as st

Schema = Mapping[str, Any]

_FILES = Path(__file__).parent.parent / "data" / "odd_yaml"

ODD_NODES = (*(_FILES / "nodes.txt").read_text("utf-8").splitlines(), "", "1" + "0" * 400, f'"{"x" * 5000}"')
"""What may stand anywhere, as it is written in flow style."""

HINTS: Mapping[str, tuple[Any, ...]] = {
    "when": ("cpu.usage_active > 90", "nodata(5m)", "avg(mem.used_percent, 5m) > 3 and disk.free < 10"),
    "clear": ("cpu.usage_active < 50", "never"),
    "title": ("{{ host }} is hot",),
    "message": ("{{ title }}\n{{ value }}",),
    "url": ("json://127.0.0.1:9/x", "mailtos://u:p@example.com", "http://localhost:8086"),
    "listen": ("127.0.0.1:8000",),
    "rate_limit": ("100/minute",),
    "public_url": ("https://monctl.example.com",),
    "trusted_proxies": ("10.0.0.0/8",),
    "database": ("sqlite",),
    "jump": ("gate", "user@10.0.0.1:22"),
    "max_size": ("1GB",),
}
"""Values of keys of which a schema says no more than that they are text."""


@dataclass(frozen=True, slots=True)
class Raw:
    """A node as it is written."""

    text: str


@dataclass(frozen=True, slots=True)
class Pairs:
    """A mapping; keys may come twice, and be Raw."""

    items: list[tuple[Any, Any]]


def written(node: Any) -> str:
    """The tree in flow style."""
    if isinstance(node, Raw):
        return node.text
    if isinstance(node, Pairs):
        return "{" + ", ".join(f"{written(key)} : {written(value)}" for key, value in node.items) + "}"
    if isinstance(node, list):
        return "[" + ", ".join(written(item) for item in node) + "]"
    return json.dumps(node)


@st.composite
def odd_documents(draw: st.DrawFn, schema: Schema) -> str:
    """A document of the schema in which one to three places have been made odd."""
    tree = draw(_valid(schema, schema))
    for _ in range(draw(st.integers(1, 3))):
        tree = draw(_damaged(tree))
    return written(tree)


@st.composite
def _valid(draw: st.DrawFn, schema: Schema, root: Schema, name: str = "") -> Any:
    """A value that the schema allows, as far as schemas say it."""
    if "$ref" in schema:
        reference = schema["$ref"].removeprefix("#/$defs/")
        return draw(_valid(root["$defs"][reference], root, reference if schema.get("type") else name))
    if "anyOf" in schema:
        return draw(_valid(draw(st.sampled_from(schema["anyOf"])), root, name))
    if "enum" in schema:
        return draw(st.sampled_from(schema["enum"]))
    kinds = schema.get("type", "string")
    kind = draw(st.sampled_from(kinds)) if isinstance(kinds, list) else kinds
    if kind == "object":
        return draw(_object(schema, root))
    if kind == "array":
        return draw(st.lists(_valid(schema["items"], root, name), max_size=2))
    return draw(_scalar(kind, schema, name))


@st.composite
def _object(draw: st.DrawFn, schema: Schema, root: Schema) -> Pairs:
    properties = schema.get("properties", {})
    keys = [key for key in properties if key in schema.get("required", ()) or draw(st.booleans())]
    items = [(key, draw(_valid(properties[key], root, key))) for key in keys]
    patterns = schema.get("patternProperties", {})
    others = [*patterns.values(), schema.get("additionalProperties")]
    for other in (one for one in others if isinstance(one, dict)):
        names = draw(
            st.lists(st.sampled_from(("a", "web-1", "gate", "db-[1:3]", "x y")), max_size=3, unique=True)
        )
        items += [(name, draw(_valid(other, root, name))) for name in names]
    return Pairs(items)


def _scalar(kind: str, schema: Schema, name: str) -> st.SearchStrategy[Any]:
    if kind == "null":
        return st.none()
    if kind == "boolean":
        return st.booleans()
    if kind in ("number", "integer"):
        low = int(schema.get("minimum", 1))
        return st.integers(low, int(min(schema.get("maximum", 1000), low + 100)))
    if name in HINTS:
        return st.sampled_from(HINTS[name])
    return st.sampled_from(("5m", "web-1", "a", "gate", "10.0.0.1", "/var*"))


@st.composite
def _damaged(draw: st.DrawFn, tree: Any) -> Any:
    """The tree with one place made odd."""
    place = draw(st.sampled_from(list(places(tree))))
    return with_node(tree, place, draw(_odd(node_at(tree, place), tree)))


@st.composite
def _odd(draw: st.DrawFn, node: Any, tree: Any) -> Any:
    odd = draw(st.sampled_from(ODD_NODES).map(Raw))
    changes: list[Any] = [odd, odd, odd, [node], [node, odd], Pairs([(odd, node)]), Pairs([("name", node)])]
    if isinstance(node, Pairs):
        index = draw(st.integers(0, len(node.items)))
        changes += [Pairs([*node.items[:index], (odd, "x"), *node.items[index:]])]
        changes += [Pairs([*node.items, (Raw("<<"), odd)]), Pairs([*node.items, *node.items[:1]])]
    if isinstance(node, list):
        changes += [[*node, odd], node * 60]
    other = node_at(tree, draw(st.sampled_from(list(places(tree)))))
    return draw(st.sampled_from([*changes, other]))


def places(node: Any, before: tuple[int, ...] = ()) -> Iterator[tuple[int, ...]]:
    yield before
    children = [value for _, value in node.items] if isinstance(node, Pairs) else node
    if isinstance(children, list):
        for index, child in enumerate(children):
            yield from places(child, (*before, index))


def node_at(tree: Any, place: tuple[int, ...]) -> Any:
    for index in place:
        tree = tree.items[index][1] if isinstance(tree, Pairs) else tree[index]
    return tree


def with_node(tree: Any, place: tuple[int, ...], node: Any) -> Any:
    """The tree with another node at a place."""
    if not place:
        return node
    index, *rest = place
    if isinstance(tree, Pairs):
        items = list(tree.items)
        items[index] = (items[index][0], with_node(items[index][1], tuple(rest), node))
        return Pairs(items)
    items = list(tree)
    items[index] = with_node(items[index], tuple(rest), node)
    return items


def tree_of(document: Any) -> Any:
    """The tree of plain mappings, lists and scalars."""
    if isinstance(document, dict):
        return Pairs([(str(key), tree_of(value)) for key, value in document.items()])
    return [tree_of(item) for item in document] if isinstance(document, list) else document


def documents(name: str) -> list[Any]:
    """The trees of the sound documents in a file of tests/data/odd_yaml."""
    return [tree_of(one) for one in yaml.safe_load_all((_FILES / name).read_text("utf-8"))]
