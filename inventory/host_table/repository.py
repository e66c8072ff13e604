"""The host table: file-owned hosts follow hosts.yaml, the API's are changed here.

Every method is synchronous and runs in one transaction of its own; a writer takes the revision's row first,
so that writers of several processes wait for each other. Database errors of SQLAlchemy pass through.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from sqlalchemy import Engine
from sqlmodel import Session, col, select

from foundation.database.changes import Changes, Note, utc_now
from foundation.documents.errors import Problem
from foundation.documents.report import Report, nearest
from inventory.errors import HostConflict, HostExists, HostFileOwned, HostUnknown, InventoryInvalid
from inventory.host import Owner
from inventory.host_table.revision import INVENTORY
from inventory.host_table.stored import Specs, StoredHost, resolve_hosts
from inventory.host_table.table import HostRow
from inventory.hosts_yaml.document import ParsedHost
from inventory.hosts_yaml.entry import Entry, build_spec, check_entry
from inventory.hosts_yaml.file import Inventory
from inventory.hosts_yaml.jumps import jump_cycles


class HostRepository:
    """Reads and writes the host table of one database; `environ` is what `${NAME}` is looked up in."""

    def __init__(
        self, engine: Engine, *, environ: Mapping[str, str], clock: Callable[[], datetime] = utc_now
    ) -> None:
        self._engine = engine
        self._environ = environ
        self._clock = clock

    @property
    def environ(self) -> Mapping[str, str]:
        """What `${NAME}` is looked up in."""
        return self._environ

    def list(self) -> tuple[StoredHost, ...]:
        """All hosts by name, as they are written."""
        with Session(self._engine) as session:
            return tuple(_stored(row) for row in session.exec(select(HostRow).order_by(col(HostRow.name))))

    def get(self, name: str) -> StoredHost:
        """One host; raises HostUnknown."""
        with Session(self._engine) as session:
            return _stored(_find(session, name))

    def revision(self) -> int:
        """A number that grows with every change, whichever process made it; cheap to ask for."""
        with Session(self._engine) as session:
            return INVENTORY.read(session)

    def specs(self, *, is_to_be_shown: bool = False) -> Specs:
        """Every host ready to be polled (or only shown), and the problems of those that cannot be."""
        return self.resolve(self.list(), is_to_be_shown=is_to_be_shown)

    def resolve(self, stored: Iterable[StoredHost], *, is_to_be_shown: bool = False) -> Specs:
        """As `specs`, of these hosts alone."""
        return resolve_hosts(stored, environ=self._environ, is_to_be_shown=is_to_be_shown)

    def sync_file(self, inventory: Inventory) -> Changes:
        """Make the file-owned hosts those of the file.

        A pause or resume of a host is forgotten when the file's own `paused` of it changes. Raises
        InventoryInvalid, and changes nothing, when the file claims names that the API's hosts have.
        """
        with self._writing() as session:
            rows = {row.name: row for row in session.exec(select(HostRow))}
            _refuse_claimed(inventory, rows)
            sync = _FileSync(session, inventory.file, self._clock())
            changes = sync.apply(inventory.parsed, rows)
            if sync.touched:
                INVENTORY.bump(session)
        return changes

    def add(self, name: str, entry: Entry, *, note: Note | None = None) -> StoredHost:
        """Make a host owned by the API; raises InventoryInvalid and HostExists."""
        checked = self._checked(name, entry)
        with self._writing(note) as session:
            present = session.exec(select(HostRow).where(HostRow.name == name)).first()
            if present is not None:
                raise HostExists(name, present.source_file, present.source_line)
            row = self._new_row(name, checked)
            session.add(row)
            INVENTORY.bump(session)
        return _stored(row)

    def add_all(self, entries: Mapping[str, Entry], *, note: Note | None = None) -> None:
        """Make hosts owned by the API, all or none; raises InventoryInvalid and HostExists."""
        report = Report(None)
        layers = {name: check_entry(name, entries[name], report, environ=self._environ) for name in entries}
        report.raise_if_any(InventoryInvalid)
        specs = {name: build_spec(name, layer.values, owner=Owner.API) for name, layer in layers.items()}
        self._check_jumps({name: spec.jump for name, spec in specs.items() if spec.jump}, report)
        with self._writing(note) as session:
            taken = {row.name: row for row in session.exec(select(HostRow)) if row.name in layers}
            for row in taken.values():
                raise HostExists(row.name, row.source_file, row.source_line)
            session.add_all(self._new_row(name, layer.written) for name, layer in layers.items())
            INVENTORY.bump(session)

    def update(
        self, name: str, entry: Entry, *, expected_version: int | None = None, note: Note | None = None
    ) -> StoredHost:
        """Replace the entry of a host that the API owns.

        Raises HostUnknown, HostFileOwned, InventoryInvalid, and HostConflict when the host is not at
        `expected_version` (None: whatever it is at).
        """
        self._own(self.get(name))
        checked = self._checked(name, entry)
        with self._writing(note) as session:
            row = self._own_row(session, name, expected_version)
            if row.spec.get("paused") != checked.get("paused"):
                row.paused = None
            row.spec = checked
            self._changed(session, row)
        return _stored(row)

    def remove(self, name: str, *, expected_version: int | None = None, note: Note | None = None) -> None:
        """Take away a host that the API owns; raises HostUnknown, HostFileOwned and HostConflict."""
        with self._writing(note) as session:
            session.delete(self._own_row(session, name, expected_version))
            INVENTORY.bump(session)

    def pause(
        self, name: str, *, expected_version: int | None = None, note: Note | None = None
    ) -> StoredHost:
        """Stop polling a host, whoever owns it; raises HostUnknown and HostConflict."""
        return self._set_paused(name, note, expected_version, paused=True)

    def resume(
        self, name: str, *, expected_version: int | None = None, note: Note | None = None
    ) -> StoredHost:
        """Poll a host again, also one that its entry pauses; raises HostUnknown and HostConflict."""
        return self._set_paused(name, note, expected_version, paused=False)

    def _set_paused(
        self, name: str, note: Note | None, expected_version: int | None, *, paused: bool
    ) -> StoredHost:
        with self._writing(note) as session:
            row = _find(session, name)
            _expect(row, expected_version)
            override = None if row.spec.get("paused", False) is paused else paused
            if row.paused != override:
                row.paused = override
                self._changed(session, row)
        return _stored(row)

    def _changed(self, session: Session, row: HostRow) -> None:
        row.version += 1
        row.updated_at = self._clock()
        session.add(row)
        INVENTORY.bump(session)

    @contextmanager
    def _writing(self, note: Note | None = None) -> Iterator[Session]:
        with Session(self._engine, expire_on_commit=False) as session, session.begin():
            INVENTORY.lock(session)
            yield session
            if note is not None:
                note(session)

    def _new_row(self, name: str, spec: dict[str, Any]) -> HostRow:
        now = self._clock()
        return HostRow(name=name, owner=Owner.API.value, spec=spec, created_at=now, updated_at=now)

    def _own_row(self, session: Session, name: str, expected_version: int | None) -> HostRow:
        row = _find(session, name)
        self._own(_stored(row))
        _expect(row, expected_version)
        return row

    def _own(self, host: StoredHost) -> None:
        if host.owner is Owner.FILE:
            raise HostFileOwned(host.name, host.file, host.line)

    def _checked(self, name: str, entry: Entry) -> dict[str, Any]:
        """The entry, tidied; raises InventoryInvalid."""
        report = Report(None)
        layer = check_entry(name, entry, report, environ=self._environ)
        report.raise_if_any(InventoryInvalid)
        spec = build_spec(name, layer.values, owner=Owner.API)
        if spec.jump is not None:
            self._check_jumps({name: spec.jump}, report)
        return layer.written

    def _check_jumps(self, jumps: Mapping[str, str], report: Report) -> None:
        """Raise InventoryInvalid when one of these hosts would be behind itself."""
        if not jumps:
            return
        present = {other: spec.jump for other, spec in self.specs().hosts.items()}
        for cycle in jump_cycles({**present, **jumps}):
            for name in jumps.keys() & set(cycle):
                circle = " -> ".join([*cycle, cycle[0]])
                report.add(None, f"{name}.jump", message=f"jump hosts form a circle: {circle}")
        report.raise_if_any(InventoryInvalid)


class _FileSync:
    """One hosts.yaml being brought into the table; `touched` says whether any row was written."""

    def __init__(self, session: Session, file: str, now: datetime) -> None:
        self._session = session
        self._file = file
        self._now = now
        self.touched = False

    def apply(self, parsed: Mapping[str, ParsedHost], rows: Mapping[str, HostRow]) -> Changes:
        added = sorted(parsed.keys() - rows.keys())
        removed = sorted(rows.keys() - parsed.keys())
        removed = [name for name in removed if rows[name].owner == Owner.FILE]
        for name in added:
            self._add(name, parsed[name])
        changed = [
            name for name in sorted(parsed.keys() & rows.keys()) if self._update(rows[name], parsed[name])
        ]
        for name in removed:
            self._session.delete(rows[name])
        self.touched |= bool(added or removed)
        return Changes(tuple(added), tuple(changed), tuple(removed))

    def _add(self, name: str, host: ParsedHost) -> None:
        row = HostRow(
            name=name,
            owner=Owner.FILE.value,
            source_file=self._file,
            source_line=host.line,
            spec=dict(host.entry),
            created_at=self._now,
            updated_at=self._now,
        )
        self._session.add(row)

    def _update(self, row: HostRow, host: ParsedHost) -> bool:
        """Bring one row up to date; whether the host itself changed."""
        if (row.source_file, row.source_line) != (self._file, host.line):
            row.source_file, row.source_line = self._file, host.line
            self.touched = True
        if row.spec == host.entry:
            return False
        if row.spec.get("paused") != host.entry.get("paused"):
            row.paused = None
        row.spec = dict(host.entry)
        row.version += 1
        row.updated_at = self._now
        self.touched = True
        return True


def _refuse_claimed(inventory: Inventory, rows: Mapping[str, HostRow]) -> None:
    problems = [
        Problem(inventory.file, host.line, f"hosts.{name}", _claimed(rows[name]))
        for name, host in inventory.parsed.items()
        if name in rows and rows[name].owner == Owner.API
    ]
    if problems:
        raise InventoryInvalid(problems)


def _claimed(row: HostRow) -> str:
    since = row.created_at.strftime("%Y-%m-%d")
    return f"the API has a host `{row.name}` since {since}: remove that one, or give this one another name"


def _find(session: Session, name: str) -> HostRow:
    row = session.exec(select(HostRow).where(HostRow.name == name)).first()
    if row is None:
        raise HostUnknown(name, nearest(name, session.exec(select(HostRow.name))))
    return row


def _expect(row: HostRow, version: int | None) -> None:
    if version is not None and row.version != version:
        raise HostConflict(row.name, expected=version, actual=row.version)


def _stored(row: HostRow) -> StoredHost:
    return StoredHost(
        name=row.name,
        owner=Owner(row.owner),
        file=row.source_file,
        line=row.source_line,
        entry=row.spec,
        paused=row.paused,
        version=row.version,
        created_at=row.created_at,
        updated_at=row.updated_at,
    )
