"""Strategies that write expressions, and values for them."""

from hypothesis import strategies as st

from alerts.expression.compiled import HostFacts
from metrics.catalog import METRICS
from tests.alerts.expression.evaluating import Host

METRIC_NAMES = ("cpu.usage_active", "mem.used", "mem.total", "disk.used_percent", "swap.in", "system.n_cpus")
WINDOW_CALLS = ("avg(cpu.usage_active, 5m)", "rate(net.err_in)", "predict(disk.used_percent, 24h)")

_constants = st.integers(0, 100).map(str) | st.floats(0, 1e308, allow_subnormal=False).map(repr)
_comparing = st.sampled_from(["<", "<=", ">", ">=", "==", "!="])
_texts = st.sampled_from(["tags.env", 'tags["a-b"]', '"prod"', '""', '"Köln"', "tags.class"])


def _calculated(numbers: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    pair = st.tuples(numbers, st.sampled_from("+-*/%"), numbers).map(lambda parts: f"({' '.join(parts)})")
    return pair | numbers.map(lambda number: f"-{number}")


def _joined(conditions: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    word = st.sampled_from(["and", "or"])
    pair = st.tuples(conditions, word, conditions).map(lambda parts: f"({' '.join(parts)})")
    return pair | conditions.map(lambda condition: f"(not {condition})")


def conditions(*, with_windows: bool = True) -> st.SearchStrategy[str]:
    """Expressions; some of them divide by a written zero or are too long, and are refused for it."""
    names = METRIC_NAMES + (WINDOW_CALLS if with_windows else ())
    numbers = st.recursive(st.sampled_from(names) | _constants, _calculated, max_leaves=4)
    compared = st.tuples(numbers, _comparing, numbers).map(" ".join)
    chained = st.tuples(numbers, _comparing, numbers, _comparing, numbers).map(" ".join)
    alike = st.tuples(_texts, st.sampled_from(["==", "!="]), _texts).map(" ".join)
    listed = st.sampled_from(
        [
            'host.reason in ("dns", "")',
            'tags.env not in ["prod"]',
            'host.state == "down"',
            "True",
            "nodata(2m)",
        ]
    )
    return st.recursive(compared | chained | alike | listed, _joined, max_leaves=5)


any_number = (
    st.integers(-(10**3), 10**3) | st.floats() | st.sampled_from([0, 10**400, -(10**400), 1.7e308, -1.7e308])
)
"""Any number, also those that no metric ever is."""

real_number = st.integers(-(10**3), 10**3) | st.floats(-1e6, 1e6) | st.sampled_from([0, 0.0, 2**63 - 1])
"""What metrics are."""


def points(
    numbers: st.SearchStrategy[int | float], *, complete: bool = False
) -> st.SearchStrategy[dict[str, dict[str, int | float]]]:
    """Measurement -> fields, of which any may be missing unless they are to be complete."""
    fields: dict[str, dict[str, st.SearchStrategy[int | float]]] = {}
    for name in METRIC_NAMES:
        metric = METRICS[name]
        fields.setdefault(metric.measurement, {})[metric.field] = numbers
    if complete:
        return st.fixed_dictionaries({name: st.fixed_dictionaries(each) for name, each in fields.items()})
    return st.fixed_dictionaries(
        {}, optional={name: st.fixed_dictionaries({}, optional=each) for name, each in fields.items()}
    )


def window_values(numbers: st.SearchStrategy[int | float]) -> st.SearchStrategy[dict[str, float | None]]:
    """Function -> value, which may be missing."""
    return st.fixed_dictionaries({name: st.none() | numbers for name in ("avg", "rate", "predict")})


hosts: st.SearchStrategy[HostFacts] = st.builds(
    Host,
    state=st.sampled_from(["ok", "late", "down"]),
    reason=st.sampled_from(["", "dns", "timeout"]),
    tags=st.dictionaries(st.sampled_from(["env", "a-b", "class"]), st.sampled_from(["", "prod", "Köln"])),
    silent_seconds=st.floats(0.0, 600.0) | st.just(float("inf")),
)
