from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foundation.documents.errors import ValueInvalid, VariableMissing
from foundation.documents.variables import escape, has_references, is_plain_reference, resolve, variable


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


@pytest.mark.parametrize("content", ["s3cret", "s3cret\n", " s3cret \r\n\n"])
def test_a_variable_that_is_not_set_is_read_from_the_file_that_its_name_with_file_names(
    tmp_path: Path, content: str
) -> None:
    file = tmp_path / "secret"
    file.write_bytes(content.encode())
    assert resolve("x${A}.${A:-b}", {"A_FILE": str(file)}) == "xs3cret.s3cret"


def test_what_a_file_of_a_variable_holds_is_not_looked_through_for_references(tmp_path: Path) -> None:
    file = tmp_path / "secret"
    file.write_text("${B}")
    assert resolve("${A}", {"A_FILE": str(file), "B": "1"}) == "${B}"


def test_a_variable_that_is_set_wins_over_its_file_even_when_it_is_empty(tmp_path: Path) -> None:
    environ = {"A": "1", "A_FILE": str(tmp_path / "none"), "EMPTY": "", "EMPTY_FILE": str(tmp_path / "none")}
    assert resolve("${A}${EMPTY}${EMPTY:-b}", environ) == "1b"


def test_a_default_stands_in_for_an_empty_file_but_not_for_one_that_is_missing(tmp_path: Path) -> None:
    (tmp_path / "empty").write_text("\n")
    assert resolve("${A:-b}", {"A_FILE": str(tmp_path / "empty")}) == "b"
    with pytest.raises(ValueInvalid, match="A_FILE"):
        resolve("${A:-b}", {"A_FILE": str(tmp_path / "none")})


def test_an_empty_name_of_a_file_names_none() -> None:
    assert variable("A", {"A_FILE": ""}) is None
    with pytest.raises(VariableMissing):
        resolve("${A}", {"A_FILE": ""})


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (None, "no such file or directory"),
        (b"s3cret \xff", "it is not UTF-8 text"),
        (b"s3cret" * 20_000, "it is longer than 65536 bytes"),
    ],
)
def test_a_file_of_a_variable_that_cannot_be_read_is_named_and_not_shown(
    tmp_path: Path, content: bytes | None, reason: str
) -> None:
    file = tmp_path / "token"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(ValueInvalid) as caught:
        resolve("${A}", {"A_FILE": str(file)})
    assert caught.value.message == f"the file of A_FILE, {file}, cannot be read: {reason}"
    assert "s3cret" not in caught.value.message


def test_a_path_that_no_file_can_have_is_told_too() -> None:
    with pytest.raises(ValueInvalid, match="A_FILE"):
        resolve("${A}", {"A_FILE": "/\0"})
