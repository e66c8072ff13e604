"""What cannot be written, and how that is said."""

import pytest

from alerts.errors import ExpressionInvalid
from alerts.expression.compiled import compile_expression


def refusal(text: str) -> ExpressionInvalid:
    with pytest.raises(ExpressionInvalid) as caught:
        compile_expression(text)
    return caught.value


@pytest.mark.parametrize(
    ("text", "suggestion", "column"),
    [
        ("cpu.usage_activ > 90", "cpu.usage_active", 1),
        ("True and cpu.usage_activ > 90", "cpu.usage_active", 10),
        ("cpu.load5 > 1", "system.load5", 1),
        ("mem.inodes_free < 1", "disk.inodes_free", 1),
        ("dsk.used_percent > 1", "disk.used_percent", 1),
        ("load5 > 1", "system.load5", 1),
        ("avg(cpu.usage_activ, 5m) > 1", "cpu.usage_active", 5),
        ("host.stat == 'down'", "host.state", 1),
        ("poller.cutoff", "poller.cut_off", 1),
        ("host.state == 'dwon'", '"down"', 15),
        ("'Down' == host.state", '"down"', 1),
        ("host.state in ('ok', 'lat')", '"late"', 22),
        ("host.reason == 'dsn'", '"dns"', 16),
        ("host.reason == 'ok'", '""', 16),
        ("avrg(cpu.usage_active, 5m) > 1", "avg", 1),
        ("mean(cpu.usage_active, 5m) > 1", "avg", 1),
        ("rate(net.bytes_recv_per_second) > 1", "net.bytes_recv", 6),
        ("cpu.usage_active", "cpu.usage_active > 90", 1),
        ("mem.used == 1 or poll.up", "poll.up == 1", 18),
        ("host.state", 'host.state == "down"', 1),
        ("tags.env", 'tags.env == "…"', 1),
        ("cpu.usage_active > '90'", "90", 20),
        ("tags.port == 22", '"22"', 14),
        ("tags.a-b == 'x'", 'tags["a-b"]', 1),
        ("tags.a.b == 'x'", 'tags["a.b"]', 1),
    ],
)
def test_a_mistake_is_answered_with_what_was_probably_meant(text: str, suggestion: str, column: int) -> None:
    error = refusal(text)
    assert (error.suggestion, error.column) == (suggestion, column)
    assert f"did you mean `{suggestion}`?" in str(error)


@pytest.mark.parametrize(
    ("text", "suggestion", "column"),
    [
        ("mem.used = 5", "==", 10),
        ("mem.used > 5 && mem.free < 5", "and", 14),
        ("mem.used > 5 || mem.free < 5", "or", 14),
        ("!nodata(5m)", "not", 1),
        ("mem.used ≥ 5", ">=", 10),
        ("mem.used => 5", ">=", 10),
        ("mem.used <> 5", "!=", 10),
        ("mem.used is 5", "==", 10),
        ("mem.used > 5 AND mem.free < 5", "and", 14),
        ("true", "True", 1),
        ("tags.env == “prod”", '"', 13),
    ],
)
def test_the_signs_of_other_languages_are_known(text: str, suggestion: str, column: int) -> None:
    error = refusal(text)
    assert "is not part of the language" in error.message
    assert (error.suggestion, error.column) == (suggestion, column)


@pytest.mark.parametrize(
    ("text", "message", "column"),
    [
        ("", "an expression is missing", None),
        (" \n", "an expression is missing", None),
        ("mem.used > ", "ends too early", 11),
        ("(mem.used > 5", "`\\(` is not closed", 1),
        ("mem.used > 5)", "`\\)` was not opened", 13),
        ("(mem.used > 5]", "`]` was not opened", 14),
        ("mem.used > > 5", "`>` cannot stand here", 12),
        ("mem.used 5", "an operator is missing before `5`", 10),
        ("  mem.used 5", "an operator is missing before `5`", 12),
        ("tags.a == 'x' 'y'", "an operator is missing before", 15),
        ("f'{1}' == ''", "an operator is missing before", 2),
        ("tags.a == 'x", "the quote is not closed", 11),
        ("tags.a == 'x\x1b'", "control or format characters", 11),
        (r"tags.a == '\d'", "a backslash within a text", 11),
        ("mem.used > 5x", "neither a number nor a duration", 12),
        ("mem.used > 007", "neither a number nor a duration", 12),
        ("mem.used > 0x10", "neither a number nor a duration", 12),
        ("mem.used > 1j", "neither a number nor a duration", 12),
        ("mem.used > 1e999", "too large a number", 12),
        ("mem.used > 1e300 * 1e300", "too large a number", 12),
        ("mem.used / 0 > 1", "divided by zero", 12),
        ("mem.used % (1 - 1) > 1", "divided by zero", 13),
        ("mem.used > 5 or 6", "`6` is a number, not a condition", 17),
        ("host.state == 'down' or 'late'", "is a text, not a condition", 25),
        ("not mem.used", "is a number, not a condition", 5),
        ("mem.used + 'a' > 1", "is a text: it cannot be calculated with", 12),
        ("(mem.used > 1) + 1 > 1", "is true or false already", 2),
        ("nodata(5m) == True", "is true or false already", 1),
        ("True > 0", "is true or false already", 1),
        ("host.state < 'down'", "only be compared by == and !=", 1),
        ("host.state in 'down'", "`in` takes texts in brackets", 15),
        ("host.state in ()", "`in` takes texts in brackets", 15),
        ("tags.a in ('x', tags.b)", "`in` takes texts in brackets", 17),
        ("mem.used in (1, 2)", "a number, and `in` is for texts", 1),
        ("'a' == tags.a in ('x',)", "cannot be chained", 1),
        ("tags.a == ('x', 'y')", "only be compared with by `in`", 11),
        ("host.name == 'x'", "only `host.state` and `host.reason`", 1),
        ("tags == 'x'", "which tag", 1),
        ("cpu > 5", "which value of `cpu`", 1),
        ("avg > 5", "is a function and needs brackets", 1),
        ("5m > 1", "can only stand within a function", 1),
        ("tags['a b'] == ''", "there can be no tag `a b`", 1),
        ("tags.host == ''", "there can be no tag `host`", 1),
    ],
)  # fmt: skip
def test_a_refusal_says_what_is_wrong_and_where(text: str, message: str, column: int | None) -> None:
    error = refusal(text)
    assert error.column == column
    with pytest.raises(ExpressionInvalid, match=message):
        raise error


@pytest.mark.parametrize(
    ("text", "message", "column"),
    [
        ("avg(cpu.usage_active) > 1", "is written like", 1),
        ("nodata()", "is written like `nodata\\(5m\\)`", 1),
        ("nodata(*[5])", "is written like", 1),
        ("avg(5m, cpu.usage_active) > 1", "of one metric such as", 5),
        ("avg(cpu.usage_active + 1, 5m) > 1", "of one metric such as", 5),
        ("avg(host.state, 5m) > 1", "of one metric such as", 5),
        ("avg(avg(cpu.usage_active, 5m), 5m) > 1", "of one metric such as", 5),
        ("avg(cpu.usage_active, mem.used) > 1", "a duration such as 5m or 24h is wanted", 23),
        ("avg(cpu.usage_active, -5) > 1", "a duration such as 5m or 24h is wanted", 23),
        ("avg(cpu.usage_active, '5m') > 1", "a duration such as 5m or 24h is wanted", 23),
        ("avg(cpu.usage_active, True) > 1", "a duration such as 5m or 24h is wanted", 23),
        ("avg(cpu.usage_active, 0s) > 1", "more than 0 and at most 30d", 23),
        ("avg(cpu.usage_active, 31d) > 1", "more than 0 and at most 30d", 23),
        ("avg(cpu.usage_active, 1e999) > 1", "more than 0 and at most 30d", 23),
        ("nodata(8d)", "more than 0 and at most 7d", 8),
        ("rate(disk.used) > 1", "`rate` is of a counter", 6),
    ],
)
def test_a_function_takes_only_what_it_can_use(text: str, message: str, column: int) -> None:
    error = refusal(text)
    assert error.column == column
    with pytest.raises(ExpressionInvalid, match=message):
        raise error


@pytest.mark.parametrize(
    "text",
    [
        "__import__('os').system('true')",
        "(lambda: True)()",
        "[x for x in (1,)] == 1",
        "(mem := 5) > 1",
        "mem.used > 1 if True else False",
        "mem.__class__ == ''",
        "host.state.__class__ == ''",
        "host.tags.get('a') == ''",
        "tags.a.upper() == ''",
        "tags['a']['b'] == ''",
        "tags['a'].b == ''",
        "tags[mem.used] == ''",
        "tags[0:1] == ''",
        "mem['used'] > 1",
        "print(mem.used)",
        "open('x')",
        "(1)(2) > 1",
        "mem.used ** 2 > 1",
        "mem.used // 2 > 1",
        "mem.used << 2 > 1",
        "~mem.used > 1",
        "mem.used @ 2 > 1",
        "mem.used > 1, mem.free > 1",
        "(mem.used > 1, mem.free > 1)",
        "() == ()",
        "mem.used > 1; True",
        "mem.used > 1 # yes",
        "None",
        "... == 1",
        "b'a' == tags.a",
        "{1: 2} == 1",
        "await mem.used",
        "yield",
        "*mem.used",
        "avg(metric=cpu.usage_active)",
        "𝗆em.used > 1",
        "mem.ｕsed > 1",
        "mem.used > ٥",
    ],
)
def test_all_else_that_python_knows_is_refused(text: str) -> None:
    assert refusal(text).message


@pytest.mark.parametrize(
    "text",
    [
        "poller.cut_off and host.state == 'down'",
        "mem.used > 1 or poller.cut_off",
        "poller.cut_off and nodata(5m)",
        "tags.poller == 'x' or poller.cut_off",
    ],
)
def test_the_poller_is_not_mixed_with_hosts(text: str) -> None:
    error = refusal(text)
    assert "cannot be mixed" in error.message
    assert error.column == text.index("poller.cut_off") + 1


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("mem.used > 1 or " * 70 + "True", "at most 1000 characters"),
        ("(" * 33 + "True" + ")" * 33, "too many brackets"),
        ("not " * 100 + "True", "too many parts"),
        ("1+" * 100 + "1 > 0", "too many parts"),
        (" or ".join(["1>0"] * 140), "too many parts"),
    ],
)
def test_an_expression_is_bounded(text: str, message: str) -> None:
    assert message in refusal(text).message


def test_as_many_brackets_as_are_allowed_can_be_nested() -> None:
    compile_expression("(" * 32 + "True" + ")" * 32)


def test_a_message_shows_nothing_that_could_upset_a_terminal() -> None:
    assert str(refusal("mem.used \x1b[31m 5")).isprintable()
