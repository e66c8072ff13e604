"""The functions of the language and what they take."""

import ast
from types import MappingProxyType

from alerts.expression.references import FUNCTIONS, duration, read_metric
from alerts.expression.source import Source
from alerts.expression.tree import NoData, WindowCall, WindowValue
from foundation.documents.durations import format_duration
from metrics.catalog import METRICS, Kind, Metric, nearest

MAX_WINDOW_SECONDS = 30 * 86400.0
MAX_SILENCE_SECONDS = 7 * 86400.0

_OTHER_NAMES = MappingProxyType({"mean": "avg", "average": "avg", "forecast": "predict", "absent": "nodata"})
_NODATA = "nodata"
_RATE = "rate"


def read_call(node: ast.Call, source: Source) -> WindowValue | NoData:
    """What a call stands for; raises ExpressionInvalid."""
    function = _function(node, source)
    if function == _NODATA:
        (argument,) = _arguments(node, 1, "nodata(5m)", source)
        return NoData(
            _seconds(argument, MAX_SILENCE_SECONDS, source),
            source.text_between(source.position(node), source.end(node)),
        )
    if function == _RATE:
        (argument,) = _arguments(node, 1, "rate(net.err_in)", source)
        metric = _metric(argument, function, source)
        _check_counter(metric, argument, source)
        return WindowValue(WindowCall(function, metric.name, 0.0), metric)
    first, second = _arguments(node, 2, f"{function}(cpu.usage_active, 5m)", source)
    metric = _metric(first, function, source)
    return WindowValue(
        WindowCall(function, metric.name, _seconds(second, MAX_WINDOW_SECONDS, source)), metric
    )


def _function(node: ast.Call, source: Source) -> str:
    if isinstance(node.func, ast.Name) and node.func.id in FUNCTIONS:
        return node.func.id
    name = node.func.id if isinstance(node.func, ast.Name) else ""
    suggestion = _OTHER_NAMES.get(name) or nearest(name, FUNCTIONS)
    functions = ", ".join(FUNCTIONS)
    raise source.fault(f"there is no function {source.name(node.func)}, only {functions}", node, suggestion)


def _arguments(node: ast.Call, count: int, example: str, source: Source) -> list[ast.expr]:
    is_odd = bool(node.keywords) or any(isinstance(argument, ast.Starred) for argument in node.args)
    if is_odd or len(node.args) != count:
        raise source.fault(f"{source.name(node.func)} is written like `{example}`", node)
    return node.args


def _metric(node: ast.expr, function: str, source: Source) -> Metric:
    metric = read_metric(node, source)
    if metric is None:
        message = f"`{function}` is of one metric such as cpu.usage_active, not of {source.name(node)}"
        raise source.fault(message, node)
    return metric


def _check_counter(metric: Metric, node: ast.expr, source: Source) -> None:
    if metric.kind is not Kind.COUNTER:
        own = [other for other in METRICS.values() if other.measurement == metric.measurement]
        counters = [other.name for other in own if other.kind is Kind.COUNTER]
        message = f"`rate` is of a counter, and `{metric.name}` is none"
        raise source.fault(message, node, nearest(metric.name, counters))


def _seconds(node: ast.expr, most: float, source: Source) -> float:
    seconds = duration(node, source)
    if seconds is None:
        raise source.fault(f"a duration such as 5m or 24h is wanted, not {source.name(node)}", node)
    if not 0 < seconds <= most:
        message = f"the duration must be more than 0 and at most {format_duration(most)}"
        raise source.fault(message, node)
    return seconds
