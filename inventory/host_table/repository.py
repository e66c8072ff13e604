"""The host table: file-owned hosts follow hosts.yaml, the API's are changed here.

Every method is synchronous and runs in one transaction of its own.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Engine, func
from sqlmodel import Session, select

from foundation.database.changes import Changes, Note
from foundation.documents.errors import Problem
from foundation.documents.report import Report
from foundation.records.owned import FileRecord, OwnedRepository
from foundation.records.owner import Owner
from foundation.times import utc_now
from inventory.errors import InventoryInvalid
from inventory.host_table.api_policy import MAX_ENTRY_WEIGHT, ApiPolicy, is_too_large, named_files
from inventory.host_table.revision import INVENTORY
from inventory.host_table.stored import ApiRules, Specs, StoredHost, resolve_hosts
from inventory.host_table.table import HostRow
from inventory.hosts_yaml.entry import Entry, Layer, check_entry
from inventory.hosts_yaml.file import Inventory
from inventory.hosts_yaml.jumps import jump_cycles
from inventory.hosts_yaml.ranges import MAX_HOSTS


class HostRepository(OwnedRepository[HostRow]):
    """Reads and writes the host table of one database.

    `environ` is what `${NAME}` is looked up in; `policy`: where files of the API's hosts may lie, None for
    anywhere.
    """

    kind = "host"
    row_type = HostRow
    counter = INVENTORY

    def __init__(
        self,
        engine: Engine,
        *,
        environ: Mapping[str, str],
        policy: ApiPolicy | None = None,
        clock: Callable[[], datetime] = utc_now,
    ) -> None:
        super().__init__(engine, clock=clock)
        self._environ = environ
        self._policy = policy or ApiPolicy()
        self._file_paths: tuple[int, frozenset[str]] = (-1, frozenset())

    @property
    def environ(self) -> Mapping[str, str]:
        """What `${NAME}` is looked up in."""
        return self._environ

    def list(self) -> tuple[StoredHost, ...]:
        """All hosts by name, as they are written."""
        with Session(self._engine) as session:
            return tuple(_stored_host(row) for row in self._rows(session).values())

    def get(self, name: str) -> StoredHost:
        """One host; raises RecordUnknown."""
        with Session(self._engine) as session:
            return _stored_host(self._find(session, name))

    def specs(self, *, is_to_be_shown: bool = False) -> Specs:
        """Every host ready to be polled (or only shown), and the problems of those that cannot be."""
        return resolve_hosts(
            self.list(), environ=self._environ, policy=self._policy, is_to_be_shown=is_to_be_shown
        )

    def resolve(self, hosts: Iterable[StoredHost], *, is_to_be_shown: bool = False) -> Specs:
        """As `specs`, of these hosts alone."""
        return resolve_hosts(
            hosts,
            environ=self._environ,
            policy=self._policy,
            file_paths=self._paths_in_file,
            is_to_be_shown=is_to_be_shown,
        )

    def _paths_in_file(self) -> frozenset[str]:
        """The keys and known_hosts that hosts.yaml names, resolved once for each revision."""
        revision = self.revision()
        if self._file_paths[0] != revision:
            of_file = [host for host in self.list() if host.owner is Owner.FILE]
            specs = resolve_hosts(of_file, environ=self._environ).hosts
            self._file_paths = (revision, named_files(specs.values()))
        return self._file_paths[1]

    def sync_file(self, inventory: Inventory) -> Changes:
        """Make the file-owned hosts those of the file.

        A pause or resume of a host is forgotten when the file's own `paused` of it changes. Raises
        InventoryInvalid, and changes nothing, when the file claims names that the API's hosts have.
        """
        records = {
            name: FileRecord(host.line, dict(host.entry)) for name, host in inventory.parsed_hosts.items()
        }
        with self._writing() as session:
            rows = self._rows(session)
            claims = self._claims(rows, records, file=inventory.file, section="hosts")
            if claims:
                raise InventoryInvalid(claims)
            return self._follow_file(session, rows, records, file=inventory.file)

    def add(self, name: str, entry: Entry, *, note: Note | None = None) -> StoredHost:
        """Make a host owned by the API; raises InventoryInvalid and RecordExists."""
        spec = self._tidy_entries({name: entry})[name]
        with self._writing(note) as session:
            self._check_room(session, new=1)
            (row,) = self._add_all(session, {name: spec})
        return _stored_host(row)

    def add_all(self, entries: Mapping[str, Entry], *, note: Note | None = None) -> None:
        """Make hosts owned by the API, all or none; raises InventoryInvalid and RecordExists."""
        specs = self._tidy_entries(entries)
        with self._writing(note) as session:
            self._check_room(session, new=len(specs))
            self._add_all(session, specs)

    def usable(self, entries: Mapping[str, Entry]) -> tuple[dict[str, Entry], tuple[Problem, ...]]:
        """Those of the entries that may be hosts of the API, and the problems of the others.

        Raises InventoryInvalid where none of several may, or where it is nobody's alone.
        """
        usable: dict[str, Entry] = dict(entries)
        problems: tuple[Problem, ...] = ()
        while usable:
            try:
                self._tidy_entries(usable)
                break
            except InventoryInvalid as error:
                names = {name for problem in error.problems if (name := _named_in(problem, usable))}
                usable = {name: entry for name, entry in usable.items() if name not in names}
                problems += error.problems
                if not names or not usable:
                    raise InventoryInvalid(problems) from error
        return usable, problems

    def update(
        self, name: str, entry: Entry, *, expected_version: int | None = None, note: Note | None = None
    ) -> StoredHost:
        """Replace the entry of a host that the API owns.

        Raises RecordUnknown, RecordFileOwned, InventoryInvalid, and RecordConflict when the host is not at
        `expected_version` (None: whatever it is at).
        """
        # first, since nobody who may not change a host needs to hear what is wrong with the entry
        with Session(self._engine) as session:
            self._refuse_file_owned(self._find(session, name))
        spec = self._tidy_entries({name: entry})[name]
        with self._writing(note) as session:
            row = self._changeable(session, name, expected_version)
            self._set_spec(row, spec)
            self._update(session, row)
        return _stored_host(row)

    def remove(self, name: str, *, expected_version: int | None = None, note: Note | None = None) -> None:
        """Take away a host that the API owns; raises RecordUnknown, RecordFileOwned and RecordConflict."""
        with self._writing(note) as session:
            self._delete(session, self._changeable(session, name, expected_version))

    def pause(
        self, name: str, *, expected_version: int | None = None, note: Note | None = None
    ) -> StoredHost:
        """Stop polling a host, whoever owns it; raises RecordUnknown and RecordConflict."""
        return self._set_paused(name, note, expected_version, paused=True)

    def resume(
        self, name: str, *, expected_version: int | None = None, note: Note | None = None
    ) -> StoredHost:
        """Poll a host again, also one that its entry pauses; raises RecordUnknown and RecordConflict."""
        return self._set_paused(name, note, expected_version, paused=False)

    def _check_room(self, session: Session, *, new: int) -> None:
        """Raise InventoryInvalid when there would be too many hosts."""
        count = session.exec(select(func.count()).select_from(HostRow)).one()
        if count + new > MAX_HOSTS:
            message = f"there would be more than {MAX_HOSTS:,} hosts: there are {count:,}"
            raise InventoryInvalid([Problem(None, None, "", message)])

    def _set_paused(
        self, name: str, note: Note | None, expected_version: int | None, *, paused: bool
    ) -> StoredHost:
        with self._writing(note) as session:
            row = self._find(session, name)
            self._expect(name, expected=expected_version, actual=row.version)
            # an override that says what the entry says anyway would outlive a change of the entry
            override = None if row.spec.get("paused", False) is paused else paused
            if row.paused != override:
                row.paused = override
                self._update(session, row)
        return _stored_host(row)

    def _set_spec(self, row: HostRow, spec: dict[str, Any]) -> None:
        """A pause or resume holds until the entry's own `paused` changes."""
        if row.spec.get("paused") != spec.get("paused"):
            row.paused = None
        super()._set_spec(row, spec)

    def _tidy_entries(self, entries: Mapping[str, Entry]) -> dict[str, dict[str, Any]]:
        """The entries of hosts of the API, tidied; raises InventoryInvalid."""
        report = Report(None)
        layers = {name: self._checked(name, entry, report) for name, entry in entries.items()}
        report.raise_if_any(InventoryInvalid)
        rules = ApiRules(self._policy, self._paths_in_file)
        for name, layer in layers.items():
            rules.check(name, layer, report)
        report.raise_if_any(InventoryInvalid)
        jumps = {name: layer.values["jump"] for name, layer in layers.items() if layer.values.get("jump")}
        self._check_jumps(jumps, report)
        return {name: layer.entry for name, layer in layers.items()}

    def _checked(self, name: str, entry: Entry, report: Report) -> Layer:
        if is_too_large(entry):
            report.add(None, name, message=f"is larger than {MAX_ENTRY_WEIGHT // 1024} KiB")
            return Layer({}, {})
        return check_entry(name, entry, report, environ=self._environ)

    def _check_jumps(self, jumps: Mapping[str, str], report: Report) -> None:
        """Raise InventoryInvalid when one of these hosts would be behind itself."""
        if not jumps:
            return
        jumps_now = {other: spec.jump for other, spec in self.specs().hosts.items()}
        for cycle in jump_cycles({**jumps_now, **jumps}):
            for name in jumps.keys() & set(cycle):
                circle = " -> ".join([*cycle, cycle[0]])
                report.add(None, f"{name}.jump", message=f"jump hosts form a circle: {circle}")
        report.raise_if_any(InventoryInvalid)


def _named_in(problem: Problem, entries: Mapping[str, Entry]) -> str | None:
    """The host that a problem is about: names may have dots, as the path to a key has them."""
    parts = problem.field.split(".")
    names = (".".join(parts[:count]) for count in range(len(parts), 0, -1))
    return next((name for name in names if name in entries), None)


def _stored_host(row: HostRow) -> StoredHost:
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
