"""Hosts as the host table keeps them, and what they resolve to."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from foundation.documents.errors import Problem
from foundation.documents.report import Report
from foundation.records.owner import Owner
from inventory.host import HostSpec
from inventory.host_table.api_policy import ApiPolicy, NamedFiles, named_files
from inventory.hosts_yaml.entry import Entry, Layer, build_spec, check_entry
from inventory.hosts_yaml.jumps import jump_cycles


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredHost:
    """A row of the host table.

    `file`, `line`: where a file-owned host stands, else None. `entry`: as written, references kept.
    `paused`: what pause or resume said, None to follow the entry. Times are aware UTC.
    """

    name: str
    owner: Owner
    file: str | None
    line: int | None
    entry: Entry
    paused: bool | None
    version: int
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class Specs:
    """`hosts`: name -> spec, by name. `problems`: why the hosts that are left out cannot be used."""

    hosts: dict[str, HostSpec]
    problems: tuple[Problem, ...]


def resolve_hosts(
    hosts: Iterable[StoredHost],
    *,
    environ: Mapping[str, str],
    policy: ApiPolicy | None = None,
    file_paths: NamedFiles | None = None,
    is_to_be_shown: bool = False,
) -> Specs:
    """The specs of all rows, file- and API-owned together; a bad row is left out and harms no other.

    `policy`: where files of the API's hosts may lie, None for anywhere. `file_paths`: the files that
    hosts.yaml names; taken from these rows where they are the whole table. `is_to_be_shown`: the specs are
    not for polling, so that one with variables that are not set here (the daemon may well have them) is given
    without the values that refer to any.
    """
    rows = list(hosts)
    rules = ApiRules(policy or ApiPolicy(), file_paths or frozenset)
    resolving = _Resolving(environ, rules, is_to_be_shown=is_to_be_shown)
    resolving.add(row for row in rows if row.owner is Owner.FILE)
    if file_paths is None:
        paths = named_files(resolving.specs.values())
        resolving.rules = ApiRules(rules.policy, lambda: paths)
    resolving.add(row for row in rows if row.owner is Owner.API)
    specs = {row.name: resolving.specs[row.name] for row in rows if row.name in resolving.specs}
    problems = [*resolving.problems, *_drop_cycles(specs)]
    return Specs(specs, tuple(problems))


@dataclass(frozen=True, slots=True)
class ApiRules:
    """What the API's hosts may come to; `file_paths` gives the files that hosts.yaml names."""

    policy: ApiPolicy
    file_paths: NamedFiles

    def check(self, name: str, layer: Layer, report: Report) -> None:
        """Note what of a checked entry is not allowed."""
        for key, message in self.policy.problems(layer.values, self.file_paths):
            report.add(None, f"{name}.{key}", message=message)

    def spec(self, name: str, layer: Layer) -> HostSpec:
        """The spec of an entry without problems."""
        places = self.policy.places(layer.values, self.file_paths)
        return build_spec(name, {**layer.values, "file_places": places}, owner=Owner.API)


@dataclass(slots=True)
class _Resolving:
    """Rows on their way to specs."""

    environ: Mapping[str, str]
    rules: ApiRules
    is_to_be_shown: bool = field(kw_only=True)
    specs: dict[str, HostSpec] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def add(self, rows: Iterable[StoredHost]) -> None:
        """Resolve rows; what is wrong with one is noted."""
        for row in rows:
            report = Report(row.file)
            layer = check_entry(row.name, row.entry, report, environ=self.environ, line=row.line)
            if report.problems and self.is_to_be_shown:
                # a second look without an environment: what refers to variables is left out, all else checked
                report = Report(row.file)
                layer = check_entry(row.name, row.entry, report, environ=None, line=row.line)
            if row.owner is Owner.API and not report.problems:
                self.rules.check(row.name, layer, report)
            self.problems += report.problems
            if not report.problems:
                self.specs[row.name] = self._spec(row, layer)

    def _spec(self, row: StoredHost, layer: Layer) -> HostSpec:
        is_api = row.owner is Owner.API
        spec = (
            self.rules.spec(row.name, layer)
            if is_api
            else build_spec(row.name, layer.values, owner=row.owner, file=row.file)
        )
        return spec if row.paused is None else replace(spec, paused=row.paused)


def _drop_cycles(hosts: dict[str, HostSpec]) -> list[Problem]:
    """Take out the API's hosts of every circle of jump hosts: a file alone never has one."""
    report = Report(None)
    for cycle in jump_cycles({name: spec.jump for name, spec in hosts.items()}):
        circle = " -> ".join([*cycle, cycle[0]])
        for name in cycle:
            if name in hosts and hosts[name].owner is Owner.API:
                del hosts[name]
                report.add(None, f"{name}.jump", message=f"jump hosts form a circle: {circle}")
    return report.problems
