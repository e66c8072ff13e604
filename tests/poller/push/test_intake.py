"""Pushed samples become the same points as polled ones; what cannot be taken is refused clearly."""

import asyncio
import dataclasses
from collections.abc import Sequence
from typing import Any

import pytest

from metrics.current.state import CurrentState
from metrics.errors import BadAnswer, StoreError, StoreUnavailable
from metrics.push_outcome import PushOutcome
from metrics.results import Outcome
from poller.push.sending_host import FUTURE_SECONDS, STALE_SECONDS
from tests.poller.push.samples import HOST, START, Taking, point, reasons, sample

pytestmark = pytest.mark.anyio


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def taking() -> Taking:
    return Taking()


async def test_a_sample_is_a_good_poll_with_the_hosts_own_time(taking: Taking) -> None:
    taken = await taking.take(sample(0.1234), now=0.5)
    assert reasons(taken) == [None]
    (result,) = taking.emitted
    assert (result.host, result.time, result.outcome) == ("kiosk", START + 0.123, Outcome.OK)
    assert result.tags == {"env": "test"}
    assert point(result, "poll").fields == {
        "up": 1, "duration_seconds": 0.0, "missed": 0, "clock_offset_seconds": -0.377,
    }  # fmt: skip
    assert taking.waits == 1


async def test_counters_become_rates_within_a_request_and_across_requests(taking: Taking) -> None:
    await taking.take(sample(0), sample(5), now=5)
    await taking.take(sample(10), now=10)
    rates = [point(result, "net").fields.get("bytes_sent_per_second") for result in taking.emitted]
    assert rates == [None, 100.0, 100.0]


async def test_rates_go_by_the_monotonic_clock_when_the_hosts_clock_is_set(taking: Taking) -> None:
    await taking.take(sample(0))
    await taking.take(sample(40.0, monotonic=1005.0, net={"names": ["bytes_sent"], "rows": {"eth0": [500]}}))
    assert point(taking.emitted[-1], "net").fields["bytes_sent_per_second"] == 100.0


async def test_samples_may_come_in_any_order_within_a_request(taking: Taking) -> None:
    taken = await taking.take(sample(10), sample(0), sample(5), now=10)
    assert reasons(taken) == [None, None, None]
    assert [one.time for one in taken] == [START + 10, START, START + 5]
    assert taking.times == [0, 5, 10]


async def test_a_sample_too_far_ahead_is_refused_and_says_by_how_much(taking: Taking) -> None:
    taken = await taking.take(sample(FUTURE_SECONDS), sample(FUTURE_SECONDS + 30))
    assert reasons(taken) == [None, "future"]
    assert taken[1].detail == "the host's clock is 90 s ahead; at most 60 s are accepted"


async def test_a_sample_too_old_is_refused(taking: Taking) -> None:
    taken = await taking.take(sample(-STALE_SECONDS), sample(-STALE_SECONDS - 3600))
    assert reasons(taken) == [None, "stale"]
    assert taken[1].detail == "49.0 hours old; at most 48 hours are accepted"


async def test_a_sample_older_than_the_newest_is_out_of_order(taking: Taking) -> None:
    await taking.take(sample(5), now=5)
    taken = await taking.take(sample(4), now=5)
    assert reasons(taken) == ["stale"]
    assert taken[0].detail == "out of order: 1.000 s older than the newest sample of the host"
    assert taking.times == [5]


async def test_what_is_sent_again_is_a_duplicate_and_waits_for_the_store_too(taking: Taking) -> None:
    await taking.take(sample(0), sample(5), now=5)
    taken = await taking.take(sample(0), sample(5), sample(10), now=10)
    assert reasons(taken) == ["duplicate", "duplicate", None]
    assert reasons(await taking.take(sample(0), now=10)) == ["duplicate"]
    assert taking.times == [0, 5, 10]
    assert taking.waits == 3


async def test_the_same_time_twice_in_a_request_is_taken_once(taking: Taking) -> None:
    assert reasons(await taking.take(sample(0), sample(0.0001))) == [None, "duplicate"]


async def test_only_the_latest_two_thousand_times_are_remembered(taking: Taking) -> None:
    for start in range(0, 2001, 667):
        await taking.take(*(sample(at) for at in range(start, min(start + 667, 2001))), now=2001)
    taken = await taking.take(sample(0), sample(1), now=2001)
    assert reasons(taken) == ["stale", "duplicate"]


async def test_after_a_restart_the_newest_known_sample_is_a_duplicate_and_older_ones_stale() -> None:
    before = Taking()
    await before.take(sample(0), sample(5), now=5)
    known = before.current.get("kiosk")
    assert known is not None
    current = CurrentState()
    current.load([known])
    after = Taking(current)
    taken = await after.take(sample(0), sample(5), sample(10), now=10)
    assert reasons(taken) == ["stale", "duplicate", None]


async def test_a_bad_answer_costs_only_itself(taking: Taking) -> None:
    taken = await taking.take(sample(0), b'{"id": 1}', sample(5), now=5)
    assert reasons(taken) == [None, "bad_answer", None]
    assert (taken[1].time, taken[1].detail) == (None, "an answer without time, monotonic, boot")


async def test_a_damaged_collector_is_named_and_the_rest_is_taken(taking: Taking) -> None:
    await taking.take(sample(0, mem={"total": "many"}))
    assert "mem" in taking.emitted[0].errors
    assert point(taking.emitted[0], "net")


async def test_an_error_holds_until_its_collector_has_run_again(taking: Taking) -> None:
    await taking.take(sample(0, errors={"temp": "no sensor"}), sample(5), sample(10, temp={"a": 1.0}), now=10)
    assert [dict(result.errors) for result in taking.emitted] == [{"temp": "no sensor"}] * 2 + [{}]


@pytest.mark.parametrize(
    ("answers", "more", "expected"),
    [
        ([sample(0)], {"now": 2.0}, [-2.0]),
        ([sample(0)], {"now": 100.0}, [None]),
        ([sample(0), sample(5)], {"now": 6.0}, [None, None]),
        ([sample(0), sample(5)], {"now": 600.0, "sent_at": START + 601.5}, [None, 1.5]),
    ],
)
async def test_the_clock_offset_is_there_only_where_it_is_not_a_samples_age(
    taking: Taking, answers: Sequence[bytes], more: dict[str, Any], expected: list[float | None]
) -> None:
    await taking.take(*answers, **more)
    offsets = [point(result, "poll").fields.get("clock_offset_seconds") for result in taking.emitted]
    assert offsets == expected


async def test_facts_come_with_the_first_hello_and_with_a_changed_one(taking: Taking) -> None:
    hello = {"monctl": 1, "os": "linux", "pid": 7}
    await taking.take(sample(0), sample(5), hello=hello, now=5)
    await taking.take(sample(10), hello=hello, now=10)
    await taking.take(sample(15), hello={**hello, "pid": 8}, now=15)
    pids = [result.facts["pid"] if result.facts else None for result in taking.emitted]
    assert pids == [None, 7, None, 8]


async def test_a_hello_that_is_none_is_refused_before_anything_is_taken(taking: Taking) -> None:
    with pytest.raises(BadAnswer):
        await taking.take(sample(0), hello={"pid": "seven"})
    assert taking.emitted == []


async def test_a_store_that_takes_too_long_leaves_the_samples_queued(taking: Taking) -> None:
    async def never() -> None:
        await asyncio.Event().wait()

    taking.intake._wait_until_written = never
    with pytest.raises(StoreUnavailable):
        await taking.take(sample(0))
    taking.intake._wait_until_written = taking.written
    assert reasons(await taking.take(sample(0))) == ["duplicate"]
    assert taking.times == [0]


async def test_samples_that_the_store_dropped_may_be_sent_again(taking: Taking) -> None:
    await taking.take(sample(0))
    taking.failure = StoreError("read only")
    with pytest.raises(StoreError):
        await taking.take(sample(5), now=5)
    taking.failure = None
    assert reasons(await taking.take(sample(0), sample(5), now=5)) == ["duplicate", None]


async def test_requests_of_one_host_are_taken_one_after_the_other(taking: Taking) -> None:
    batches = [[sample(at) for at in range(first, first + 30)] for first in (0, 30, 60)]
    found: list[Sequence[PushOutcome]] = await asyncio.gather(
        *(taking.take(*batch, now=90) for batch in batches)
    )
    assert all(reasons(taken) == [None] * 30 for taken in found)
    assert taking.times == list(range(90))


async def test_a_changed_host_begins_anew_with_the_rates_but_knows_its_times(taking: Taking) -> None:
    await taking.take(sample(0))
    changed = dataclasses.replace(HOST, tags={"env": "prod"})
    taken = await taking.take(sample(0), sample(5), host=changed, now=5)
    assert reasons(taken) == ["duplicate", None]
    assert "bytes_sent_per_second" not in point(taking.emitted[-1], "net").fields
    assert taking.emitted[-1].tags == {"env": "prod"}


async def test_a_host_that_leaves_is_forgotten(taking: Taking) -> None:
    await taking.take(sample(0))
    taking.intake.follow({"kiosk": HOST})
    assert taking.intake.heard_at("kiosk") is not None
    taking.intake.follow({})
    taking.current.forget("kiosk")
    assert taking.intake.heard_at("kiosk") is None
    assert reasons(await taking.take(sample(0))) == [None]
