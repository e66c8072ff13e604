"""InfluxDB fails in every way while results come in: each is in it once afterwards."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.faults.feeding import START, Feeder, feeding
from tests.support.influx import BUCKET, ORG, TOKEN, Influxd, InfluxProxy, InfluxServer, running_influxd
from tests.support.small_disk import fill_up, small_disk

pytestmark = [pytest.mark.influxd, pytest.mark.timeout(240)]

_DISK = "48m"
_SLOW_SECONDS = 3.0


class Bench:
    """An influxd of the test's own, a proxy before it, and who feeds it."""

    def __init__(self, folder: Path, influxd: Influxd, proxy: InfluxProxy) -> None:
        self.folder = folder
        self.influxd = influxd
        self.proxy = proxy
        self.server = InfluxServer(proxy, ORG, TOKEN, BUCKET)

    @contextmanager
    def feeding(self) -> Iterator[Feeder]:
        """Results that come in."""
        with feeding(f"{self.proxy.url}/{BUCKET}", self.folder / "spool.db") as feeder:
            feeder.keep(40)
            yield feeder

    def stored(self) -> list[tuple[float, int]]:
        """(time, value) of all that is in the database, by time."""
        return [(row["time"] / 1000, row["used"]) for row in self.server.query('SELECT "used" FROM "mem"')]


@contextmanager
def _bench(folder: Path, data: Path) -> Iterator[Bench]:
    with running_influxd(data) as influxd:
        proxy = InfluxProxy(influxd.url, maps_writes=True)
        proxy.start()
        try:
            yield Bench(folder, influxd, proxy)
        finally:
            proxy.stop()


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    with _bench(tmp_path, tmp_path / "influxd") as made:
        yield made


def _assert_each_once(bench: Bench, kept: int) -> None:
    stored = bench.stored()
    assert kept > 100
    assert [number for _, number in stored[:kept]] == list(range(1, kept + 1))
    assert all(time == START + number for time, number in stored)


def _stop(bench: Bench) -> None:
    bench.influxd.stop()


def _refuse_token(bench: Bench) -> None:
    bench.proxy.refuse_token()


def _slow(bench: Bench) -> None:
    bench.proxy.slow(_SLOW_SECONDS)


def _drop(bench: Bench) -> None:
    bench.proxy.drop_connections()


def _busy(bench: Bench) -> None:
    bench.proxy.answer(503, {"code": "unavailable", "message": "engine is closed"})


FAULTS = [_stop, _refuse_token, _slow, _drop, _busy]


def _heal(bench: Bench) -> None:
    bench.proxy.heal()
    if bench.influxd.process is None:
        bench.influxd.start()


@pytest.mark.parametrize("fault", FAULTS)
def test_what_came_in_while_influxdb_was_away_is_there_once_afterwards(
    bench: Bench, fault: Callable[[Bench], None]
) -> None:
    with bench.feeding() as feeder:
        fault(bench)
        feeder.wait_until_spooled()
        feeder.keep(60)
        _heal(bench)
        feeder.wait_until_drained()
        feeder.keep(40)
        feeder.stop()
        _assert_each_once(bench, feeder.kept)


@pytest.mark.parametrize("fault", [_stop, _slow])
def test_nothing_is_lost_when_the_daemon_is_killed_meanwhile(
    bench: Bench, fault: Callable[[Bench], None]
) -> None:
    with bench.feeding() as feeder:
        fault(bench)
        feeder.wait_until_spooled()
        feeder.keep(40)
        feeder.kill()
        feeder.start()
        feeder.keep(40)
        feeder.kill()
        _heal(bench)
        feeder.start()
        feeder.keep(40)
        feeder.wait_until_drained()
        feeder.kill()
        feeder.start()
        feeder.keep(20)
        feeder.stop()
        _assert_each_once(bench, feeder.kept)


def test_a_restart_amid_the_replay_writes_nothing_twice(bench: Bench) -> None:
    with bench.feeding() as feeder:
        for _ in range(3):
            bench.influxd.stop()
            feeder.wait_until_spooled()
            feeder.keep(40)
            bench.influxd.start()
            feeder.keep(20)
            feeder.kill()
            feeder.start()
        feeder.keep(20)
        feeder.wait_until_drained()
        feeder.stop()
        _assert_each_once(bench, feeder.kept)


@pytest.mark.netns
def test_a_full_disk_costs_no_result(tmp_path: Path) -> None:
    with (
        small_disk(tmp_path / "disk", _DISK) as disk,
        _bench(tmp_path, disk / "influxd") as bench,
        bench.feeding() as feeder,
    ):
        filler = fill_up(disk)
        feeder.wait_until_spooled()
        feeder.keep(60)
        filler.unlink()
        bench.influxd.restart()  # it never tries a log again that it could not write
        feeder.wait_until_drained()
        feeder.keep(20)
        feeder.stop()
        _assert_each_once(bench, feeder.kept)
