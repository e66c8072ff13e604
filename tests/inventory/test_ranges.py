import pytest
from hypothesis import given
from hypothesis import strategies as st

from foundation.documents.errors import ValueInvalid
from inventory.hosts_yaml.ranges import fill_template, parse_range, plain_ipv4


def names(pattern: str) -> list[str]:
    return [name for name, _ in parse_range(pattern).expand()]


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("web", ["web"]),
        ("db-[01:03]", ["db-01", "db-02", "db-03"]),
        ("db-[8:11]", ["db-8", "db-9", "db-10", "db-11"]),
        ("db-[099:101]", ["db-099", "db-100", "db-101"]),
        ("n[1:9:4]x", ["n1x", "n5x", "n9x"]),
        ("[a:c]", ["a", "b", "c"]),
        ("[X:Z:2]", ["X", "Z"]),
        ("r[1:2]-[a:b]", ["r1-a", "r1-b", "r2-a", "r2-b"]),
        ("web[x]", ["web[x]"]),
    ],
)
def test_a_range_stands_for_its_names_in_order(pattern: str, expected: list[str]) -> None:
    assert names(pattern) == expected


@pytest.mark.parametrize(
    "pattern", ["[1:]", "[:2]", "[1:x]", "[a:B]", "[1:2:0]", "[1:2:3:4]", "[-1:2]", "[::1]"]
)
def test_brackets_with_a_colon_that_are_no_range_are_an_error(pattern: str) -> None:
    with pytest.raises(ValueInvalid, match=r"has no range such as \[01:20\]"):
        parse_range(pattern)


def test_a_range_does_not_end_before_it_starts() -> None:
    with pytest.raises(ValueInvalid, match=r"ends before it starts: `\[3:1\]`"):
        parse_range("a[3:1]")


@pytest.mark.parametrize("pattern", ["[1:999999999]", "[1:400]-[1:400]", "[1:100001]"])
def test_a_range_is_bounded_before_it_is_made(pattern: str) -> None:
    with pytest.raises(ValueInvalid, match="more than 100,000 hosts"):
        parse_range(pattern)


@given(st.integers(0, 500), st.integers(0, 50), st.integers(1, 7), st.integers(1, 4))
def test_a_range_gives_every_value_once_and_as_wide_as_written(
    first: int, span: int, step: int, width: int
) -> None:
    written = str(first).zfill(width)
    expanded = names(f"h[{written}:{first + span}:{step}]")
    assert [int(name[1:]) for name in expanded] == list(range(first, first + span + 1, step))
    assert len(set(expanded)) == len(expanded) == parse_range(f"h[{written}:{first + span}:{step}]").count
    assert expanded[0] == f"h{written}"
    if written.startswith("0"):
        assert all(len(name) >= len(written) + 1 for name in expanded)


def test_a_template_takes_the_one_value_everywhere_or_several_in_order() -> None:
    assert fill_template("a-{}.b-{}", ["07"]) == "a-07.b-07"
    assert fill_template("a-{}.b-{}", ["1", "x"]) == "a-1.b-x"
    assert fill_template("same", ["1", "x"]) == "same"
    assert fill_template("{}", []) == "{}"


def test_a_template_has_as_many_places_as_there_are_values() -> None:
    with pytest.raises(ValueInvalid, match="for the 2 ranges"):
        fill_template("{}", ["1", "2"])


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("10.0.0.08", "10.0.0.8"),
        ("127.0.1.010", "127.0.1.10"),
        ("10.0.0.0", "10.0.0.0"),
        ("db-08.internal",) * 2,
    ],
)
def test_an_ipv4_address_loses_the_zeros_that_a_range_pads_it_with(written: str, meant: str) -> None:
    assert plain_ipv4(written) == meant
