"""What can be written, and what it means."""

import pytest

from alerts.errors import ExpressionInvalid
from alerts.expression.compiled import Scope, WindowCall, compile_expression
from alerts.expression.references import FUNCTIONS
from metrics.catalog import METRICS, Kind
from tests.alerts.expression.evaluating import Host, Points, holds

VALUES: Points = {
    "cpu": {"usage_active": 95.0},
    "system": {"load5": 9.0, "n_cpus": 4},
    "mem": {"used": 3, "total": 10},
    "swap": {"in": 7},
}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("cpu.usage_active > 90", True),
        ("cpu.usage_active > 95", False),
        ("cpu.usage_active >= 95.0", True),
        ("90 < cpu.usage_active < 99", True),
        ("90 < cpu.usage_active < 94", False),
        ("cpu.usage_active > 90 and system.load5 > 2 * system.n_cpus", True),
        ("cpu.usage_active > 99 or system.load5 > 2 * system.n_cpus", True),
        ("not cpu.usage_active > 90", False),
        ("not (cpu.usage_active > 90 and system.load5 > 100)", True),
        ("mem.used / mem.total == 0.3", True),
        ("mem.total % mem.used == 1", True),
        ("-mem.used < 0", True),
        ("+mem.used - 1 + 2 * 3 == 8", True),
        ("mem.total > 1_0 * 1e-1", True),
        ("mem.used == .5 * 6.", True),
        ("swap.in == 7", True),
        ("False", False),
        ("True and mem.used == 3", True),
        ("  mem.used\n  == 3\n", True),
        ("mem.used\u00a0== 3", True),
        ("mem.used!=3", False),
    ],
)
def test_numbers_are_compared_and_calculated_with_as_in_python(text: str, expected: bool) -> None:
    assert holds(text, VALUES) is expected


@pytest.mark.parametrize("name", METRICS)
def test_every_metric_of_the_catalogue_can_be_used(name: str) -> None:
    measurement, field = name.split(".")
    assert holds(f"{name} > 1", {measurement: {field: 2}}) is True


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('host.state == "down"', True),
        ("host.state != 'down'", False),
        ('host.state in ("ok", "late")', False),
        ('host.state not in ["ok", "late"]', True),
        ('host.reason in ("dns",)', True),
        ('host.reason == ""', False),
        ('tags.env == "prod"', True),
        ('tags["data-center"] == "Köln"', True),
        ("tags['it''s'] == ''", None),
        (r'tags.quoted == "a \"b\" \\ c"', True),
        ('tags.class == "first"', True),
        ('tags.missing == ""', True),
        ("tags.missing == tags.env", False),
        ("nodata(2m)", True),
        ("nodata(301)", False),
        ("nodata(300)", True),
        ("not nodata(1.5h)", True),
    ],
)
def test_a_host_is_asked_for_its_state_reason_tags_and_silence(text: str, expected: bool | None) -> None:
    tags = {"env": "prod", "data-center": "Köln", "quoted": 'a "b" \\ c', "class": "first"}
    host = Host(state="down", reason="dns", tags=tags, silent_seconds=300.0)
    if expected is None:
        with pytest.raises(ExpressionInvalid):
            compile_expression(text)
    else:
        assert holds(text, host=host) is expected


def test_a_host_that_was_never_heard_has_given_no_data_for_any_time() -> None:
    assert holds("nodata(7d)", host=Host(silent_seconds=float("inf"))) is True


def test_the_poller_is_asked_whether_it_is_cut_off() -> None:
    assert holds("poller.cut_off", host=Host(is_cut_off=True)) is True
    assert holds("not poller.cut_off or False", host=Host(is_cut_off=True)) is False


@pytest.mark.parametrize(
    ("written", "seconds"),
    [("500ms", 0.5), ("5m", 300.0), ("1.5h", 5400.0), ("30d", 2592000.0), ("90", 90.0)],
)
def test_a_function_over_a_time_is_handed_its_value(written: str, seconds: float) -> None:
    compiled = compile_expression(f"avg(cpu.usage_active, {written}) > 90")
    assert compiled.windows == (WindowCall("avg", "cpu.usage_active", seconds),)
    assert compiled.check([{}], [91.0], Host()) is True
    assert compiled.check([{}], [90.0], Host()) is False
    assert compiled.check([{"usage_active": 99.0}], [None], Host()) is None


def test_functions_over_times_are_passed_in_the_order_of_their_first_use() -> None:
    compiled = compile_expression(
        "predict(disk.used_percent, 24h) > 100 and max(cpu.usage_active, 5m) > 50"
        " and rate(net.err_in) > min(cpu.usage_active, 5m) and max(cpu.usage_active, 300s) < 90"
    )
    assert compiled.windows == (
        WindowCall("predict", "disk.used_percent", 86400.0),
        WindowCall("max", "cpu.usage_active", 300.0),
        WindowCall("rate", "net.err_in", 0.0),
        WindowCall("min", "cpu.usage_active", 300.0),
    )
    assert compiled.check([{}, {}, {}], [101.0, 60.0, 5.0, 4.0], Host()) is True
    assert compiled.check([{}, {}, {}], [101.0, 60.0, 4.0, 5.0], Host()) is False


@pytest.mark.parametrize("name", [name for name, metric in METRICS.items() if metric.kind is Kind.COUNTER])
def test_every_counter_has_a_rate(name: str) -> None:
    assert compile_expression(f"rate({name}) > 1").windows == (WindowCall("rate", name, 0.0),)


@pytest.mark.parametrize(
    ("text", "scope", "uses_host"),
    [
        ("cpu.usage_active > 90", Scope.SERIES, False),
        ("avg(cpu.usage_active, 5m) > 90", Scope.SERIES, False),
        ('cpu.usage_active > 90 and tags.env == "prod"', Scope.SERIES, False),
        ('cpu.usage_active > 90 and host.state == "ok"', Scope.SERIES, True),
        ("poll.up == 0 or nodata(5m)", Scope.SERIES, True),
        ('host.reason != ""', Scope.HOST, True),
        ("nodata(5m)", Scope.HOST, True),
        ('tags.env == "prod"', Scope.HOST, False),
        ("False", Scope.HOST, False),
        ("poller.cut_off", Scope.POLLER, False),
        ("not poller.cut_off and True", Scope.POLLER, False),
    ],
)
def test_an_expression_says_what_it_is_about(text: str, scope: Scope, uses_host: bool) -> None:
    compiled = compile_expression(text)
    assert (compiled.scope, compiled.uses_host) == (scope, uses_host)


def test_an_expression_says_which_metrics_it_needs() -> None:
    compiled = compile_expression("system.load5 > system.n_cpus and avg(disk.used_percent, 5m) > 1 > swap.in")
    assert compiled.metrics == ("disk.used_percent", "swap.in", "system.load5", "system.n_cpus")
    assert compiled.measurements == ("disk", "swap", "system")
    assert compile_expression("nodata(5m)").measurements == ()


def test_an_expression_keeps_its_text() -> None:
    assert compile_expression(" cpu.usage_active > 90 ").text == "cpu.usage_active > 90"


@pytest.mark.parametrize(("function", "arguments"), FUNCTIONS.items())
def test_the_arguments_that_an_editor_offers_are_those_of_the_function(function: str, arguments: str) -> None:
    call = f"{function}({arguments.replace('metric', 'swap.in')})"
    compile_expression(call if function == "nodata" else f"{call} > 1")
