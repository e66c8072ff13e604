"""Brings the rules of one monctl.yaml into the rule table."""

from collections.abc import Collection, Iterator, Mapping
from datetime import datetime

from sqlmodel import Session

from alerts.errors import AlertsInvalid
from alerts.rules.document import WrittenRule
from alerts.rules.rule import RuleOwner
from alerts.rules.table import RuleRow
from foundation.database.changes import Changes
from foundation.documents.errors import Problem
from foundation.documents.report import nearest


class FileSync:
    """One file being brought in; `touched` says whether any row was written.

    `channels`: the names that a new or changed rule may use, None for any. A rule that stands as it stood
    is left alone: that a channel of the API is gone must not keep monctl from starting.
    """

    def __init__(
        self, session: Session, file: str, *, now: datetime, channels: Collection[str] | None
    ) -> None:
        self._session = session
        self._file = file
        self._now = now
        self._channels = channels
        self.touched = False

    def apply(self, written: Mapping[str, WrittenRule], rows: Mapping[str, RuleRow]) -> Changes:
        """Write what has changed; raises AlertsInvalid before anything is written."""
        self._refuse(written, rows)
        added = sorted(written.keys() - rows.keys())
        gone = sorted(rows.keys() - written.keys())
        removed = [name for name in gone if rows[name].owner == RuleOwner.FILE]
        for name in added:
            self._add(written[name])
        common = sorted(written.keys() & rows.keys())
        changed = [name for name in common if self._update(rows[name], written[name])]
        for name in removed:
            self._session.delete(rows[name])
        self.touched |= bool(added or removed)
        return Changes(tuple(added), tuple(changed), tuple(removed))

    def _refuse(self, written: Mapping[str, WrittenRule], rows: Mapping[str, RuleRow]) -> None:
        problems = [
            problem for name, rule in written.items() for problem in self._problems(rule, rows.get(name))
        ]
        if problems:
            raise AlertsInvalid(sorted(problems, key=lambda problem: problem.line or 0))

    def _problems(self, written: WrittenRule, row: RuleRow | None) -> Iterator[Problem]:
        name = written.rule.name
        if row is not None and row.owner == RuleOwner.API:
            yield Problem(self._file, written.line, f"alerts.rules.{name}", _claimed(row))
        if self._channels is None or (row is not None and row.spec == written.spec):
            return
        for channel in written.rule.named_channels:
            if channel not in self._channels:
                hint = nearest(channel, self._channels)
                message = f"unknown channel `{channel}`"
                yield Problem(self._file, written.line, f"alerts.rules.{name}.channels", message, hint)

    def _add(self, written: WrittenRule) -> None:
        row = RuleRow(
            name=written.rule.name,
            owner=RuleOwner.FILE.value,
            source_file=self._file,
            source_line=written.line,
            spec=written.spec,
            created_at=self._now,
            updated_at=self._now,
        )
        self._session.add(row)

    def _update(self, row: RuleRow, written: WrittenRule) -> bool:
        """Bring one row up to date; whether the rule itself changed."""
        if (row.source_file, row.source_line) != (self._file, written.line):
            row.source_file, row.source_line = self._file, written.line
            self.touched = True
        if row.spec == written.spec:
            return False
        row.spec = written.spec
        row.version += 1
        row.updated_at = self._now
        self.touched = True
        return True


def _claimed(row: RuleRow) -> str:
    since = row.created_at.strftime("%Y-%m-%d")
    return f"the API has a rule `{row.name}` since {since}: remove that one, or give this one another name"
