"""Hosts as the host table keeps them, and what they resolve to."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from foundation.documents.errors import Problem
from foundation.documents.report import Report
from foundation.records.owner import Owner
from inventory.host import HostSpec
from inventory.hosts_yaml.entry import Entry, build_spec, check_entry
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
    hosts: Iterable[StoredHost], *, environ: Mapping[str, str], is_to_be_shown: bool = False
) -> Specs:
    """The specs of all rows, file- and API-owned together; a bad row is left out and harms no other.

    `is_to_be_shown`: the specs are not for polling, so that one with variables that are not set here (the
    daemon may well have them) is given without the values that refer to any.
    """
    specs: dict[str, HostSpec] = {}
    problems: list[Problem] = []
    for row in hosts:
        report = Report(row.file)
        spec = _resolve(row, report, environ)
        if spec is None and is_to_be_shown:
            # a second look without an environment: what refers to variables is left out, all else is checked
            spec = _resolve(row, report := Report(row.file), None)
        problems += report.problems
        if spec is not None:
            specs[row.name] = spec
    problems += _drop_cycles(specs)
    return Specs(specs, tuple(problems))


def _resolve(row: StoredHost, report: Report, environ: Mapping[str, str] | None) -> HostSpec | None:
    layer = check_entry(row.name, row.entry, report, environ=environ, line=row.line)
    if report.problems:
        return None
    spec = build_spec(row.name, layer.values, owner=row.owner)
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
