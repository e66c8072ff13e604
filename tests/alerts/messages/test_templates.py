"""Message templates: what they can do, what is refused, and that none can do harm."""

import contextlib
import subprocess
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alerts.errors import TemplateInvalid
from alerts.messages.context import template_context
from alerts.messages.filters import FILTERS, MAX_RESULT_CHARACTERS
from alerts.messages.templates import (
    MAX_OUTPUT_CHARACTERS,
    MAX_TEMPLATE_CHARACTERS,
    check_template,
    render,
)
from alerts.notice import Notice
from tests.alerts.messages.building import TOP, a_host_down, a_notice, any_notice
from tests.support.examples import examples


def _rendered(text: str, notice: Notice | None = None) -> str:
    return render(text, template_context(notice or a_notice(), link_base="https://monctl.example"))


@pytest.mark.parametrize(
    ("template", "text"),
    [
        ("{{ severity|upper }} {{ host }}: {{ value|percent }}", "CRITICAL web-1: 93.2 %"),
        ("{{ labels.path }} over {{ threshold|number(unit) }}", "/var over 90.0 %"),
        ("#{{ id }} {{ kind }} {{ state }} {{ rule }}", "#42 firing firing disk-almost-full"),
        ("{{ since|time }}, {{ duration|duration }}", "2026-11-25 03:07 UTC, 5 min"),
        ("{{ link }}", "https://monctl.example/hosts/web-1"),
        ("{% for p in top_cpu[:2] %}{{ loop.index }} {{ p.name }}\n{% endfor %}", "1 burner0\n2 burner1"),
        ("{% for p in top_memory %}{{ p.name }} {{ p.rss|bytes }}{% endfor %}", "hoarder 3 GiB"),
        ("{% for k, v in labels|items %}{{ k }}={{ v }}{% endfor %}", "path=/var"),
        ("{% for r in readings %}{{ r.text }} {{ r.operator }}{% endfor %}", "disk.used_percent > 90 >"),
        ("{% if value > 93 %}bad{% else %}fine{% endif %}", "bad"),
        ("{% set left = 100 - value %}{{ left|round(1) }}", "6.8"),
        ("{{ 'x' if kind in ['firing', 'repeat'] else 'y' }}", "x"),
        ("{{ reason|default('no reason') }}", "no reason"),
        ("{{ value }} {{ value|round }} {{ 3|round(2) }}", "93.2 93 3"),
        ("{{ 'a-b'|replace('-', '+')|title }} {{ ' x '|trim }} {{ 'abcdef'|truncate(3) }}", "A+B x ab…"),
        ("{{ members|join('/') }} {{ members|length }} {{ members|first }} {{ members|last }}", "a/b 2 a b"),
    ],
)
def test_a_template_can_use_names_and_filters(template: str, text: str) -> None:
    assert _rendered(template, a_notice(top=TOP, members=("a", "b"))) == text


@pytest.mark.parametrize("template", ["{{ labels.nope }}", "{{ tags['a-b'] }}", "{{ top_cpu[7].name }}"])
def test_what_is_missing_in_the_data_is_nothing(template: str) -> None:
    assert _rendered(f"<{template}>") == "<>"
    check_template(template)


def test_numbers_that_are_none_pass_through_the_filters_for_numbers() -> None:
    text = "{{ value|percent }} {{ value|bytes }} {{ value|round(1) }} {{ value|number(unit) }}"
    assert _rendered(text, a_host_down()) == "down down down down"
    assert _rendered(text, a_notice(readings=())).strip() == ""


@pytest.mark.parametrize(
    ("template", "words", "line"),
    [
        ("{{ hsot }}", "did you mean `host`", 1),
        ("a\n{{ value|prcent }}", "did you mean `percent`", 2),
        ("\n\n{{ value", "unexpected end", 3),
        ("{% if kind %}", "end of template", 1),
        ("{% for p in top_cpu %}\n{{ p.nmae }}{% endfor %}", "did you mean `name`", 2),
        ("\n{{ value / 0 }}", "divides by zero", 2),
        ("{{ members }}", "join", 1),
        ("{{ value is dfined }}", "did you mean `defined`", 1),
        ("{{ value|round('x') }}", "precision", 1),
        ("{{ value|round(foo=3) }}", "foo", 1),
        ("{% if value > 'a' %}{% endif %}", "cannot be used", 1),
        ("{% nothing %}", "unknown tag", 1),
    ],
)
def test_a_faulty_template_is_refused_with_what_and_where(template: str, words: str, line: int) -> None:
    with pytest.raises(TemplateInvalid) as caught:
        check_template(template)
    assert words in str(caught.value)
    assert caught.value.line == line


HOSTILE = [
    "{{ 'a' * 1000000000 }}",
    "{{ host * 1000000000 }}",
    "{{ 9 ** 9 ** 9 }}",
    "{{ 9 ** -1 }}",
    "{{ '%1000000000d' % 1 }}",
    "{{ value % 3 }}",
    "{{ 'a' ~ 'b' }}",
    "{{ host + host }}",
    "{{ [1] + [2] }}",
    "{{ 'a'" + "|replace('a', 'aaaaaaaaaaaaaaaa')" * 10 + " }}",
    "{{ 'a'|replace('', 'b') }}",
    "{{ 'a'|truncate(1000000000) }}",
    "{{ value|round(1000000000) }}",
    "{{ 'x'|center(1000000000) }}",
    "{{ ''|indent(1000000000) }}",
    "{{ 'a'|format }}",
    "{{ value|upper(*members) }}",
    "{{ value|attr('__class__') }}",
    "{{ members|map('upper') }}",
    "{{ members|batch(1) }}",
    "{{ range(1000000000) }}",
    "{{ lipsum(n=1000000) }}",
    "{{ cycler('a') }}",
    "{{ namespace() }}",
    "{{ dict() }}",
    "{{ host.upper() }}",
    "{{ host.format }}",
    "{{ host['format'] }}",
    "{{ host['__class__'] }}",
    "{{ ''.__class__.__mro__ }}",
    "{{ labels.__class__ }}",
    "{{ labels|items|first|first|first|first }}",
    "{{ self }}",
    "{{ self.__init__ }}",
    "{{ loop }}",
    "{{ caller() }}",
    "{{ {} }}",
    "{{ [[1]] }}",
    "{% set a = [1] %}{% set b = [a, a] %}{{ b|join }}",
    "{% set a %}{{ host }}{{ host }}{% endset %}",
    "{% set host = 'x' %}",
    "{% set a, b = 1, 2 %}",
    "{% set ns.a = 1 %}",
    "{% macro a() %}{{ a() }}{% endmacro %}{{ a() }}",
    "{% include 'secrets' %}",
    "{% import 'os' as os %}",
    "{% from 'os' import path %}",
    "{% extends 'base' %}",
    "{% block a %}{% endblock %}",
    "{% call a() %}{% endcall %}",
    "{% filter upper %}a{% endfilter %}",
    "{% with a = 1 %}{% endwith %}",
    "{% autoescape true %}{% endautoescape %}",
    "{% for a in members %}{% for b in members %}{% endfor %}{% endfor %}",
    "{% for a in members recursive %}{{ loop }}{% endfor %}",
    "{% for a in members %}{{ loop.cycle('a') }}{% endfor %}",
    "{% for a in members %}{{ loop.cycle }}{% endfor %}",
    "{% for members in top_cpu %}{% endfor %}",
    "{% for a in host %}{% endfor %}",
    "{% for a in 'abc' %}{% endfor %}",
    "{% for a in [1, 2, 3] %}{% endfor %}",
    "{% set x = members %}{% for a in x %}{% endfor %}",
    "{% for a in members %}" + "{{ a|upper }}" * 100 + "{% endfor %}",
    "{% for a in members %}{{ a }}{% endfor %}" * 90,
    "{{ " + "(" * 1500 + "1" + ")" * 1500 + " }}",
    "{{ " + "-" * 3000 + "1 }}",
    "{{ " + "not " * 900 + "1 }}",
    "{{ 1" + " + 1" * 900 + " }}",
    "{{ value" + "|upper" * 600 + " }}",
    "{% if 1 %}" * 150 + "{% endif %}" * 150,
    "{{ 1" + "0" * 3900 + " }}",
    "{{ 1e999 }}",
    "{% set x = 999999999999999999 * 999999999999999999 * 2 %}{{ x * x }}",
]


@pytest.mark.parametrize("template", HOSTILE)
def test_a_hostile_template_is_refused(template: str) -> None:
    with pytest.raises(TemplateInvalid):
        check_template(template)


def test_a_template_that_is_too_long_is_refused() -> None:
    check_template("a" * MAX_TEMPLATE_CHARACTERS)
    with pytest.raises(TemplateInvalid):
        check_template("a" * (MAX_TEMPLATE_CHARACTERS + 1))


def test_what_a_template_makes_is_cut_where_it_gets_too_long() -> None:
    notice = a_notice(members=tuple(f"host-{number}" for number in range(1000)))
    made = _rendered("{% for member in members %}" + "x" * 1000 + "{% endfor %}", notice)
    assert len(made) == MAX_OUTPUT_CHARACTERS
    assert made.endswith("…")


def test_members_that_are_too_many_to_be_joined_are_cut() -> None:
    made = _rendered("{{ members|join }}", a_notice(members=("web-1.example.com",) * 1000))
    assert len(made) == MAX_RESULT_CHARACTERS
    assert made.startswith("web-1.example.com, web-1")


def test_a_loop_goes_over_a_thousand_members_at_most() -> None:
    notice = a_notice(members=("m",) * 5000)
    assert len(_rendered("{% for member in members %}.{% endfor %}", notice)) == 1000


def test_what_a_template_makes_has_no_control_characters() -> None:
    assert _rendered("a\x1b[2J{{ '\\x1b' }}\r\n\tb{{ '\\u202e' }}  ") == "a�[2J�\n    b�"


@settings(max_examples=examples(200), deadline=None)
@given(st.text(max_size=200) | st.lists(st.sampled_from(sorted(FILTERS)), max_size=6).map("|".join))
def test_no_text_makes_a_template_that_fails_in_another_way(text: str) -> None:
    for template in (
        text,
        f"{{{{ {text} }}}}",
        f"{{{{ value|{text} }}}}",
        f"{{% set x = host|{text} %}}{{{{x}}}}",
    ):
        with contextlib.suppress(TemplateInvalid):
            check_template(template)


@settings(max_examples=examples(50), deadline=None)
@given(any_notice)
def test_any_notice_has_the_names_that_the_samples_have(notice: Notice) -> None:
    context = template_context(notice, link_base=None)
    assert context.keys() == template_context(a_notice(), link_base=None).keys()
    everything = " ".join(f"{{{{ {name}|default }}}}" for name in context if not _is_many(context[name]))
    assert len(render(everything, context)) <= MAX_OUTPUT_CHARACTERS


@pytest.mark.parametrize("name", ["upper", "lower", "title"])
def test_filters_for_letters_keep_within_their_bound(name: str) -> None:
    assert len(FILTERS[name]("ß" * (MAX_RESULT_CHARACTERS // 2))) <= MAX_RESULT_CHARACTERS
    with pytest.raises(TemplateInvalid):
        FILTERS[name]("ß" * (MAX_RESULT_CHARACTERS + 1))


def test_jinja2_and_pillow_are_loaded_only_when_they_are_used() -> None:
    program = (
        "import sys, alerts.messages.compose, alerts.messages.templates, alerts.charts.source;"
        "print('jinja2' in sys.modules, 'PIL' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "False"]


def _is_many(value: object) -> bool:
    return isinstance(value, list | dict)
