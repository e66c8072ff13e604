"""The rule table: file-owned rules follow monctl.yaml, the API's change here; shipped ones are not in it.

Every method is synchronous and runs in one transaction of its own.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Engine
from sqlmodel import Session

from alerts.errors import AlertsInvalid, RuleShips
from alerts.revision import SETTINGS
from alerts.rules.defaults import DEFAULT_SPECS
from alerts.rules.document import Spec, WrittenRule, merge_default, parse_rule, plain
from alerts.rules.rule import Rule, RuleOwner
from alerts.rules.stored import Rules, StoredRule, compile_rule, effective, shipped_rule
from alerts.rules.table import RuleRow
from foundation.database.changes import Changes, Note
from foundation.documents.errors import Problem
from foundation.documents.report import nearest
from foundation.records.errors import RecordExists, RecordFileOwned
from foundation.records.owned import FileRecord, OwnedRepository
from foundation.times import utc_now
from inventory.hosts_yaml.patch import merge_patch

_LAY_OVER = "it ships with monctl; a rule of its name in monctl.yaml, PATCH or `rules add --file` change it"


class RuleRepository(OwnedRepository[RuleRow]):
    """Reads and writes the rules of one database.

    `channels`: names of the channels that there are, None for not looking. `uses_defaults`: whether the rules
    that ship count where no row lays keys over them; it may be set at any time.
    """

    kind = "rule"
    row_type = RuleRow
    counter = SETTINGS

    def __init__(
        self,
        engine: Engine,
        *,
        channels: Callable[[], Collection[str]] | None = None,
        uses_defaults: bool = True,
        clock: Callable[[], datetime] = utc_now,
    ) -> None:
        super().__init__(engine, clock=clock)
        self._channels = channels
        self.uses_defaults = uses_defaults

    def rules(self) -> Rules:
        """The rules in force, those switched off included, and the problems of the others."""
        rules = effective(self.list())
        names = self._channel_names()
        unknown_channels = [
            problem
            for rule in rules.rules
            for problem in _unknown_channels(rule, names, file=None, line=None, field=rule.name)
        ]
        return Rules(rules.rules, (*rules.problems, *unknown_channels))

    def list(self) -> tuple[StoredRule, ...]:
        """All rules by name."""
        with Session(self._engine) as session:
            rules = {name: _stored_rule(row) for name, row in self._rows(session).items()}
        if self.uses_defaults:
            rules |= {name: shipped_rule(name) for name in DEFAULT_SPECS if name not in rules}
        return tuple(rules[name] for name in sorted(rules))

    def get(self, name: str) -> StoredRule:
        """One rule; raises RecordUnknown."""
        with Session(self._engine) as session:
            row = self._row_or_shipped(session, name)
        return shipped_rule(name) if row is None else _stored_rule(row)

    def sync_file(self, rules: Sequence[WrittenRule], file: str) -> Changes:
        """Make the file-owned rules those of the file.

        Raises AlertsInvalid, and changes nothing, when the file claims names that the API's rules have, or a
        new or changed rule names a channel that there is not.
        """
        names = self._channel_names()
        records = {rule.rule.name: FileRecord(rule.line, rule.spec) for rule in rules}
        with self._writing() as session:
            rows = self._rows(session)
            problems = self._claims(rows, records, file=file, section="alerts.rules")
            for rule in rules:
                row = rows.get(rule.rule.name)
                # one that stands as it stood is left alone: that a channel of the API is gone must not keep
                # monctl from starting
                if row is None or row.spec != rule.spec:
                    field = f"alerts.rules.{rule.rule.name}"
                    problems += _unknown_channels(rule.rule, names, file=file, line=rule.line, field=field)
            if problems:
                raise AlertsInvalid(sorted(problems, key=lambda problem: problem.line or 0))
            return self._follow_file(session, rows, records, file=file)

    def add(self, name: str, spec: Spec, *, note: Note | None = None) -> StoredRule:
        """Make a rule owned by the API; raises AlertsInvalid and RecordExists."""
        self._check(name, spec)
        with self._writing(note) as session:
            (row,) = self._add_all(session, {name: plain(spec)})
            if self._ships(name):
                raise RecordExists(self.kind, name, hint=_LAY_OVER)
        return _stored_rule(row)

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
            self._add_all(session, {name: plain(spec) for name, spec in specs.items()})

    def replace(
        self, name: str, spec: Spec, *, expected_version: int | None = None, note: Note | None = None
    ) -> StoredRule:
        """Put another spec in the place of the present one; of a rule that ships, lay it over that one.

        Raises RecordUnknown, RecordFileOwned, AlertsInvalid, and RecordConflict when the rule is not at
        `expected_version` (None: whatever it is at).
        """
        # first, since nobody who may not change a rule needs to hear what is wrong with the spec
        self._api_rule(name)
        self._check(name, spec)
        with self._writing(note) as session:
            row = self._changeable_or_shipped(session, name, expected_version)
            if row is None:
                (row,) = self._add_all(session, {name: plain(spec)})
            else:
                self._set_spec(row, plain(spec))
                self._update(session, row)
        return _stored_rule(row)

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
        rule = self._api_rule(name)
        expected = rule.version if expected_version is None else expected_version
        return self.replace(name, patched_spec(rule, changes), expected_version=expected, note=note)

    def remove(self, name: str, *, expected_version: int | None = None, note: Note | None = None) -> None:
        """Take away a rule that the API owns; what lay over a rule that ships uncovers that one.

        Raises RecordUnknown, RecordFileOwned (RuleShips for one that ships) and RecordConflict.
        """
        with self._writing(note) as session:
            row = self._changeable_or_shipped(session, name, expected_version)
            if row is None:
                raise RuleShips(name)
            self._delete(session, row)

    def _channel_names(self) -> Collection[str] | None:
        return None if self._channels is None else self._channels()

    def _check(self, name: str, spec: Spec) -> None:
        parse_rule(name, spec, channels=self._channel_names())

    def _ships(self, name: str) -> bool:
        return self.uses_defaults and name in DEFAULT_SPECS

    def _names_beside(self) -> Iterable[str]:
        return DEFAULT_SPECS

    def _api_rule(self, name: str) -> StoredRule:
        """The rule, which is the API's to change; raises RecordUnknown and RecordFileOwned."""
        rule = self.get(name)
        if rule.owner is RuleOwner.FILE:
            raise RecordFileOwned(self.kind, name, rule.file, rule.line)
        return rule

    def _row_or_shipped(self, session: Session, name: str) -> RuleRow | None:
        """The row of a rule, None for one that ships and has none; raises RecordUnknown."""
        row = self._row(session, name)
        if row is None and not self._ships(name):
            raise self._unknown_error(session, name)
        return row

    def _changeable_or_shipped(self, session: Session, name: str, expected: int | None) -> RuleRow | None:
        """As `_changeable`; None for a rule that ships and has no row, which is at version 0."""
        if self._row_or_shipped(session, name) is not None:
            return self._changeable(session, name, expected)
        self._expect(name, expected=expected, actual=0)
        return None


def patched_spec(rule: StoredRule, changes: Mapping[str, Any]) -> dict[str, Any]:
    """The spec of a rule after a merge patch, as it is to be stored."""
    shipped = DEFAULT_SPECS.get(rule.name)
    if shipped is None:
        return merge_patch(rule.spec, changes)
    spec = merge_patch(merge_default(rule.name, rule.spec), changes)
    # a key that is not there would be taken from the rule that ships: None says that it is to be none
    removed_keys = {key: None for key in shipped if key not in spec}
    return removed_keys | {key: value for key, value in spec.items() if shipped.get(key) != value}


def _unknown_channels(
    rule: Rule, names: Collection[str] | None, *, file: str | None, line: int | None, field: str
) -> list[Problem]:
    """What is wrong with the channels that a rule names; nothing is where the names are not known."""
    return [
        Problem(file, line, f"{field}.channels", f"unknown channel `{name}`", nearest(name, names))
        for name in rule.named_channels
        if names is not None and name not in names
    ]


def _stored_rule(row: RuleRow) -> StoredRule:
    owner = RuleOwner(row.owner)
    rule, problems = compile_rule(row.name, row.spec, owner=owner, file=row.source_file, line=row.source_line)
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
