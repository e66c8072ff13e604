"""PostgreSQL goes away under a running daemon: polling goes on, and no alert is lost."""

import signal
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any, TypeVar

import httpx
import pytest
from sqlalchemy import NullPool, create_engine
from sqlmodel import Session, SQLModel, select

from alerts.states import AlertState
from tests.faults.folder import HOST, AlertsFolder, Told
from tests.support.postgres import PASSWORD, Postgres, running_postgres
from tests.support.receivers import HttpReceiver
from tests.support.sshd import Sshd

pytestmark = [pytest.mark.sshd, pytest.mark.postgresql, pytest.mark.timeout(180)]

RULE = "host-is-down"
FIRING, RESOLVED = Told("firing", RULE, 1), Told("resolved", RULE, 1)
CANNOT_WRITE = "alerts cannot be written"
NEIGHBOUR = "me"
"""A host that is up all the time."""

Row = TypeVar("Row", bound=SQLModel)


class PostgresFolder(AlertsFolder):
    """An installation whose database is a PostgreSQL of its own, with an alert for a host that is down."""

    def __init__(self, folder: Path, server: Sshd, postgres: Postgres, **receivers: HttpReceiver) -> None:
        super().__init__(folder, server, **receivers)
        self.database = postgres.create_database()
        self.write_hosts(
            server,
            {HOST: "address: 127.0.0.1, timeout: 2s", NEIGHBOUR: "connection: local, collectors: {mem: 1s}"},
        )
        self.rules[RULE] = {"when": "host.state == 'down'", "for": "0s", "hosts": HOST}
        self.write_rules()

    def environ(self) -> dict[str, str]:
        """The environment of every command, with the database's URL."""
        return super().environ() | {"MONCTL_DATABASE": self.database}

    def reason(self, check: str) -> Any:
        """Why a readiness check fails, None while it does not."""
        checks = httpx.get(f"{self.url}/readyz", timeout=30).json()["checks"]
        return checks[check].get("reason")

    def longest_gap_seconds(self) -> float:
        """The longest time between two samples of the host that is up."""
        history = self.json("history", NEIGHBOUR, "mem.used_percent", "--since", "5m", "--step", "1s")
        (series,) = history["series"]
        times = [time for time, value in series["points"] if value is not None]
        return float(max(after - before for before, after in pairwise(times)))

    def _rows(self, table: type[Row]) -> list[Row]:
        engine = create_engine(self.database.replace("postgresql", "postgresql+psycopg"), poolclass=NullPool)
        with Session(engine) as session:
            rows: Sequence[Row] = session.exec(select(table).order_by("id")).all()
        return list(rows)


@pytest.fixture
def postgres() -> Iterator[Postgres]:
    """A server of the test's own."""
    with running_postgres() as server:
        yield server


@pytest.fixture
def monctl(
    tmp_path: Path, own_sshd: Sshd, postgres: Postgres, receiver: HttpReceiver
) -> Iterator[PostgresFolder]:
    """An installation whose daemon, if any, is gone at the end."""
    installation = PostgresFolder(tmp_path / "monctl", own_sshd, postgres, ops=receiver)
    yield installation
    installation.stop(signal.SIGKILL)


def _once(told: Sequence[Told]) -> list[Told]:
    """What was told, without what was told again since its record was lost with the server."""
    return list(dict.fromkeys(told))


def _is_told(monctl: PostgresFolder, count: int) -> bool:
    return monctl.wait_for(lambda: len(_once(monctl.told())) == count, 40)


def test_an_alert_that_begins_while_postgresql_is_away_is_recorded_and_told_when_it_is_back(
    monctl: PostgresFolder, postgres: Postgres, own_sshd: Sshd
) -> None:
    monctl.start_and_poll()
    assert monctl.wait_for(monctl.is_ready, 20), monctl.log
    assert monctl.alerts() == []
    postgres.stop("immediate")
    away = datetime.now(UTC)
    own_sshd.stop()
    assert monctl.wait_for(lambda: monctl.reason("alerts") == CANNOT_WRITE, 40), monctl.log
    assert not monctl.is_ready()
    assert monctl.told() == []
    back = datetime.now(UTC)
    postgres.start()
    assert monctl.wait_for(lambda: monctl.told() == [FIRING], 40), monctl.log
    (alert,) = monctl.alerts()
    assert alert.state == AlertState.FIRING
    assert away < alert.since < back
    assert monctl.wait_for(monctl.is_ready, 20), monctl.log
    own_sshd.start()
    assert monctl.wait_for(lambda: monctl.told() == [FIRING, RESOLVED], 40), monctl.log
    assert monctl.wait_for(monctl.is_all_told, 20), monctl.log
    assert monctl.longest_gap_seconds() <= 2, "polling went on"
    assert monctl.stop() < 8
    assert monctl.last_status == 0, monctl.log
    assert monctl.log.count(CANNOT_WRITE) == 1
    assert monctl.log.count("alerts can be written again") == 1
    assert "Traceback" not in monctl.log
    assert PASSWORD not in monctl.log
    assert monctl.leaks() == []


def test_a_server_that_crashes_again_and_again_costs_no_alert(
    monctl: PostgresFolder, postgres: Postgres, own_sshd: Sshd
) -> None:
    monctl.start_and_poll()
    assert monctl.wait_for(monctl.is_ready, 20), monctl.log
    for _ in range(2):  # a third time would be flapping
        before = len(_once(monctl.told()))
        own_sshd.stop()
        postgres.restart("immediate")
        assert _is_told(monctl, before + 1), monctl.log
        own_sshd.start()
        postgres.restart("fast")
        assert _is_told(monctl, before + 2), monctl.log
    assert monctl.wait_for(monctl.is_all_told, 20), monctl.log
    assert [row.state for row in monctl.alerts()] == [AlertState.RESOLVED] * 2
    # a crashed server leaves some ids out
    expected = [Told(kind, RULE, row.id or 0) for row in monctl.alerts() for kind in ("firing", "resolved")]
    assert _once(monctl.told()) == expected
    assert monctl.wait_for(monctl.is_ready, 20), monctl.log
    assert "Traceback" not in monctl.log


def test_a_daemon_does_not_start_without_its_database_and_says_what_to_do(
    monctl: PostgresFolder, postgres: Postgres
) -> None:
    postgres.stop()
    done = monctl.run("poll", "--no-web")
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert (
        f"127.0.0.1:{postgres.port}/monctl_1: Connection refused (is PostgreSQL running there?)"
        in done.stderr
    )
    assert PASSWORD not in done.stderr
