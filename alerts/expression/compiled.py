"""An expression compiled to a function, to be evaluated at each poll."""

from collections.abc import Mapping
from types import MappingProxyType

from alerts.expression.facts import Fields, HostFacts, Windows
from alerts.expression.generator import UNDECIDED, generate
from alerts.expression.interpreter import Interpreter
from alerts.expression.needs import Scope, needs_of
from alerts.expression.parser import parse
from alerts.expression.readings import Moment
from alerts.expression.tree import Condition, WindowCall
from alerts.notice import Reading

__all__ = ["Compiled", "Fields", "HostFacts", "Scope", "WindowCall", "Windows", "compile_expression"]

_NO_LABELS: Mapping[str, str] = MappingProxyType({})


class Compiled:
    """An expression and what it needs.

    `text`: as written. `measurements`: sorted, those whose points it needs, also within functions.
    `metrics`: sorted, all that it names. `windows`: the functions over a time whose values it needs, in the
    order in which they are passed. `uses_host`: whether it must also be evaluated when a poll failed, since
    it asks for the host's state, reason or silence.
    """

    __slots__ = (
        "_condition",
        "_fast",
        "_interpreter",
        "_slow",
        "measurements",
        "metrics",
        "scope",
        "text",
        "uses_host",
        "windows",
    )

    def __init__(self, text: str, condition: Condition) -> None:
        needs = needs_of(condition)
        self.text = text
        self.scope = needs.scope
        self.measurements = needs.measurements
        self.metrics = needs.metrics
        self.windows = needs.windows
        self.uses_host = needs.uses_host
        self._condition = condition
        self._interpreter = Interpreter(needs)
        self._fast = generate(condition, needs)
        self._slow = self._interpreter.condition(condition)

    def check(self, fields: Fields, windows: Windows, host: HostFacts) -> bool | None:
        """Whether the condition holds; None where it is not known, for values are missing or not finite.

        `fields[i]`: the fields of the point of `measurements[i]`, empty where there is none. `windows[i]`:
        the value of `windows[i]`, None where it is not known.
        """
        # Most polls have all values, and then the generated function is the fast way. It knows only true and
        # false: where a value is missing it raises, and the interpreter decides.
        try:
            return self._fast(fields, windows, host)
        except UNDECIDED:
            return self._slow(fields, windows, host)

    def readings(
        self, fields: Fields, windows: Windows, host: HostFacts, labels: Mapping[str, str] = _NO_LABELS
    ) -> tuple[Reading, ...]:
        """The values on the sides of each comparison, in order; `labels`: those of all its series."""
        moment = Moment(self._interpreter, fields, windows, host, labels)
        return tuple(moment.readings(self._condition))


def compile_expression(text: str) -> Compiled:
    """The compiled expression; raises ExpressionInvalid with its column and perhaps a suggestion."""
    return Compiled(text.strip(), parse(text))
