import pytest
from hypothesis import given
from hypothesis import strategies as st

from inventory.errors import ValueInvalid, VariableMissing
from inventory.variables import escape, has_references, is_plain_reference, resolve


@pytest.mark.parametrize(
    ("text", "resolved"),
    [
        ("${A}", "1"),
        ("x-${A}.${B:-b}-y", "x-1.b-y"),
        ("${EMPTY:-used}", "used"),
        ("${EMPTY}", ""),
        ("${A:-unused}", "1"),
        ("${B:-}", ""),
        ("$${A}", "${A}"),
        ("$A $$ {A}", "$A $$ {A}"),
        ("${NESTED}", "${A}"),
    ],
)
def test_references_are_replaced_by_variables(text: str, resolved: str) -> None:
    assert resolve(text, {"A": "1", "EMPTY": "", "NESTED": "${A}"}) == resolved


def test_a_variable_that_is_not_set_is_named() -> None:
    with pytest.raises(VariableMissing, match="the environment variable NOPE is not set") as caught:
        resolve("${NOPE}", {})
    assert caught.value.variable == "NOPE"


@pytest.mark.parametrize("text", ["${", "${}", "${1A}", "${A", "${A-b}", "${A:b}", "a ${ b"])
def test_what_only_begins_like_a_reference_is_an_error(text: str) -> None:
    with pytest.raises(ValueInvalid, match="no reference"):
        resolve(text, {"A": "1"})


@given(st.text(alphabet=st.sampled_from("$${}ABab:- ")) | st.text())
def test_escaped_text_resolves_to_itself(text: str) -> None:
    assert resolve(escape(text), {}) == text
    assert not has_references(escape(text))


def test_only_a_reference_without_a_default_holds_nothing_of_its_own() -> None:
    assert is_plain_reference("${NAME}")
    assert not any(is_plain_reference(text) for text in ("${NAME:-x}", "x${NAME}", "${A}${B}", "$${A}", "A"))
