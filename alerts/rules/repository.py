"""The rule table: file-owned rules follow monctl.yaml, the API's change here; shipped ones are not in it.

Every method is synchronous and runs in one transaction of its own; a writer takes the counter's row first, so
that writers of several processes wait for each other. Database errors of SQLAlchemy pass through.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from sqlalchemy import Engine
from sqlmodel import Session, select

from alerts.errors import (
    AlertsInvalid,
    RecordConflict,
    RecordExists,
    RecordFileOwned,
    RecordUnknown,
    RuleShips,
)
from alerts.revision import SETTINGS
from alerts.rules.defaults import DEFAULT_SPECS
from alerts.rules.document import Spec, WrittenRule, merge_default, parse_rule, plain
from alerts.rules.file_sync import FileSync
from alerts.rules.rule import RuleOwner
from alerts.rules.stored import Rules, StoredRule, checked, effective, shipped_rule
from alerts.rules.table import RuleRow
from foundation.database.changes import Changes, Note, utc_now
from foundation.documents.errors import Problem
from foundation.documents.report import nearest
from inventory.hosts_yaml.patch import merge_patch

KIND = "rule"
"""What errors call it."""

_LAY_OVER = "it ships with monctl; a rule of its name in monctl.yaml, PATCH or `rules add --file` change it"


class RuleRepository:
    """Reads and writes the rules of one database.

    `channels`: names of the channels that there are, None for not looking. `uses_defaults`: whether the rules
    that ship count where no row lays keys over them; it may be set at any time.
    """

    def __init__(
        self,
        engine: Engine,
        *,
        channels: Callable[[], Collection[str]] | None = None,
        uses_defaults: bool = True,
        clock: Callable[[], datetime] = utc_now,
    ) -> None:
        self._engine = engine
        self._channels = channels
        self._clock = clock
        self.uses_defaults = uses_defaults

    def rules(self) -> Rules:
        """The rules in force, those switched off included, and the problems of the others."""
        found = effective(self.list())
        if self._channels is None:
            return found
        known = self._channels()
        unknown = [
            Problem(
                None, None, f"{rule.name}.channels", f"unknown channel `{channel}`", nearest(channel, known)
            )
            for rule in found.rules
            for channel in rule.named_channels
            if channel not in known
        ]
        return Rules(found.rules, (*found.problems, *unknown))

    def list(self) -> tuple[StoredRule, ...]:
        """All rules by name."""
        with Session(self._engine) as session:
            found = {row.name: _stored(row) for row in session.exec(select(RuleRow))}
        if self.uses_defaults:
            found |= {name: shipped_rule(name) for name in DEFAULT_SPECS if name not in found}
        return tuple(found[name] for name in sorted(found))

    def get(self, name: str) -> StoredRule:
        """One rule; raises RecordUnknown."""
        with Session(self._engine) as session:
            row = _row(session, name)
            if row is not None:
                return _stored(row)
            if self._ships(name):
                return shipped_rule(name)
            known = [*session.exec(select(RuleRow.name)), *DEFAULT_SPECS]
        raise RecordUnknown(KIND, name, nearest(name, known))

    def revision(self) -> int:
        """A number that grows with every change of rules, channels, silences and acknowledgements."""
        with Session(self._engine) as session:
            return SETTINGS.read(session)

    def sync_file(self, rules: Sequence[WrittenRule], file: str) -> Changes:
        """Make the file-owned rules those of the file.

        Raises AlertsInvalid, and changes nothing, when the file claims names that the API's rules have, or a
        new or changed rule names a channel that there is not.
        """
        known = self._known_channels()
        with self._writing() as session:
            rows = {row.name: row for row in session.exec(select(RuleRow))}
            sync = FileSync(session, file, now=self._clock(), channels=known)
            changes = sync.apply({written.rule.name: written for written in rules}, rows)
            if sync.touched:
                SETTINGS.bump(session)
        return changes

    def add(self, name: str, spec: Spec, *, note: Note | None = None) -> StoredRule:
        """Make a rule owned by the API; raises AlertsInvalid and RecordExists."""
        self._check(name, spec)
        with self._writing(note) as session:
            present = _row(session, name)
            if present is not None:
                raise RecordExists(KIND, name, present.source_file, present.source_line)
            if self._ships(name):
                raise RecordExists(KIND, name, hint=_LAY_OVER)
            row = self._add(session, name, spec)
        return _stored(row)

    def add_all(self, specs: Mapping[str, Spec], *, note: Note | None = None) -> None:
        """Make rules owned by the API, all or none; raises AlertsInvalid and RecordExists.

        Those with the name of one that ships are laid over it.
        """
        problems: list[Problem] = []
        for name, spec in specs.items():
            try:
                self._check(name, spec)
            except AlertsInvalid as error:
                problems += error.problems
        if problems:
            raise AlertsInvalid(problems)
        with self._writing(note) as session:
            for name, spec in specs.items():
                present = _row(session, name)
                if present is not None:
                    raise RecordExists(KIND, name, present.source_file, present.source_line)
                self._add(session, name, spec)

    def replace(
        self, name: str, spec: Spec, *, expected_version: int | None = None, note: Note | None = None
    ) -> StoredRule:
        """Put another spec in the place of the present one; of a rule that ships, lay it over that one.

        Raises RecordUnknown, RecordFileOwned, AlertsInvalid, and RecordConflict when the rule is not at
        `expected_version` (None: whatever it is at).
        """
        self._changeable(name)
        self._check(name, spec)
        with self._writing(note) as session:
            row = self._own_row(session, name, expected_version)
            if row is None:
                row = self._add(session, name, spec)
            else:
                row.spec = plain(spec)
                row.version += 1
                row.updated_at = self._clock()
                session.add(row)
                SETTINGS.bump(session)
        return _stored(row)

    def patch(
        self,
        name: str,
        changes: Mapping[str, Any],
        *,
        expected_version: int | None = None,
        note: Note | None = None,
    ) -> StoredRule:
        """Change a part of a rule by a JSON merge patch (RFC 7396); raises as `replace` does.

        Of a rule that ships, what then differs from it is laid over it.
        """
        present = self._changeable(name)
        expected = present.version if expected_version is None else expected_version
        return self.replace(name, patched(present, changes), expected_version=expected, note=note)

    def remove(self, name: str, *, expected_version: int | None = None, note: Note | None = None) -> None:
        """Take away a rule that the API owns; what lay over a rule that ships uncovers that one.

        Raises RecordUnknown, RecordFileOwned (RuleShips for one that ships) and RecordConflict.
        """
        with self._writing(note) as session:
            row = self._own_row(session, name, expected_version)
            if row is None:
                raise RuleShips(name)
            session.delete(row)
            SETTINGS.bump(session)

    def _known_channels(self) -> Collection[str] | None:
        return None if self._channels is None else self._channels()

    def _check(self, name: str, spec: Spec) -> None:
        parse_rule(name, spec, channels=self._known_channels())

    def _ships(self, name: str) -> bool:
        return self.uses_defaults and name in DEFAULT_SPECS

    def _changeable(self, name: str) -> StoredRule:
        """The rule, which is the API's to change; raises RecordUnknown and RecordFileOwned."""
        present = self.get(name)
        if present.owner is RuleOwner.FILE:
            raise RecordFileOwned(KIND, name, present.file, present.line)
        return present

    def _own_row(self, session: Session, name: str, expected: int | None) -> RuleRow | None:
        """The row of a rule that may be changed here; None for one that ships and has none."""
        row = _row(session, name)
        if row is None and not self._ships(name):
            known = [*session.exec(select(RuleRow.name)), *DEFAULT_SPECS]
            raise RecordUnknown(KIND, name, nearest(name, known))
        if row is not None and row.owner == RuleOwner.FILE:
            raise RecordFileOwned(KIND, name, row.source_file, row.source_line)
        actual = 0 if row is None else row.version
        if expected is not None and expected != actual:
            raise RecordConflict(KIND, name, expected=expected, actual=actual)
        return row

    def _add(self, session: Session, name: str, spec: Spec) -> RuleRow:
        now = self._clock()
        row = RuleRow(name=name, owner=RuleOwner.API.value, spec=plain(spec), created_at=now, updated_at=now)
        session.add(row)
        SETTINGS.bump(session)
        return row

    @contextmanager
    def _writing(self, note: Note | None = None) -> Iterator[Session]:
        with Session(self._engine, expire_on_commit=False) as session, session.begin():
            SETTINGS.lock(session)
            yield session
            if note is not None:
                note(session)


def patched(present: StoredRule, changes: Mapping[str, Any]) -> dict[str, Any]:
    """The spec of a rule after a merge patch, as it is to be stored."""
    shipped = DEFAULT_SPECS.get(present.name)
    if shipped is None:
        return merge_patch(present.spec, changes)
    wanted = merge_patch(merge_default(present.name, present.spec), changes)
    gone = {key: None for key in shipped if key not in wanted}
    return gone | {key: value for key, value in wanted.items() if shipped.get(key) != value}


def _row(session: Session, name: str) -> RuleRow | None:
    return session.exec(select(RuleRow).where(RuleRow.name == name)).first()


def _stored(row: RuleRow) -> StoredRule:
    owner = RuleOwner(row.owner)
    rule, problems = checked(row.name, row.spec, owner=owner, file=row.source_file, line=row.source_line)
    return StoredRule(
        name=row.name,
        owner=owner,
        file=row.source_file,
        line=row.source_line,
        spec=row.spec,
        overrides_default=row.name in DEFAULT_SPECS,
        rule=rule,
        problems=problems,
        version=row.version,
        created_at=row.created_at,
        updated_at=row.updated_at,
    )
