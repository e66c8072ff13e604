"""What a name stands for: a metric, the host's state or reason, a tag, the poller."""

import ast
from collections.abc import Mapping
from types import MappingProxyType

from alerts.errors import ExpressionInvalid
from alerts.expression.source import Source, unquoted
from alerts.expression.tree import CutOff, HostField, MetricValue, Tag
from foundation.documents.durations import parse_duration
from foundation.documents.errors import ValueInvalid
from foundation.documents.report import shown
from inventory.names import check_tag
from metrics.catalog import LABELS, METRICS, Metric, nearest

FUNCTIONS: Mapping[str, str] = MappingProxyType(
    {
        "avg": "metric, 5m",
        "min": "metric, 5m",
        "max": "metric, 5m",
        "rate": "metric",
        "predict": "metric, 24h",
        "nodata": "2m",
    }
)
"""The functions of the language, each with arguments that an editor offers; `metric` is to be replaced."""

Reference = MetricValue | HostField | Tag | CutOff

_OTHERS = MappingProxyType({"host": ("state", "reason"), "poller": ("cut_off",)})
_TAGS = "tags"


def read_reference(node: ast.Attribute | ast.Subscript | ast.Name, source: Source) -> Reference:
    """What a name stands for; raises ExpressionInvalid with the nearest name if it stands for nothing."""
    match node:
        case ast.Name():
            raise _bare_name(node, source)
        case ast.Subscript(value=ast.Name(id="tags"), slice=ast.Constant(value=str()) as key):
            return _tag(unquoted(source.originals[source.position(key)]), node, source)
        case ast.Attribute(value=ast.Name(id=root)):
            return _dotted(root, _attribute(node, source), node, source)
        case ast.Attribute(value=ast.Attribute()) if source.name(node).startswith("`tags."):
            name = (
                source.text_between(source.position(node), source.end(node))
                .replace(" ", "")
                .removeprefix("tags.")
            )
            message = "a tag whose name has a dot is written in brackets"
            raise source.fault(message, node, f'tags["{name}"]')
    raise source.fault(f"{source.name(node)} is not part of the language", node)


def read_metric(node: ast.expr, source: Source) -> Metric | None:
    """The metric that a node names, None if it is another thing; raises ExpressionInvalid if unknown."""
    if not isinstance(node, ast.Attribute | ast.Name) or is_duration(node, source):
        return None
    reference = read_reference(node, source)
    return reference.metric if isinstance(reference, MetricValue) else None


def is_duration(node: ast.expr, source: Source) -> bool:
    """Whether a node is a duration with a unit."""
    return isinstance(node, ast.Name) and source.position(node) in source.originals


def duration(node: ast.expr, source: Source) -> float | None:
    """The seconds of a duration or of a bare number, None where there is neither."""
    if is_duration(node, source):
        return parse_duration(source.originals[source.position(node)])
    if (
        isinstance(node, ast.Constant)
        and isinstance(node.value, int | float)
        and not isinstance(node.value, bool)
    ):
        return float(node.value) if node.value < 1e12 else 1e12
    return None


def is_tag(node: ast.expr) -> bool:
    """Whether a node is `tags.name`."""
    return isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == _TAGS


def _dotted(root: str, name: str, node: ast.Attribute, source: Source) -> Reference:
    if root == _TAGS:
        return _tag(name, node, source)
    if root == "host" and name in ("state", "reason"):
        return HostField("state" if name == "state" else "reason")
    if root == "poller" and name == "cut_off":
        return CutOff()
    metric = METRICS.get(f"{root}.{name}")
    if metric is None:
        raise _unknown_name(root, name, node, source)
    return MetricValue(metric)


def _attribute(node: ast.Attribute, source: Source) -> str:
    """What is behind the dot, also where it is one of Python's keywords."""
    return source.originals.get(source.end(node) - len(node.attr), node.attr)


def _tag(name: str, node: ast.expr, source: Source) -> Tag:
    try:
        check_tag(name)
    except ValueInvalid as error:
        raise source.fault(f"there can be no tag {shown(name)}: {error.message}", node) from None
    return Tag(name)


def _unknown_name(root: str, name: str, node: ast.expr, source: Source) -> ExpressionInvalid:
    name_text = f"{root}.{name}"
    if root in _OTHERS:
        near = nearest(name, _OTHERS[root])
        fields = " and ".join(f"`{root}.{other}`" for other in _OTHERS[root])
        return source.fault(
            f"there is no {shown(name_text)}, only {fields}", node, f"{root}.{near}" if near else None
        )
    return source.fault(f"there is no metric {shown(name_text)}", node, _nearest_metric(name_text))


def _nearest_metric(dotted: str) -> str | None:
    """One with the same field, if there is any, else the one that is spelled most alike."""
    measurement, _, field = dotted.rpartition(".")
    same = [name for name, metric in METRICS.items() if metric.field == field]
    if len(same) == 1:
        return same[0]
    own = [name for name, metric in METRICS.items() if metric.measurement == measurement]
    candidates = same or own
    return nearest(dotted, candidates) or next(iter(same), None) or nearest(dotted, METRICS)


def _bare_name(node: ast.Name, source: Source) -> ExpressionInvalid:
    name = source.name(node)
    if is_duration(node, source):
        return source.fault(
            f"the duration {name} can only stand within a function such as avg or nodata", node
        )
    if node.id in FUNCTIONS:
        return source.fault(f"{name} is a function and needs brackets", node)
    if node.id == _TAGS:
        return source.fault("which tag? it is written `tags.name`", node)
    if node.id in LABELS or node.id in _OTHERS:
        fields = _OTHERS.get(node.id) or [m.field for m in METRICS.values() if m.measurement == node.id]
        return source.fault(f"which value of {name}? There is `{node.id}.{fields[0]}`, for example", node)
    return source.fault(
        f"there is no {name}", node, _nearest_metric(f".{node.id}") or nearest(node.id, FUNCTIONS)
    )
