"""Numbers that no machine has, and text that turns, hides or warns, stay where they are shown."""

import io
import unicodedata
import warnings
from itertools import product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from alerts.errors import TemplateInvalid
from alerts.messages.templates import check_template
from foundation.display.numbers import age_text, value_text
from foundation.display.text import clean_lines, clean_text
from metrics.catalog import UNITS
from metrics.store import Series
from metrics.stores.influx.names import escaped_key, stored_text
from monctl.render.fleet_table import fleet_table
from monctl.render.plot import history_plot

HUGE = (1e18, -1e18, 1e300, 123456789.123, 9.99e6)
BIDI = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f\u061c"
INVISIBLE = "\u200b\u2060\ufeff\u00ad\u180e\U000e0041"


def _host(name: str, value: float) -> dict[str, Any]:
    metrics = {
        "cpu": [{"labels": {"cpu": "cpu-total"}, "fields": {"usage_active": value}}],
        "mem": [{"labels": {}, "fields": {"used_percent": value}}],
        "system": [{"labels": {}, "fields": {"load1": value, "n_cpus": value}}],
        "disk": [{"labels": {"path": "/"}, "fields": {"used_percent": value}}],
        "net": [
            {
                "labels": {"interface": "eth0"},
                "fields": {"bytes_recv_per_second": value, "bytes_sent_per_second": value},
            }
        ],
    }
    return {
        "host": name,
        "state": "ok",
        "reason": None,
        "detail": "",
        "age_seconds": abs(value),
        "metrics": metrics,
        "errors": {},
    }


@pytest.mark.parametrize("width", [80, 120, 160])
@pytest.mark.parametrize("value", HUGE)
def test_a_huge_number_of_one_host_leaves_the_others_readable(value: float, width: int) -> None:
    out = io.StringIO()
    honest = _host("web-1.example.com", 42.0)
    Console(file=out, width=width).print(fleet_table([honest, _host("liar", value)], width=width))
    lines = out.getvalue().splitlines()
    assert len(lines) == 3
    assert all(len(line) <= width for line in lines)
    assert any("web-1.example.com" in line and "42.0 %" in line and "42.00/42" in line for line in lines), (
        lines
    )


@pytest.mark.parametrize("value", [1e18, 1.7e308, -1e300])
def test_a_huge_value_in_a_chart_keeps_its_width(value: float) -> None:
    points = tuple((1.7e9 + second, value if second == 3 else 1.0) for second in range(10))
    series = Series(host="liar", labels=(), points=points)
    picture = history_plot([series], title="load", width=80, height=12, colour=False)
    assert all(len(line) <= 80 for line in picture.splitlines())


@given(st.floats(allow_nan=False), st.sampled_from(sorted(UNITS)))
def test_every_value_is_short(value: float, unit: str) -> None:
    assert len(value_text(value, unit)) <= 18
    assert len(age_text(value)) <= 18


@given(st.text(st.sampled_from("ab \n" + BIDI + INVISIBLE)))
def test_text_that_turns_or_hides_is_shown_as_what_it_is(text: str) -> None:
    for clean in (clean_text(text, limit=1000), clean_lines(text, limit=1000)):
        assert not set(clean) & set(BIDI + INVISIBLE)
        assert all(unicodedata.category(character) != "Cf" for character in clean)
    hidden_count = sum(character in BIDI + INVISIBLE for character in text)
    assert clean_text(text.replace("\n", ""), limit=1000).count("\ufffd") == hidden_count


def test_no_template_makes_python_warn() -> None:
    values = ("1", "1.5", "none", "true", "(-1)", "(not 1)", "'a'", "(1, 2)", "value", "host", "labels.path")
    forms = (
        "A[0:B]",
        "A[::B]",
        "A[B]",
        "A.x",
        "A[0:1][B]",
        "A == B",
        "A if B else A",
        "A is defined",
        "A in B",
    )
    with warnings.catch_warnings(record=True) as heard:
        warnings.simplefilter("always")
        for form, a, b in product(forms, values, values):
            try:
                check_template("{{ " + form.replace("A", a).replace("B", b) + " }}")
            except TemplateInvalid:
                continue
    assert not heard


@pytest.mark.parametrize("template", ["{{ 1[0:1] }}", "{{ none[::2] }}", "{{ (-value)[0:1] }}"])
def test_a_slice_of_a_number_is_told(template: str) -> None:
    with pytest.raises(TemplateInvalid, match="only a text or a list has parts"):
        check_template(template)


@given(st.text(st.sampled_from("ab\\,= /"), min_size=1), st.text(st.sampled_from("ab\\,= /"), min_size=1))
def test_names_that_differ_stay_different_in_influxdb(one: str, other: str) -> None:
    assert (stored_text(one) == stored_text(other)) is (one == other)
    assert (escaped_key(one) == escaped_key(other)) is (one == other)
    assert not stored_text(one).endswith("\\")
