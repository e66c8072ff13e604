"""An outbox to be tried: a real database, any notifier, and time that a test moves."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Engine
from sqlmodel import Session, col, select

from alerts.channels.channel import Channel, FileChannel
from alerts.channels.notifier import FakeNotifier, Notifier, Sent
from alerts.channels.repository import ChannelRepository
from alerts.messages.message import Message, MessageKind
from alerts.notice import Notice, NoticeKind
from alerts.outbox.repository import OutboxRepository, new_notification
from alerts.outbox.worker import Outbox
from alerts.severity import Severity
from alerts.states import AlertState
from alerts.tables import AlertRow, DeliveryRow, NotificationRow
from foundation.times import utc_time
from tests.alerts.outbox.virtual_time import VirtualTime
from tests.support.databases import Database

DOWN = Sent(False, "connection refused", 0.1)


def compose(notices: Sequence[Notice], now: float, limit: int | None = None) -> Message:
    """A line for each notice, so that a test sees who was told what, in which order."""
    lines = [f"{notice.kind} {notice.alert_id}" for notice in notices]
    return Message(f"{len(notices)} alerts", "\n".join(lines), MessageKind.PROBLEM, Severity.WARNING)


async def draw_nothing(notices: Sequence[Notice]) -> tuple[bytes, ...]:
    """No pictures."""
    return ()


@dataclass
class Switch:
    """Says how attempts end: channels in `down` fail."""

    down: set[str] = field(default_factory=set)

    def __call__(self, channel: Channel, message: Message) -> Sent:
        """The answer."""
        return DOWN if channel.name in self.down else Sent(True, "", 0.1)


class Bench:
    """Puts notifications into an outbox and lets it work."""

    def __init__(self, database: Database, engine: Engine) -> None:
        self.database = database
        self.engine = engine
        self.time = VirtualTime()
        self.repository = OutboxRepository(engine)
        self.channels = ChannelRepository(
            engine,
            environ={},
            file_channels={name: FileChannel("json://127.0.0.1:9/") for name in ("ops", "boss")},
            file="monctl.yaml",
        )
        self.switch = Switch()
        self.notifier = FakeNotifier(self.switch)
        self.silences: dict[int, int] = {}

    def alert(self, state: AlertState = AlertState.FIRING) -> int:
        """An alert; its id."""
        now = utc_time(self.time.now)
        with Session(self.engine) as session, session.begin():
            row = AlertRow(
                rule="disk", host="web-1", state=state.value, severity="warning", since=now, fired_at=now
            )
            session.add(row)
            session.flush()
            assert row.id is not None
            return row.id

    def put(self, alert_id: int, kind: NoticeKind = NoticeKind.FIRING, *channels: str, **more: Any) -> None:
        """Queue a notice for channels, `ops` when none is named."""
        notice = self.notice(alert_id, kind, **more)
        with Session(self.engine) as session, session.begin():
            for channel in channels or ("ops",):
                session.add(new_notification(notice, channel, now=utc_time(self.time.now)))

    def deliveries(self) -> list[DeliveryRow]:
        """All attempts, the oldest first."""
        with Session(self.engine) as session:
            return list(session.exec(select(DeliveryRow).order_by(col(DeliveryRow.id))))

    def notice(self, alert_id: int, kind: NoticeKind = NoticeKind.FIRING, **more: Any) -> Notice:
        """What there is to tell of an alert."""
        given: dict[str, Any] = {
            "kind": kind,
            "alert_id": alert_id,
            "rule": "disk",
            "severity": Severity.WARNING,
            "host": "web-1",
            "labels": {"path": "/"},
            "tags": {},
            "since": self.time.now,
            "fired_at": self.time.now,
            "time": self.time.now,
        }
        return Notice(**(given | more))

    def outbox(self, owner: str = "poller", notifier: Notifier | None = None, **parts: Any) -> Outbox:
        """One that works on this database; `parts` replace those made here."""
        given: dict[str, Any] = {
            "owner": owner,
            "compose": compose,
            "draw": draw_nothing,
            "silenced_by": lambda notice, now: self.silences.get(notice.alert_id),
            "clock": self.time.clock,
            "pause": self.time.pause,
            "jitter": lambda low, high: (low + high) / 2,
        }
        return Outbox(self.repository, self.channels, notifier or self.notifier, **(given | parts))

    @asynccontextmanager
    async def running(self, *outboxes: Outbox) -> AsyncIterator[None]:
        """The outboxes at work."""
        self._outboxes = outboxes
        tasks = [asyncio.ensure_future(outbox.run()) for outbox in outboxes]
        try:
            await self.pass_time(0)
            yield
        finally:
            for task in tasks:
                task.cancel()
            done = await asyncio.gather(*tasks, return_exceptions=True)
            for result in done:
                if not isinstance(result, asyncio.CancelledError):
                    raise AssertionError("the outbox ended by itself") from result

    async def pass_time(self, seconds: float) -> None:
        """Let time pass until all outboxes rest."""
        await self.time.advance(
            seconds, lambda: sum(1 + len(outbox.active_channels) for outbox in self._outboxes)
        )

    def told(self, channel: str = "ops") -> list[list[str]]:
        """The messages that reached a channel: the lines of each."""
        return [message.body.splitlines() for name, message in self.notifier.sent_messages if name == channel]

    def rows(self, channel: str | None = None) -> list[NotificationRow]:
        """The notifications in order."""
        wanted = select(NotificationRow).order_by(col(NotificationRow.id))
        with Session(self.engine) as session:
            rows = list(session.exec(wanted))
        return [row for row in rows if channel in (None, row.channel)]

    def statuses(self, channel: str | None = None) -> list[str]:
        """What became of each notification, in order."""
        return [row.status for row in self.rows(channel)]
