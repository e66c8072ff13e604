from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from foundation.documents.report import Report
from foundation.documents.yaml import Located, read_yaml


def read(text: str) -> tuple[Any, list[str]]:
    report = Report(None)
    value = read_yaml(text, report)
    return value, [str(problem) for problem in report.problems]


def test_every_key_knows_its_line() -> None:
    value, problems = read("a: 1\n\nb:\n  c: x\n  d: [1, 2]\n")
    assert not problems
    assert isinstance(value, Located)
    assert value.lines == {"a": 1, "b": 3}
    assert value["b"].lines == {"c": 4, "d": 5}


def test_scalars_are_what_people_mean_by_them() -> None:
    value, _ = read("""
a: off
b: 'off'
c: 010
d: 1.5
e: ~
f: 1:30
g: 2024-01-01
h: -3
1: ON
off: !!str on
""")
    words = {"b": "off", "c": "010", "f": "1:30", "g": "2024-01-01", "off": "on"}
    assert value == {"a": False, "d": 1.5, "e": None, "h": -3, "1": True} | words


def test_aliases_and_merge_keys_are_followed() -> None:
    value, problems = read(
        "base: &b {x: 1, y: 2}\nuse: {<<: *b, y: 3}\nagain: *b\nboth: {<<: [*b, {z: 1}]}\n"
    )
    assert not problems
    assert value["use"] == {"y": 3, "x": 1}
    assert value["again"] == {"x": 1, "y": 2}
    assert value["both"] == {"x": 1, "y": 2, "z": 1}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a: 1\nb: 2\na: 3", "3: the key `a` is already on line 1"),
        ("x:\n  - [", "2: not valid YAML: did not find expected node content while parsing a flow node"),
        ("a: 1\n\tb: 2", "2: not valid YAML: found a tab character that violates indentation"),
        ("é: 1\nü: 2\nc: \x01", "3: not valid YAML: control characters are not allowed (character 0x01)"),
        ("a: *nowhere", "1: a: the anchor `nowhere` is not defined before this"),
        ("a: &x [*x]", "1: a: the anchor `x` is not defined before this"),
        ("a: !vault x", "1: a: the YAML tag `!vault` has no meaning here"),
        ("a: 1\n---\nb: 2", "2: there is a second document: only one is read"),
        ("? [a]\n: 1", "1: a key must be text"),
        ("a: {<<: 1}", "1: a: `<<` takes a mapping or a list of mappings"),
    ],
)
def test_what_cannot_be_read_is_told_with_its_line(text: str, expected: str) -> None:
    _, problems = read(text)
    assert problems[0].startswith(expected)


@pytest.mark.parametrize("text", ["[" * 200_000, "{a: " * 100_000, "- " * 100_000, "? " * 100_000])
def test_deep_nesting_is_a_problem_and_not_a_crash(text: str) -> None:
    _, problems = read(text)
    assert any("levels deep" in problem or "not valid YAML" in problem for problem in problems)


def test_aliases_share_what_they_stand_for() -> None:
    value, problems = read("a: &a [x, y]\nb: [*a, *a]")
    assert not problems
    assert value["b"][0] is value["b"][1] is value["a"]


def test_aliases_of_aliases_count_as_what_they_stand_for() -> None:
    layers = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    layers += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 10)]
    value, (problem,) = read("\n".join(layers))
    assert value is None
    assert problem.startswith("6: a5: makes the document more than 1,000,000 values")


def test_aliases_nest_no_deeper_than_a_document_may() -> None:
    chain = "\n".join(["a0: &a0 [x]", *(f"a{n}: &a{n} [*a{n - 1}]" for n in range(1, 12))])
    _, (problem,) = read(chain)
    assert problem == "12: a11: is nested more than 12 levels deep"


_TEXTS = st.text(max_size=20).filter(str.isprintable)
_SCALARS = st.none() | st.booleans() | st.integers(-(10**17), 10**17) | _TEXTS


@given(st.dictionaries(_TEXTS, _SCALARS | st.lists(_SCALARS, max_size=3), max_size=5))
def test_what_is_dumped_is_read_back_the_same(document: dict[str, Any]) -> None:
    value, problems = read(yaml.safe_dump(document, allow_unicode=True))
    assert not problems
    assert value == document


@given(st.text(alphabet=st.sampled_from("ab:-[]{}&*!?|>'\"%#,\n \t~<0.1"), max_size=60))
def test_no_text_makes_the_reader_fail(text: str) -> None:
    read(text)
