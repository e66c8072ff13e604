"""The channels: those of monctl.yaml, which are handed over, and those of the API, which are in a table.

Every method is synchronous and runs in one transaction of its own.
"""

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Engine, func, update
from sqlmodel import Session, col, select

from alerts.channels.channel import Channel, FileChannel, StoredChannel, scheme_of
from alerts.channels.connections import PUBLIC_ADDRESSES
from alerts.channels.document import check_url, resolve_url
from alerts.channels.names import check_channel_name
from alerts.channels.plugin import open_plugin, service_of
from alerts.channels.table import ChannelRow
from alerts.errors import AlertsInvalid
from alerts.revision import SETTINGS
from alerts.severity import Severity
from alerts.tables import DeliveryRow, NotificationRow, NotificationStatus
from foundation.addresses import AddressPolicy
from foundation.database.changes import Note
from foundation.documents.errors import Problem, ValueInvalid
from foundation.documents.report import Report
from foundation.records.errors import RecordExists, RecordFileOwned
from foundation.records.owner import Owner
from foundation.records.repository import RecordRepository
from foundation.times import utc_now

CHANNEL_VARIABLES = ("MONCTL_CHANNEL_*",)


@dataclass(frozen=True, slots=True)
class UsableChannels:
    """`channels`: name -> channel, by name. `problems`: why the others cannot be used."""

    channels: dict[str, Channel]
    problems: tuple[Problem, ...]


class ChannelRepository(RecordRepository[ChannelRow]):
    """Reads and writes the channels of one database.

    `file_channels`: those of `file`. `environ` is what `${NAME}` is looked up in by those of the API, as far
    as the patterns of `variables` allow; `addresses`: what they may reach.
    """

    kind = "channel"
    row_type = ChannelRow
    counter = SETTINGS

    def __init__(
        self,
        engine: Engine,
        *,
        environ: Mapping[str, str],
        file_channels: Mapping[str, FileChannel] | None = None,
        file: str | None = None,
        variables: Sequence[str] = CHANNEL_VARIABLES,
        addresses: AddressPolicy = PUBLIC_ADDRESSES,
        clock: Callable[[], datetime] = utc_now,
    ) -> None:
        super().__init__(engine, clock=clock)
        self._environ = environ
        self._file_channels = dict(file_channels or {})
        self._file = file
        self._variables = tuple(variables)
        self._addresses = addresses
        self._problems: dict[str, str | None] = {}

    def replace_file_channels(self, channels: Mapping[str, FileChannel]) -> None:
        """Take over a new monctl.yaml's channels; may be called while other threads read."""
        self._file_channels = dict(channels)

    def list(self) -> tuple[StoredChannel, ...]:
        """All channels by name; where file and API have one of the same name, that of the file."""
        of_file = self._file_channels
        channels = [self._stored_file(name, channel) for name, channel in of_file.items()]
        channels += [self._stored_row(row) for row in self._all_rows() if row.name not in of_file]
        return tuple(sorted(channels, key=lambda channel: channel.name))

    def severities(self) -> dict[str, Severity]:
        """The least severity of each channel that there is, by name; unlike `list`, without Apprise."""
        severities = {row.name: Severity(row.min_severity) for row in self._all_rows()}
        severities |= {name: channel.min_severity for name, channel in self._file_channels.items()}
        return dict(sorted(severities.items()))

    def marks(self) -> dict[str, Hashable]:
        """What differs for each channel, by name, once it is edited."""
        marks: dict[str, Hashable] = {row.name: row.version for row in self._all_rows()}
        return marks | dict(self._file_channels)

    def retry(self, name: str) -> None:
        """Have what waits for a channel after a failure tried at once: it may be taken now."""
        now = self._clock()
        waiting = update(NotificationRow).where(
            col(NotificationRow.channel) == name,
            col(NotificationRow.status) == NotificationStatus.QUEUED.value,
            col(NotificationRow.due_at) > now,
        )
        with self._engine.begin() as connection:
            connection.execute(waiting.values(due_at=now))

    def last_deliveries(self) -> dict[str, DeliveryRow]:
        """The last attempt to send something to each channel, by name; none for one that never had any."""
        newest = select(func.max(col(DeliveryRow.id))).group_by(col(DeliveryRow.channel))
        with Session(self._engine) as session:
            rows = session.exec(select(DeliveryRow).where(col(DeliveryRow.id).in_(newest)))
            return {row.channel: row for row in rows}

    def get(self, name: str) -> StoredChannel:
        """One channel; raises RecordUnknown."""
        channel = self._file_channels.get(name)
        if channel is not None:
            return self._stored_file(name, channel)
        with Session(self._engine) as session:
            return self._stored_row(self._find(session, name))

    def usable(self, name: str) -> Channel:
        """One channel, ready to be sent to; raises RecordUnknown, AlertsInvalid where it cannot be used."""
        channel = self._file_channels.get(name)
        if channel is not None:
            return _of_file(name, channel)
        with Session(self._engine) as session:
            row = self._find(session, name)
        return self._of_row(row)

    def all_usable(self) -> UsableChannels:
        """Every channel that is ready to be sent to, and the problems of the others."""
        of_file = self._file_channels
        channels = {name: _of_file(name, channel) for name, channel in of_file.items()}
        problems: list[Problem] = []
        for row in self._all_rows():
            if row.name in of_file:
                message = f"the API's channel of this name is not used: {self._file} has one, too"
                problems.append(Problem(None, None, row.name, message))
                continue
            try:
                channels[row.name] = self._of_row(row)
            except AlertsInvalid as error:
                problems += error.problems
        return UsableChannels(dict(sorted(channels.items())), tuple(problems))

    def add(
        self, name: str, *, url: str, min_severity: Severity = Severity.INFO, note: Note | None = None
    ) -> StoredChannel:
        """Make a channel owned by the API; raises AlertsInvalid and RecordExists."""
        self._check(name, url)
        with self._writing(note) as session:
            self._refuse_taken(session, name)
            now = self._clock()
            row = ChannelRow(
                name=name, url=url, min_severity=min_severity.value, created_at=now, updated_at=now
            )
            self._insert(session, row)
        return self._stored_row(row)

    def update(
        self,
        name: str,
        *,
        url: str | None = None,
        min_severity: Severity | None = None,
        expected_version: int | None = None,
        note: Note | None = None,
    ) -> StoredChannel:
        """Change a channel that the API owns; what is None stays.

        Raises RecordUnknown, RecordFileOwned, AlertsInvalid, and RecordConflict when the channel is not at
        `expected_version` (None: whatever it is at).
        """
        self._refuse_file_owned(name)
        if url is not None:
            self._check(name, url)
        with self._writing(note) as session:
            row = self._find(session, name)
            self._expect(name, expected=expected_version, actual=row.version)
            row.url = row.url if url is None else url
            row.min_severity = row.min_severity if min_severity is None else min_severity.value
            self._update(session, row)
        return self._stored_row(row)

    def remove(self, name: str, *, expected_version: int | None = None, note: Note | None = None) -> None:
        """Take away a channel that the API owns; raises RecordUnknown, RecordFileOwned and RecordConflict."""
        self._refuse_file_owned(name)
        with self._writing(note) as session:
            row = self._find(session, name)
            self._expect(name, expected=expected_version, actual=row.version)
            self._delete(session, row)

    def _all_rows(self) -> Iterable[ChannelRow]:
        with Session(self._engine) as session:
            return self._rows(session).values()

    def _names_beside(self) -> Iterable[str]:
        return self._file_channels

    def _check(self, name: str, url: str) -> None:
        report = Report(None)
        check_channel_name(name, report)
        check_url(
            url,
            report,
            environ=self._environ,
            variables=self._variables,
            addresses=self._addresses,
        )
        if report.problems:
            raise AlertsInvalid(report.problems)

    def _refuse_taken(self, session: Session, name: str) -> None:
        of_file = self._file_channels.get(name)
        if of_file is not None:
            raise RecordExists(self.kind, name, self._file, of_file.line)
        if self._row(session, name) is not None:
            raise RecordExists(self.kind, name)

    def _refuse_file_owned(self, name: str) -> None:
        of_file = self._file_channels.get(name)
        if of_file is not None:
            raise RecordFileOwned(self.kind, name, self._file, of_file.line)

    def _of_row(self, row: ChannelRow) -> Channel:
        try:
            resolved_url = resolve_url(row.url, environ=self._environ, variables=self._variables)
        except ValueInvalid as error:
            raise AlertsInvalid([Problem(None, None, row.name, error.message)]) from error
        severity = Severity(row.min_severity)
        return Channel(row.name, resolved_url.url, severity, Owner.API, secrets=resolved_url.values)

    def _stored_row(self, row: ChannelRow) -> StoredChannel:
        scheme, problem = scheme_of(row.url), None
        try:
            url = self._of_row(row).url
            scheme, problem = scheme_of(url), self._problem_of(url)
        except AlertsInvalid as error:
            problem = error.problems[0].message
        return StoredChannel(
            name=row.name,
            owner=Owner.API,
            file=None,
            line=None,
            scheme=scheme,
            service=_service_name(scheme),
            min_severity=Severity(row.min_severity),
            version=row.version,
            problem=problem,
            created_at=row.created_at,
            updated_at=row.updated_at,
        )

    def _stored_file(self, name: str, channel: FileChannel) -> StoredChannel:
        scheme = scheme_of(channel.url)
        return StoredChannel(
            name=name,
            owner=Owner.FILE,
            file=self._file,
            line=channel.line,
            scheme=scheme,
            service=_service_name(scheme),
            min_severity=channel.min_severity,
            version=1,
            problem=self._problem_of(channel.url),
        )

    def _problem_of(self, url: str) -> str | None:
        """Why Apprise does not take the URL, None if it does; remembered for the URLs in use."""
        # Apprise builds a whole plugin to find out, which is too slow for every list that is asked for
        if url not in self._problems:
            if len(self._problems) > _MOST_KNOWN:
                self._problems.clear()
            self._problems[url] = _asked_problem(url)
        return self._problems[url]


_MOST_KNOWN = 1000


def _asked_problem(url: str) -> str | None:
    try:
        open_plugin(url)
    except ValueInvalid as error:
        return str(Problem(None, None, "", error.message, error.suggestion))
    return None


def _service_name(scheme: str) -> str | None:
    service = service_of(scheme) if scheme else None
    return None if service is None else service.name


def _of_file(name: str, channel: FileChannel) -> Channel:
    return Channel(name, channel.url, channel.min_severity, Owner.FILE)
