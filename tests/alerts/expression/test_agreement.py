"""The generated function and the interpreter say the same, and nothing upsets either."""

import inspect
import sys
from types import SimpleNamespace

import pytest
from hypothesis import assume, example, given, reject
from hypothesis import strategies as st

from alerts.errors import ExpressionInvalid
from alerts.expression.compiled import Compiled, HostFacts, compile_expression
from alerts.expression.generator import UNDECIDED, generate
from alerts.expression.interpreter import Interpreter
from alerts.expression.needs import needs_of
from alerts.expression.parser import parse
from tests.alerts.expression.evaluating import FINE, Host, Points, WindowValues, arranged
from tests.alerts.expression.writing import (
    any_number,
    conditions,
    hosts,
    points,
    real_number,
    window_values,
)

WORDS = "cpu.usage_active|tags.env|host.state|avg|nodata|5m|90|1e9|'down'| and | or |not | in |lambda|if|True"
PIECES = st.sampled_from([*WORDS.split("|"), "\ud800", "__class__", *' \n\0\\é"()[]{},.<>=!+-*/%:;_#@|'])


def usable(text: str) -> Compiled:
    try:
        return compile_expression(text)
    except ExpressionInvalid:
        reject()


@given(conditions(), points(any_number), window_values(any_number), hosts)
def test_what_the_generated_function_tells_the_interpreter_tells_too(
    text: str, values: Points, windows: WindowValues, host: HostFacts
) -> None:
    compiled = usable(text)
    arguments = arranged(compiled, values, windows, host)
    condition = parse(text)
    needs = needs_of(condition)
    slow = Interpreter(needs).condition(condition)(*arguments)
    try:
        fast: bool | None = generate(condition, needs)(*arguments)
    except UNDECIDED:
        fast = slow
    assert fast is slow
    assert compiled.check(*arguments) is slow


@given(conditions(), points(any_number), window_values(any_number), hosts)
def test_readings_can_be_taken_of_any_numbers(
    text: str, values: Points, windows: WindowValues, host: HostFacts
) -> None:
    compiled = usable(text)
    for reading in compiled.readings(*arranged(compiled, values, windows, host)):
        assert reading.text in text


@given(conditions(with_windows=False), points(real_number, complete=True))
def test_with_all_values_there_an_expression_means_what_it_means_in_python(text: str, values: Points) -> None:
    assume("class" not in text and "swap.in" not in text and "nodata" not in text)
    compiled = usable(text)
    names = {measurement: SimpleNamespace(**fields) for measurement, fields in values.items()}
    tags = {"env": "prod", "a-b": ""}
    names["tags"] = _Tags(tags)
    names["host"] = SimpleNamespace(state="ok", reason="")
    told = compiled.check(*arranged(compiled, values, {}, Host(tags=tags)))
    try:
        meant = eval(text, {}, names)
    except (ZeroDivisionError, OverflowError):
        reject()
    assert told is None or told is meant


class _Tags(SimpleNamespace):
    def __init__(self, tags: dict[str, str]) -> None:
        super().__init__(**{name: value for name, value in tags.items() if name.isidentifier()})
        self._tags = tags

    def __getitem__(self, name: str) -> str:
        return self._tags[name]


@given(conditions(with_windows=False), points(real_number), points(real_number, complete=True))
def test_what_is_told_without_a_value_stays_so_whatever_the_value_turns_out_to_be(
    text: str, some: Points, all_values: Points
) -> None:
    compiled = usable(text)
    told = compiled.check(*arranged(compiled, some, {}, FINE))
    filled = {name: {**fields, **some.get(name, {})} for name, fields in all_values.items()}
    known = compiled.check(*arranged(compiled, filled, {}, FINE))
    assert told is None or told is known


@given(conditions(), conditions(), points(any_number), window_values(any_number), hosts)
def test_de_morgan_holds_for_the_unknown_too(
    left: str, right: str, values: Points, windows: WindowValues, host: HostFacts
) -> None:
    both = usable(f"not (({left}) and ({right}))")
    either = usable(f"not ({left}) or not ({right})")
    assert both.check(*arranged(both, values, windows, host)) is either.check(
        *arranged(either, values, windows, host)
    )


@given(st.text(max_size=60) | st.lists(PIECES, max_size=25).map("".join))
@example("(" * 400 + "1" + ")" * 400)
@example("- " * 499 + "1")
@example("-" * 999 + "1")
@example("not " * 249 + "True")
@example("+".join("1" * 400) + " > 0")
@example("avg(" * 200)
@example("tags" + ".a" * 480 + " == ''")
@example("x[" * 30 + "1" + "]" * 30)
@example("9" * 900 + " > 1")
@example("1" + "0" * 300 + " * 1" + "0" * 300 + " > 1")
@example("9" * 400 + "m")
@example(f"nodata({'9' * 400})")
@example("'a'\"b\" == tags.x")
@example('"""a" "b""" == tags.x')
def test_any_text_is_an_expression_or_invalid_and_nothing_else(text: str) -> None:
    error = None
    try:
        compile_expression(text)
    except ExpressionInvalid as caught:
        error = caught
    assert error is None or error.column is None or 1 <= error.column <= len(text) + 1


def test_an_expression_too_deep_for_the_stack_that_is_left_is_invalid() -> None:
    def dig(levels: int) -> None:
        if levels:
            dig(levels - 1)
        else:
            compile_expression("-" * 990 + "1 > 0")

    with pytest.raises(ExpressionInvalid, match="too deeply nested"):
        dig(sys.getrecursionlimit() - len(inspect.stack(0)) - 100)


@pytest.mark.parametrize("value", [float("nan"), float("inf"), float("-inf"), 10**400])
@pytest.mark.parametrize("operator", ["<", ">", "==", "!="])
def test_a_value_that_is_no_finite_number_is_unknown(value: float, operator: str) -> None:
    compiled = compile_expression(f"cpu.usage_active {operator} 90")
    assert compiled.check([{"usage_active": value}], (), FINE) is None
