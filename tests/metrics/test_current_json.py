"""The fast way to the current values' JSON gives what the plain way gives."""

from typing import Any

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from metrics.current.encoder import CurrentEncoder, join_hosts
from metrics.current.state import CurrentState
from metrics.current.view import ShownHost, current_view
from metrics.results import Outcome, Point, PollResult, TopProcess, TopProcesses
from tests.support.examples import examples

HOSTS = ("a", 'b "quoted"', "c \N{SNOWMAN}")
NOW = 1000.0

_labels = st.sampled_from(
    [(), (("cpu", "cpu-total"),), (("interface", "lo"),), (("mode", "ro"), ("path", "/"))]
)
_fields = st.dictionaries(
    st.sampled_from(["usage_active", "used_percent", "load1", "util_percent", "bytes_recv_per_second", "up"]),
    st.integers(0, 2**60) | st.floats(0, 1e18),
    max_size=3,
)
_points = st.builds(
    Point,
    measurement=st.sampled_from(["cpu", "mem", "disk", "diskio", "net", "poll", "netstat"]),
    labels=_labels,
    fields=_fields,
)
_process = st.builds(
    TopProcess,
    pid=st.integers(0, 9),
    user=st.text(max_size=3),
    name=st.text(max_size=3),
    cpu_percent=st.none() | st.floats(0, 100),
    rss=st.integers(0, 2**40),
)
_processes = st.lists(_process, max_size=2).map(tuple)
_results = st.builds(
    PollResult,
    host=st.sampled_from(HOSTS),
    time=st.floats(0, NOW + 1).map(lambda time: round(time, 3)),
    outcome=st.sampled_from(Outcome),
    duration=st.just(0.1),
    points=st.lists(_points, max_size=5).map(tuple),
    detail=st.text(max_size=4),
    errors=st.dictionaries(st.text(max_size=3), st.text(max_size=3), max_size=2),
    top=st.none() | st.builds(TopProcesses, by_cpu=_processes, by_memory=_processes),
)
_questions = st.fixed_dictionaries(
    {
        "measurements": st.none() | st.sets(st.sampled_from(["cpu", "net", "disk"])).map(frozenset),
        "is_summary": st.booleans(),
    }
)
_steps = st.lists(_results | _questions | st.sampled_from(HOSTS), max_size=12)
_tags = st.dictionaries(st.text(max_size=3), st.text(max_size=3), max_size=2)


@settings(max_examples=examples(150), deadline=None)
@given(_steps, _tags, st.booleans())
def test_results_forgetting_and_questions_in_any_order_give_the_plain_views_json(
    steps: list[Any], tags: dict[str, str], paused: bool
) -> None:
    current, encoder = CurrentState(), CurrentEncoder()
    for at, step in enumerate([*steps, {"measurements": None, "is_summary": False}]):
        if isinstance(step, PollResult):
            current.accept(step)
        elif isinstance(step, str):
            current.forget(step)
        else:
            _compare(current, encoder, now=NOW + at, tags=tags, paused=paused, question=step)


def _compare(
    current: CurrentState,
    encoder: CurrentEncoder,
    *,
    now: float,
    tags: dict[str, str],
    paused: bool,
    question: dict[str, Any],
) -> None:
    host: dict[str, Any] = {"interval": 5.0, "timeout": 10.0, "paused": paused, "tags": tags}
    encoded = [encoder.host(name, current.last_known(name), now=now, **host, **question) for name in HOSTS]
    watched = [
        ShownHost(
            host=name,
            latest=current.get(name),
            consecutive_failures=current.consecutive_failures(name),
            **host,
        )
        for name in HOSTS
    ]
    assert join_hosts(encoded, now=now) == msgspec.json.encode(current_view(watched, now=now, **question))


def test_other_tags_are_shown_without_a_new_result() -> None:
    encoder, current = CurrentEncoder(), CurrentState()
    current.accept(PollResult(host="a", time=1.0, outcome=Outcome.OK, duration=0.1))

    def shown(tags: dict[str, str]) -> dict[str, Any]:
        known = current.last_known("a")
        body = encoder.host("a", known, now=2.0, interval=5.0, timeout=5.0, paused=False, tags=tags)
        document: dict[str, Any] = msgspec.json.decode(body)
        return document

    assert shown({"env": "prod"})["tags"] == {"env": "prod"}
    assert shown({"env": "test"})["tags"] == {"env": "test"}
