"""What commands on rules share: their options, and how they get at the rules."""

import sys
from pathlib import Path
from typing import Annotated, Any

import typer
from sqlmodel import Session, select

from access.audit.log import AuditLog
from alerts.channels.table import ChannelRow
from alerts.errors import AlertsInvalid
from alerts.rules.repository import RuleRepository
from alerts.severity import Severity
from foundation.database.changes import Note
from foundation.documents.errors import Problem, ValueInvalid
from foundation.documents.report import Report
from foundation.documents.variables import resolve
from foundation.documents.yaml import SETTINGS_BOUNDS, Located, read_yaml
from monctl.cli.access import accounts
from monctl.installation import Installation
from monctl.render.printing import err, fail

RuleArgument = Annotated[str, typer.Argument(help="The rule's name.")]
WhenOption = Annotated[str | None, typer.Option(help="The condition, such as 'cpu.usage_active > 90'.")]
ClearOption = Annotated[
    str | None, typer.Option(help="What ends the alert, or never.", show_default="when it is not true")
]
ForOption = Annotated[str | None, typer.Option("--for", help="How long it must hold, such as 5m.")]
SeverityOption = Annotated[Severity | None, typer.Option(help="How bad it is.", show_default="warning")]
HostsOption = Annotated[
    list[str] | None, typer.Option("--hosts", help="Names, patterns or tags; repeatable.", show_default="all")
]
LabelOption = Annotated[
    list[str] | None,
    typer.Option("--label", help="NAME=PATTERN, or NAME='!PATTERN' to leave out; repeatable."),
]
_STANDARD_INPUT = Path("-")


def open_rules(installation: Installation) -> RuleRepository:
    """The rules of the installation's database, those of the file in step with monctl.yaml.

    What keeps them from being so is told on standard error; the last good ones serve.
    """
    settings = installation.settings.alerts
    repository = RuleRepository(
        installation.engine,
        channels=lambda: _channel_names(installation),
        uses_defaults=settings.defaults,
    )
    try:
        repository.sync_file(settings.rules, str(installation.config_file))
    except AlertsInvalid as error:
        warning = f"{error}\nThe last good rules are used."
        err.print(warning, style="yellow", markup=False, soft_wrap=True)
    return repository


def rule_note(installation: Installation, action: str, target: str, **detail: Any) -> Note:
    """The entry of the audit log that goes with a change."""
    return AuditLog(installation.engine).note(accounts.actor(), action, target, **detail)


def spec_of_options(
    *,
    when: str | None,
    clear: str | None,
    for_: str | None,
    severity: Severity | None,
    hosts: list[str] | None,
    label: list[str] | None,
) -> dict[str, Any]:
    """The keys that options give."""
    options: dict[str, Any] = {
        "when": when,
        "clear": clear,
        "for": for_,
        "severity": None if severity is None else str(severity),
        "hosts": hosts or None,
        "labels": _labels(label or []) or None,
    }
    return {key: value for key, value in options.items() if value is not None}


def read_rules(file: Path, installation: Installation) -> dict[str, dict[str, Any]]:
    """Name -> spec of the rules in a file, `-` for standard input; raises AlertsInvalid.

    The file is a monctl.yaml, or a list of rules alone.
    """
    report = Report(None if file == _STANDARD_INPUT else str(file))
    document = read_yaml(_text(file), report, bounds=SETTINGS_BOUNDS)
    specs: dict[str, dict[str, Any]] = {}
    for item in _rule_items(document):
        rule = _with_variables(item, report, installation, line=getattr(item, "line", None))
        name = rule.pop("name", None) if isinstance(rule, dict) else None
        if not isinstance(name, str) or name in specs:
            message = "must be a mapping with a `name` that no other has"
            report.add(getattr(item, "line", None), "rules", message=message)
            continue
        specs[name] = rule
    if report.problems:
        raise AlertsInvalid(report.problems)
    if not specs:
        raise AlertsInvalid(
            [Problem(report.file, None, "", "has no rules: write a list, or `alerts: {rules: […]}`")]
        )
    return specs


def _text(file: Path) -> str:
    try:
        return sys.stdin.read() if file == _STANDARD_INPUT else file.read_text("utf-8")
    except OSError as error:
        fail(f"{file}: {error.strerror}")
    except UnicodeDecodeError:
        fail(f"{file}: is not UTF-8 text")


def _rule_items(document: Any) -> list[Any]:
    for key in ("alerts", "rules"):
        if isinstance(document, dict):
            document = document.get(key, document)
    return document if isinstance(document, list) else []


def _with_variables(value: Any, report: Report, installation: Installation, *, line: int | None) -> Any:
    """The value with variables put in, as in monctl.yaml."""
    if isinstance(value, Located):
        return {
            key: _with_variables(inner, report, installation, line=value.lines[key])
            for key, inner in value.items()
        }
    if isinstance(value, list):
        return [_with_variables(inner, report, installation, line=line) for inner in value]
    if isinstance(value, str):
        try:
            return resolve(value, installation.environ)
        except ValueInvalid as error:
            report.add(line, "", message=error.message)
    return value


def _labels(texts: list[str]) -> dict[str, list[str]]:
    labels: dict[str, list[str]] = {}
    for text in texts:
        name, equals, pattern = text.partition("=")
        if not equals or not name:
            fail(f"--label {text}: write NAME=PATTERN, such as path=/var*")
        labels.setdefault(name, []).append(pattern)
    return labels


def _channel_names(installation: Installation) -> set[str]:
    with Session(installation.engine) as session:
        return {*installation.settings.alerts.channels, *session.exec(select(ChannelRow.name))}
