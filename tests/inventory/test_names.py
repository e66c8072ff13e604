import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foundation.documents.errors import ValueInvalid
from inventory.names import NAME_PATTERN, check_name, check_tag


@pytest.mark.parametrize("name", ["web-1", "<img src=x>", "größe", "a b", "10.0.0.1", "...a", "x" * 253, "🖥"])
def test_printable_text_is_a_name(name: str) -> None:
    check_name(name)


@pytest.mark.parametrize(
    "name",
    [
        "",
        " a",
        "a ",
        ".",
        "...",
        "a/b",
        "a\x1b[2J",
        "a\nb",
        "a\u202eb",
        "a\u200bb",
        "x" * 254,
        "a\u2028",
        "\ud800",
    ],
)
def test_what_could_upset_a_terminal_or_a_path_is_no_name(name: str) -> None:
    with pytest.raises(ValueInvalid):
        check_name(name)


@given(st.text(max_size=20))
def test_every_name_matches_the_pattern_of_the_schema(name: str) -> None:
    try:
        check_name(name)
    except ValueInvalid:
        return
    assert re.search(NAME_PATTERN, name)


@pytest.mark.parametrize("tag", ["host", "", "a b", "1a", "-a", "é", "x" * 101])
def test_a_tag_has_a_plain_name_other_than_host(tag: str) -> None:
    with pytest.raises(ValueInvalid):
        check_tag(tag)
