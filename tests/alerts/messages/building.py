"""Notices to make messages of, and any notices at all."""

import msgspec
from hypothesis import strategies as st

from alerts.notice import Notice, NoticeKind, Reading
from alerts.severity import Severity
from alerts.states import Resolution
from metrics.results import Outcome, TopProcess, TopProcesses

TIME = 1_795_576_320.0
"""2026-11-25 03:12 UTC."""

FULL = Reading(
    text="disk.used_percent > 90",
    metric="disk.used_percent",
    value=93.2,
    operator=">",
    threshold=90.0,
    unit="percent",
    labels={"path": "/var"},
)
DOWN = Reading(text='host.state == "down"', metric=None, value="down", operator="==", threshold="down")
BUSY = Reading(
    text="cpu.usage_active > 90",
    metric="cpu.usage_active",
    value=97.3,
    operator=">",
    threshold=90,
    unit="percent",
    labels={"cpu": "cpu-total"},
)
TOP = TopProcesses(
    by_cpu=tuple(
        TopProcess(pid=100 + number, user="root", name=f"burner{number}", cpu_percent=99.0, rss=1)
        for number in range(8)
    ),
    by_memory=(TopProcess(pid=7, user="app", name="hoarder", cpu_percent=None, rss=3 * 1024**3),),
)

_PLAIN = Notice(
    kind=NoticeKind.FIRING,
    alert_id=42,
    rule="disk-almost-full",
    severity=Severity.CRITICAL,
    host="web-1",
    labels={"path": "/var"},
    tags={},
    since=TIME - 300,
    fired_at=TIME,
    time=TIME,
    readings=(FULL,),
)


def a_notice(**changes: object) -> Notice:
    """A disk of web-1 that is full, but for `changes`."""
    return msgspec.structs.replace(_PLAIN, **changes)


def a_host_down(**changes: object) -> Notice:
    """web-1 does not answer, but for `changes`."""
    down = a_notice(
        rule="host-down",
        labels={},
        reason=Outcome.TIMEOUT.value,
        detail="10.0.0.1:22 did not answer within 10 s",
        readings=(DOWN,),
    )
    return msgspec.structs.replace(down, **changes)


_texts = st.text(max_size=40)
_names = st.dictionaries(_texts, _texts, max_size=4)
_numbers = st.one_of(st.floats(), st.integers(), st.none(), _texts)
_times = st.one_of(st.floats(), st.floats(min_value=0, max_value=4e9))
_readings = st.builds(
    Reading,
    text=_texts | st.sampled_from(["avg(cpu.usage_active, 5m) > 3", "predict(disk.used_percent, 1d) > 3"]),
    metric=st.none() | st.sampled_from(["cpu.usage_active", "disk.used_percent", "net.err_in"]) | _texts,
    value=_numbers,
    operator=st.sampled_from([">", ">=", "<", "<=", "==", "!=", "?"]),
    threshold=_numbers,
    unit=st.sampled_from(["percent", "bytes", "seconds", "milliseconds", "bool", "load", "", "x"]),
    labels=_names | st.just({"path": "/var"}) | st.just({"resource": "cpu"}),
)
_processes = st.builds(
    TopProcess,
    pid=st.integers(),
    user=_texts,
    name=_texts,
    cpu_percent=st.none() | st.floats(),
    rss=st.integers(),
)
_tops = st.builds(
    TopProcesses,
    by_cpu=st.lists(_processes, max_size=7).map(tuple),
    by_memory=st.lists(_processes, max_size=7).map(tuple),
)
_templates = st.none() | st.sampled_from(["{{ host }} {{ value|percent }}", "{{ nothing", "", "{{ 1 / 0 }}"])

any_notice = st.builds(
    Notice,
    kind=st.sampled_from(NoticeKind),
    alert_id=st.integers(min_value=0, max_value=10**12),
    rule=_texts,
    severity=st.sampled_from(Severity),
    host=_texts,
    labels=_names,
    tags=_names,
    since=_times,
    fired_at=_times,
    time=_times,
    resolution=st.none() | st.sampled_from(Resolution) | _texts,
    reason=st.none() | st.sampled_from(Outcome) | _texts,
    detail=_texts,
    readings=st.lists(_readings, max_size=3).map(tuple),
    members=st.lists(_texts, max_size=12).map(tuple),
    top=st.none() | _tops,
    is_flapping=st.booleans(),
    help=_texts,
    title=_templates,
    message=_templates,
)
