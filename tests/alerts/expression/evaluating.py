"""Hosts and values to evaluate expressions with."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from alerts.expression.compiled import Compiled, Fields, HostFacts, Windows, compile_expression

Points = Mapping[str, Mapping[str, int | float]]
"""Measurement -> its fields."""

WindowValues = Mapping[str, float | None]
"""Function -> its value, whatever the metric is."""


@dataclass(frozen=True, slots=True)
class Host:
    """A host that is fine, unless said otherwise."""

    state: str = "ok"
    reason: str = ""
    tags: Mapping[str, str] = field(default_factory=dict)
    silent_seconds: float = 0.0
    is_cut_off: bool = False


FINE = Host()


def arranged(
    compiled: Compiled, points: Points, windows: WindowValues, host: HostFacts
) -> tuple[Fields, Windows, HostFacts]:
    """The arguments in the order that the expression wants."""
    return (
        [points.get(measurement, {}) for measurement in compiled.measurements],
        [windows.get(call.function) for call in compiled.windows],
        host,
    )


def holds(
    text: str, points: Points | None = None, windows: WindowValues | None = None, host: HostFacts = FINE
) -> bool | None:
    """Whether an expression holds."""
    compiled = compile_expression(text)
    return compiled.check(*arranged(compiled, points or {}, windows or {}, host))
