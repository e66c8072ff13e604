"""How polls went: runs kept in memory, and the route that shows them."""

from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from access.roles import Role
from metrics.results import Outcome, PollResult
from tests.inventory.loading import load
from tests.support.api import api_under_test
from web.hosts.polls import KEPT_RUNS, PollLog
from web.schemas.polls import PollLogView

START = 1_780_000_000.0


def _poll(at: float, outcome: Outcome = Outcome.OK, *, host: str = "web-1", **more: Any) -> PollResult:
    return PollResult(host=host, time=START + at, outcome=outcome, **({"duration": 0.0123} | more))


def _outcomes(log: PollLog, host: str = "web-1", **more: Any) -> list[tuple[Outcome, int]]:
    return [(run.outcome, run.polls) for run in log.runs(host, **more)]


def test_polls_that_end_alike_are_one_run_with_the_last_ones_words() -> None:
    log = PollLog()
    for at in (0, 5):
        log.accept(_poll(at))
    log.accept(_poll(10, Outcome.TIMEOUT, detail="no answer in 5 s", duration=5.0))
    log.accept(_poll(15, Outcome.TIMEOUT, detail="no answer in 6 s", duration=6.0))
    log.accept(_poll(20, Outcome.REFUSED))
    assert _outcomes(log) == [(Outcome.REFUSED, 1), (Outcome.TIMEOUT, 2), (Outcome.OK, 2)]
    run = log.runs("web-1")[1]
    assert (run.first_time, run.last_time) == (START + 10, START + 15)
    assert (run.detail, run.duration) == ("no answer in 6 s", 6.0)


def test_a_collector_that_begins_or_ceases_to_fail_begins_a_run() -> None:
    log = PollLog()
    log.accept(_poll(0))
    log.accept(_poll(5, errors={"disk": "/mnt does not answer"}))
    log.accept(_poll(10, errors={"disk": "/srv does not answer"}))
    log.accept(_poll(15))
    assert [(run.polls, run.errors) for run in log.runs("web-1")] == [
        (1, {}),
        (2, {"disk": "/srv does not answer"}),
        (1, {}),
    ]


def test_hosts_do_not_mix_and_an_unknown_one_has_no_runs() -> None:
    log = PollLog()
    log.accept(_poll(0))
    log.accept(_poll(0, Outcome.DNS, host="web-2"))
    assert _outcomes(log) == [(Outcome.OK, 1)]
    assert _outcomes(log, "web-2") == [(Outcome.DNS, 1)]
    assert _outcomes(log, "web-3") == []


@given(
    st.lists(st.sampled_from([Outcome.OK, Outcome.TIMEOUT, Outcome.DNS]), max_size=200), st.integers(1, 50)
)
def test_runs_count_every_poll_alternate_and_are_bounded(outcomes: list[Outcome], limit: int) -> None:
    log = PollLog()
    for at, outcome in enumerate(outcomes):
        log.accept(_poll(at, outcome))
    runs = log.runs("web-1")[::-1]
    told = [run.outcome for run in runs for _ in range(run.polls)]
    assert told == outcomes[len(outcomes) - len(told) :]
    assert all(before.outcome is not after.outcome for before, after in pairwise(runs))
    assert len(runs) <= KEPT_RUNS
    assert len(told) == len(outcomes) or len(runs) == KEPT_RUNS
    assert log.runs("web-1", limit=limit) == runs[::-1][:limit]


def test_hosts_that_are_gone_are_forgotten_once_they_are_many() -> None:
    present = {"web-1"}
    log = PollLog(hosts=lambda: present)
    for number in range(1000):
        log.accept(_poll(number, host=f"gone-{number}"))
        log.accept(_poll(number))
    assert sum(bool(log.runs(f"gone-{number}")) for number in range(1000)) <= 110
    assert _outcomes(log) == [(Outcome.OK, 1000)]


@pytest.mark.anyio
async def test_the_log_of_a_host_is_read_the_newest_first(tmp_path: Path) -> None:
    log = PollLog(since=START)
    async with api_under_test(tmp_path, poll_log=log) as api:
        api.parts.repository.sync_file(load("hosts: {web-1: a, web-2: b}\n"))
        log.accept(_poll(0))
        log.accept(_poll(5, Outcome.REFUSED, detail="a:22 refuses connections", duration=0.0))
        answer = await api.call("GET", "/hosts/web-1/polls", role=Role.VIEWER)
        PollLogView.model_validate(answer.json())
        assert answer.json()["since"] == "2026-05-28T20:26:40.000Z"
        assert answer.json()["items"][0] == {
            "time": "2026-05-28T20:26:45.000Z",
            "last_time": "2026-05-28T20:26:45.000Z",
            "outcome": "refused",
            "detail": "a:22 refuses connections",
            "errors": {},
            "polls": 1,
            "duration_seconds": None,
        }
        assert answer.json()["items"][1]["duration_seconds"] == 0.012
        (newest,) = (await api.call("GET", "/hosts/web-1/polls?limit=1")).json()["items"]
        assert newest["outcome"] == "refused"
        assert (await api.call("GET", "/hosts/web-2/polls")).json()["items"] == []
        assert (await api.call("GET", "/hosts/web-3/polls")).status_code == 404
        assert (await api.call("GET", "/hosts/web-1/polls?limit=51")).status_code == 422
