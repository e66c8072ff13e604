"""A table whose records partly follow a file and partly are changed over the API."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from sqlmodel import Session, col, select

from foundation.database.changes import Changes
from foundation.documents.errors import Problem
from foundation.records.errors import RecordExists, RecordFileOwned
from foundation.records.owner import Owner
from foundation.records.repository import RecordRepository
from foundation.records.rows import OwnedRow

Row = TypeVar("Row", bound=OwnedRow)


@dataclass(frozen=True, slots=True)
class FileRecord:
    """A record as it stands in a file: its line (from 1, None where it is not known) and what is written."""

    line: int | None
    spec: dict[str, Any]


class OwnedRepository(RecordRepository[Row]):
    """Records of one table that a file or the API owns."""

    def _add_all(self, session: Session, specs: Mapping[str, dict[str, Any]]) -> list[Row]:
        """Make records owned by the API, all or none; raises RecordExists."""
        statement = select(self.row_type).where(col(self.row_type.name).in_(specs))
        for row in session.exec(statement):
            raise RecordExists(self.kind, row.name, row.source_file, row.source_line)
        # counted once, not for each row: an import may bring thousands
        rows = [self._new_row(name, spec=spec, owner=Owner.API.value) for name, spec in specs.items()]
        session.add_all(rows)
        self.counter.bump(session)
        return rows

    def _new_row(self, name: str, **columns: Any) -> Row:
        now = self._clock()
        return self.row_type(name=name, created_at=now, updated_at=now, **columns)

    def _refuse_file_owned(self, row: Row) -> None:
        """Raise RecordFileOwned for a record that is changed in its file."""
        if row.owner == Owner.FILE:
            raise RecordFileOwned(self.kind, row.name, row.source_file, row.source_line)

    def _changeable(self, session: Session, name: str, expected_version: int | None) -> Row:
        """The row of a record that the API owns; raises RecordUnknown, RecordFileOwned, RecordConflict."""
        row = self._find(session, name)
        self._refuse_file_owned(row)
        self._expect(name, expected=expected_version, actual=row.version)
        return row

    def _set_spec(self, row: Row, spec: dict[str, Any]) -> None:
        """Write another spec into a row; a subclass adds what follows from the difference."""
        row.spec = spec

    def _claims(
        self, rows: Mapping[str, Row], records: Mapping[str, FileRecord], *, file: str, section: str
    ) -> list[Problem]:
        """What is wrong with the records of a file whose names the API's rows have."""
        return [
            Problem(file, record.line, f"{section}.{name}", self._claim(rows[name]))
            for name, record in records.items()
            if name in rows and rows[name].owner == Owner.API
        ]

    def _claim(self, row: Row) -> str:
        what = f"the API has a {self.kind} `{row.name}` since {row.created_at.strftime('%Y-%m-%d')}"
        return f"{what}: remove that one, or give this one another name"

    def _follow_file(
        self, session: Session, rows: Mapping[str, Row], records: Mapping[str, FileRecord], *, file: str
    ) -> Changes:
        """Make the file-owned rows those of the file, whose names no row of the API may have."""
        added_names = sorted(records.keys() - rows.keys())
        removed_names = sorted(
            name for name in rows.keys() - records.keys() if rows[name].owner == Owner.FILE
        )
        for name in added_names:
            place = {"source_file": file, "source_line": records[name].line}
            session.add(self._new_row(name, spec=records[name].spec, owner=Owner.FILE.value, **place))
        for name in removed_names:
            session.delete(rows[name])
        # only what differs is written: the counter tells every other process to read the table again
        common = sorted(records.keys() & rows.keys())
        moved_names = [name for name in common if self._move(rows[name], file, records[name].line)]
        changed_names = [name for name in common if self._follow(rows[name], records[name].spec)]
        if added_names or removed_names or moved_names or changed_names:
            self.counter.bump(session)
        return Changes(tuple(added_names), tuple(changed_names), tuple(removed_names))

    def _move(self, row: Row, file: str, line: int | None) -> bool:
        """Note where a record stands now; whether it stood elsewhere. That alone makes no new version."""
        # a line added above would otherwise make every ETag below it stale
        has_moved = (row.source_file, row.source_line) != (file, line)
        row.source_file, row.source_line = file, line
        return has_moved

    def _follow(self, row: Row, spec: dict[str, Any]) -> bool:
        """Take over what the file says of a record; whether it says something else than before."""
        if row.spec == spec:
            return False
        self._set_spec(row, spec)
        row.version += 1
        row.updated_at = self._clock()
        return True
