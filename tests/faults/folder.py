"""An installation whose rules a test edits, whose daemon it kills, and whose database it looks into."""

import base64
import json
import re
import signal
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

from sqlalchemy import NullPool, create_engine, inspect
from sqlmodel import Session, SQLModel, select

from alerts.engine.changes import ChangeKind
from alerts.states import AlertState
from alerts.tables import AlertRow, DeliveryRow, NotificationRow, NotificationStatus
from inventory.collectors import DEFAULT_COLLECTORS
from tests.faults.dying import KIND_VARIABLE, STEP_VARIABLE, Step
from tests.support.installation import MonctlFolder
from tests.support.receivers import HttpReceiver
from tests.support.sshd import Sshd

PASSWORD = "pa55wordOfTheChannel"
TOKEN = "t0kenInThePathOfTheChannel"
HOST = "web-1"

_URL = "json://ops:${FAULTS_PASSWORD}@%s/${FAULTS_TOKEN}/"
_ONLY_MEMORY_AND_SYSTEM = {name: "off" for name in DEFAULT_COLLECTORS if name not in ("mem", "system")}
_TOLD = re.compile(r"^told: (?P<kind>\w+)$\n^\S+, (?P<rule>\S+), alert #(?P<id>\d+)$", re.MULTILINE)
_MESSAGE = "told: {{ kind }}"

Row = TypeVar("Row", bound=SQLModel)


class Told(NamedTuple):
    """What a message says of one alert."""

    kind: str
    rule: str
    alert: int


class AlertsFolder(MonctlFolder):
    """One host, which is polled every second, and channels by the name of their receivers.

    `rules`: name -> keys of the rule; `write_rules` brings them into monctl.yaml.
    """

    def __init__(self, folder: Path, server: Sshd, **receivers: HttpReceiver) -> None:
        super().__init__(folder)
        self.receivers = receivers
        self.rules: dict[str, dict[str, str]] = {}
        self.group_wait = "0s"
        self._death: dict[str, str] = {}
        entry = {
            "address": "127.0.0.1",
            "probe": "proc",
            "collectors": {"mem": "1s"} | _ONLY_MEMORY_AND_SYSTEM,
        }
        self.write_hosts(server, {HOST: json.dumps(entry).strip("{}") + "}"})

    def write_rules(self) -> None:
        """Bring the rules, with a message that a test can read, into monctl.yaml."""
        alerts = {
            "defaults": False,
            "group_wait": self.group_wait,
            "channels": {name: _URL % receiver.address for name, receiver in self.receivers.items()},
            "rules": [{"name": name, "message": _MESSAGE, **keys} for name, keys in self.rules.items()],
        }
        fresh = self.folder / "monctl.new"
        fresh.write_text(json.dumps({"alerts": alerts, "log": {"level": "debug"}}))  # JSON is YAML
        fresh.replace(self.folder / "monctl.yaml")

    def start_dying(self, step: Step, kind: ChangeKind) -> None:
        """Start a daemon that kills itself at a step on the way of a change."""
        self._death = {STEP_VARIABLE: step.value, KIND_VARIABLE: kind.value}
        self.daemon = self._start(["poll", "--no-web"], function="tests.faults.dying:run_until_death")

    def start_and_poll(self, *args: str) -> None:
        """Start a daemon that dies of nothing, and wait until it has evaluated what its host answers."""
        self._death = {}
        before = self.rounds
        self.start(*args)
        assert self.wait_for(lambda: self.rounds > before), self.log

    @property
    def rounds(self) -> int:
        """How many daemons have heard of the host."""
        printed = self.folder / "daemon.out"
        return printed.read_text().count("Polling.") if printed.exists() else 0

    def wait_for_death(self, seconds: float = 30.0) -> None:
        """Wait until the daemon has been killed; fails when it ends otherwise or lives on."""
        assert self.daemon is not None
        assert self.daemon.wait(seconds) == -signal.SIGKILL, self.log
        self.daemon = None

    def is_alive(self) -> bool:
        """Whether the daemon runs."""
        return self.daemon is not None and self.daemon.poll() is None

    def environ(self) -> dict[str, str]:
        """The environment of every command, with the channels' secrets."""
        return super().environ() | {"FAULTS_PASSWORD": PASSWORD, "FAULTS_TOKEN": TOKEN} | self._death

    def told(self, channel: str = "ops") -> list[Told]:
        """All that has arrived at a channel, in order."""
        messages = [request.json["message"] for request in self.receivers[channel].requests]
        found = [match for message in messages for match in _TOLD.finditer(message)]
        return [Told(match["kind"], match["rule"], int(match["id"])) for match in found]

    def alerts(self) -> list[AlertRow]:
        """The alerts, in the order in which they began."""
        return self._rows(AlertRow)

    def notifications(self) -> list[NotificationRow]:
        """The outbox, in order."""
        return self._rows(NotificationRow)

    def deliveries(self) -> list[DeliveryRow]:
        """Every attempt to send a message, in order."""
        return self._rows(DeliveryRow)

    def firing(self) -> set[str]:
        """The rules whose alert fires."""
        return {row.rule for row in self.alerts() if row.state == AlertState.FIRING}

    def is_all_told(self) -> bool:
        """Whether nothing waits to be sent."""
        return all(row.status != NotificationStatus.QUEUED for row in self.notifications())

    def leaks(self) -> list[str]:
        """The files of the folder, logs and databases among them, in which a channel's secret stands."""
        pair = base64.b64encode(f"ops:{PASSWORD}".encode())
        secrets = (PASSWORD.encode(), TOKEN.encode(), pair)
        files = [path for path in self.folder.rglob("*") if path.is_file()]
        assert self.folder / "daemon.err" in files
        return [path.name for path in files if any(secret in path.read_bytes() for secret in secrets)]

    def _rows(self, table: type[Row]) -> list[Row]:
        database: Any = self.folder / "data" / "monctl.db"
        if not database.exists():
            return []
        # read only, so that it is the daemon which finds what a killed one has left
        engine = create_engine(f"sqlite:///file:{database}?mode=ro&uri=true", poolclass=NullPool)
        if not inspect(engine).has_table(str(table.__tablename__)):
            return []  # killed before the tables were made
        with Session(engine) as session:
            rows: Sequence[Row] = session.exec(select(table).order_by("id")).all()
        return list(rows)
