"""Results become lines that the server takes, and what it keeps is what was meant."""

import asyncio
import math

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from metrics.results import Point
from metrics.stores.influx.names import escaped_key, stored_text, unescape
from metrics.stores.influx.store import InfluxStore
from metrics.stores.influx.writing.lines import LineEncoder, TaggedPoint, line_prefix, tagged_line
from tests.metrics.store_contract import START, Clock, ask, cpu, poll
from tests.support.examples import examples
from tests.support.influx import InfluxServer

HOSTILE = st.text(
    st.sampled_from("ab\\,= \"'\n\r\té€😀/:%{}#"), min_size=1, max_size=12
)  # fmt: skip


def line(*points: Point, **more: object) -> str:
    (found,) = LineEncoder().encode([poll(START, *points, **more)])  # type: ignore[arg-type]
    return found


def test_fields_have_the_catalogues_types_also_when_values_are_of_the_other() -> None:
    point = Point("mem", (), {"used": 5, "used_percent": 50, "free": 7.0})
    assert line(point) == f"mem,host=web-1 used=5i,used_percent=50,free=7i {START:.0f}000000000"


def test_fields_that_the_catalogue_lacks_have_their_values_types() -> None:
    assert line(Point("own", (), {"whole": 2, "part": 2.0})).split(" ")[1] == "whole=2i,part=2.0"


def test_a_time_is_kept_to_the_millisecond() -> None:
    (found,) = LineEncoder().encode([poll(1700006400.1237, cpu(1.0))])
    assert found.endswith(" 1700006400124000000")


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_what_is_no_number_is_left_out_alone(value: float) -> None:
    assert line(Point("cpu", (), {"usage_user": value, "usage_idle": 1.5})).split(" ")[1] == "usage_idle=1.5"
    assert LineEncoder().encode([poll(START, Point("cpu", (), {"usage_user": value}))]) == []


def test_values_whose_sum_is_infinite_are_all_kept() -> None:
    largest = 1.7e308
    found = line(Point("cpu", (), {"usage_user": largest, "usage_idle": largest}))
    assert found.split(" ")[1] == "usage_user=1.7e+308,usage_idle=1.7e+308"


def test_tags_are_sorted_and_empty_ones_left_out() -> None:
    point = cpu(1.0)
    found = line(point, tags={"zone": "b", "env": "prod", "empty": "", "host": "mine"})
    assert found.startswith("cpu,cpu=cpu-total,env=prod,host=web-1,zone=b ")


def test_a_hosts_tag_never_passes_for_a_label() -> None:
    tags = {"path": "/srv", "name": "x"}
    assert line(Point("disk", (("mode", "rw"),), {"used": 1}), tags=tags).startswith(
        "disk,host=web-1,mode=rw,name=x "
    )


def test_lines_follow_a_host_whose_tags_change() -> None:
    encoder = LineEncoder()
    found = [encoder.encode([poll(START, cpu(1.0), tags={"env": env})])[0] for env in ("a", "b", "a")]
    assert [one.split(",")[2] for one in found] == ["env=a", "env=b", "env=a"]


def test_points_that_are_no_samples_keep_strings() -> None:
    point = TaggedPoint(
        measurement="alert", tags={"rule": "a b"}, fields={"text": 'say "hi"\\\n', "level": 2}, time=START
    )
    assert tagged_line(point) == (f'alert,rule=a\\ b text="say \\"hi\\"\\\\ ",level=2i {START:.0f}000000000')
    assert tagged_line(TaggedPoint(measurement="a", tags={}, fields={"x": math.nan}, time=START)) is None


@given(HOSTILE)
def test_what_is_stored_is_the_same_when_it_is_stored_again(text: str) -> None:
    stored = stored_text(text)
    assert stored_text(stored) == stored
    assert unescape(escaped_key(text)) == stored
    assert not stored.endswith("\\")


@given(HOSTILE, HOSTILE)
def test_a_prefix_is_one_line_with_one_blank_that_ends_it(key: str, value: str) -> None:
    prefix = line_prefix("cpu", {key: value})
    bare = prefix.replace("\\\\", "").replace("\\ ", "").replace("\\,", "").replace("\\=", "")
    assert not set(bare) & set(" \n\r")
    assert bare.count(",") == bare.count("=") == (1 if stored_text(key) and stored_text(value) else 0)


@pytest.mark.influxdb
@settings(
    max_examples=examples(25), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(names=st.lists(HOSTILE, min_size=1, max_size=8, unique_by=stored_text), tag=HOSTILE)
def test_hostile_label_values_are_read_back_and_found(
    influx_server: InfluxServer, names: list[str], tag: str
) -> None:
    names = [name for name in names if stored_text(name)]

    async def scenario() -> None:
        store = await InfluxStore.open(influx_server.target, clock=Clock())
        try:
            points = [
                Point("net", (("interface", name),), {"bytes_sent": at}) for at, name in enumerate(names)
            ]
            host = f"h-{abs(hash(tuple(names))):x}"
            await store.write([poll(START, *points, host=host, tags={tag: tag})])
            labels = await store.label_sets(host, "net")
            assert labels == sorted((("interface", stored_text(name)),) for name in names)
            for at, name in enumerate(names):
                history = await ask(store, "net.bytes_sent", hosts=(host,), labels=(("interface", name),))
                assert [one.points[0][1] for one in history.series] == [at]
            assert store.refused_points == 0
        finally:
            await store.close()

    asyncio.run(scenario())


@pytest.mark.influxdb
def test_names_that_differ_by_a_backslash_at_the_end_are_two_series(influx_server: InfluxServer) -> None:
    async def scenario() -> None:
        store = await InfluxStore.open(influx_server.target, clock=Clock())
        try:
            points = [
                Point("net", (("interface", name),), {"bytes_sent": at})
                for at, name in enumerate(("C:", "C:\\", "C:\\\\"))
            ]
            await store.write([poll(START, *points, host="windows")])
            assert len(await store.label_sets("windows", "net")) == 3
            for at, name in enumerate(("C:", "C:\\", "C:\\\\")):
                history = await ask(
                    store, "net.bytes_sent", hosts=("windows",), labels=(("interface", name),)
                )
                assert [one.points[0][1] for one in history.series] == [at]
        finally:
            await store.close()

    asyncio.run(scenario())
