"""`monctl silence …`: when which alerts are not told."""

import fnmatch
import time
from dataclasses import replace
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import typer
from rich.markup import escape
from rich.table import Table

from access.audit.log import AuditLog
from alerts.errors import AlertsInvalid
from alerts.history.repository import AlertRepository
from alerts.history.view import silence_views
from alerts.silences.document import parse_silence
from alerts.silences.repository import NoteOf, SilenceRepository
from alerts.silences.schedule_document import find_zone, weekly_document
from alerts.silences.silence import Silence, SilenceState
from alerts.silences.view import matchers_text, schedule_text
from foundation.display.pages import page_view
from foundation.display.text import clean_text
from foundation.documents.errors import ValueInvalid
from foundation.documents.report import shown
from foundation.times import local_text, rfc3339_seconds
from inventory.selectors import select_hosts
from metrics.catalog import LABELS, nearest
from monctl.cli.access import accounts
from monctl.cli.installed import installed
from monctl.cli.moments import is_span, moment_of, span_seconds
from monctl.cli.options import ConfigOption, DataDirOption, InventoryOption, JsonOption
from monctl.daemon.alerting.repositories import open_alert_repositories
from monctl.installation import Installation
from monctl.render.printing import err, fail, out, print_json

app = typer.Typer(no_args_is_help=True, help="Silences: when which alerts are not told.")
SilencesArgument = Annotated[list[int], typer.Argument(help="The silences' ids.", min=1, max=2**31 - 1)]
_STYLES = {"active": "bold", "pending": "", "expired": "dim"}
_COMMENT_CHARACTERS = 200
_OPTIONS = {
    "hosts": "--host",
    "rules": "--rule",
    "labels": "--label",
    "duration": "--for",
    "ends_at": "--until",
    "starts_at": "--from",
    "schedule": "--weekly",
    "comment": "--comment",
}


@app.command()
def add(
    host: Annotated[
        list[str] | None, typer.Option(help="A name, pattern (web-*) or tag (tag:env=prod); repeatable.")
    ] = None,
    rule: Annotated[list[str] | None, typer.Option(help="A rule's name or a pattern; repeatable.")] = None,
    label: Annotated[
        list[str] | None, typer.Option(help="NAME=PATTERN, such as path=/var*; repeatable.")
    ] = None,
    everything: Annotated[
        bool, typer.Option("--everything", help="All alerts of all hosts, and the poller's own.")
    ] = False,
    for_: Annotated[str | None, typer.Option("--for", help="How long, such as 2h.")] = None,
    until: Annotated[
        str | None, typer.Option(help="When it ends: 18:00, tomorrow, 2026-01-31T18:00; local time or --tz.")
    ] = None,
    starting: Annotated[
        str | None, typer.Option("--from", help="When it begins, as --until.", show_default="now")
    ] = None,
    weekly: Annotated[
        str | None, typer.Option(help="Only in these windows of every week: 'mon-fri 22:00-06:00'.")
    ] = None,
    tz: Annotated[str | None, typer.Option("--tz", help="The time zone, such as Europe/Berlin.")] = None,
    comment: Annotated[str | None, typer.Option(help="Why, for others.")] = None,
    as_json: JsonOption = False,
    inventory: InventoryOption = None,
    config: ConfigOption = None,
    data_dir: DataDirOption = None,
) -> None:
    """Silence the alerts that match the hosts, rules and labels given, now or every week.

    A window whose end is not after its start ends on the next day; its weekday is that of its start.
    """
    zone = None if tz is None else _zone(tz)
    _check_choice(is_narrow=bool(host or rule or label), everything=everything)
    _check_end(for_, until, weekly)
    spec = {
        "hosts": host,
        "rules": rule,
        "labels": _pairs(label) if label else None,
        "everything": everything or None,
        "duration": _as_days(for_),
        "ends_at": _moment(until, "--until", zone),
        "starts_at": _moment(starting, "--from", zone),
        "schedule": _schedule(weekly, tz),
        "comment": comment,
    }
    document = {name: value for name, value in spec.items() if value is not None}
    with installed(inventory, config, data_dir, sync=False) as installation:
        silence = _add(installation, document)
        _warn_of_nothing(installation, silence)
        if as_json:
            print_json(_views(installation, (silence,))[0])
            return
    out.print(escape(f"silence {silence.id}: {_what(silence)}; {_when(silence)}"), soft_wrap=True)


@app.command("list")
def list_silences(
    show_all: Annotated[bool, typer.Option("--all", help="Those that are over too.")] = False,
    as_json: JsonOption = False,
    inventory: InventoryOption = None,
    config: ConfigOption = None,
    data_dir: DataDirOption = None,
) -> None:
    """List the silences that are active or will be, the newest first."""
    states = [state for state in SilenceState if show_all or state is not SilenceState.EXPIRED]
    with installed(inventory, config, data_dir, sync=False, reads=True) as installation:
        silences = _silences(installation).list(states)
        if as_json:
            views = _views(installation, silences)
            print_json(page_view(views, total=len(views), offset=0, limit=len(views)))
            return
    if not silences:
        out.print("no silences")
        return
    out.print(_table(silences))


@app.command()
def remove(
    silences: SilencesArgument,
    inventory: InventoryOption = None,
    config: ConfigOption = None,
    data_dir: DataDirOption = None,
) -> None:
    """End silences now; one that has not begun, or is over, goes away."""
    with installed(inventory, config, data_dir, sync=False) as installation:
        repository = _silences(installation)
        for number in silences:
            silence_left = repository.remove(number, note=_note(installation, "silence.remove"))
            out.print(f"{'removed' if silence_left is None else 'ended'} {number}")


def _check_choice(*, is_narrow: bool, everything: bool) -> None:
    if not is_narrow and not everything:
        fail("say what to silence with --host, --rule or --label; or --everything")
    if is_narrow and everything:
        fail("--everything takes no --host, --rule or --label beside it")


def _check_end(for_: str | None, until: str | None, weekly: str | None) -> None:
    if for_ is not None and until is not None:
        fail("--for and --until: leave out one of them")
    if for_ is None and until is None and weekly is None:
        fail("a silence has an end: say --for 2h, or --until TIME; or when it comes back, with --weekly")


def _option(field: str) -> str:
    """The option that a field of the document comes from."""
    return _OPTIONS.get(field.partition(".")[0], field)


def _add(installation: Installation, document: dict[str, Any]) -> Silence:
    try:
        silence = parse_silence(document, now=time.time(), created_by=accounts.actor().name)
    except AlertsInvalid as error:
        raise AlertsInvalid(replace(one, field=_option(one.field)) for one in error.problems) from error
    note = _note(installation, "silence.create", silence=document)
    return _silences(installation).add(silence, note=note)


def _note(installation: Installation, action: str, **detail: Any) -> NoteOf:
    log, actor = AuditLog(installation.engine), accounts.actor()
    return lambda silence: log.note(actor, action, str(silence.id), **detail)


def _silences(installation: Installation) -> SilenceRepository:
    return SilenceRepository(installation.engine)


def _views(installation: Installation, silences: tuple[Silence, ...]) -> list[dict[str, Any]]:
    return silence_views(silences, AlertRepository(installation.engine), now=time.time())


def _table(silences: tuple[Silence, ...]) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("ID", justify="right", no_wrap=True)
    table.add_column("STATE", no_wrap=True)
    for title in ("WHAT", "WHEN", "COMMENT", "BY"):
        table.add_column(title, overflow="fold")
    now = time.time()
    for silence in silences:
        state = silence.state(now).value
        table.add_row(
            str(silence.id),
            f"[{_STYLES[state]}]{state}[/]" if _STYLES[state] else state,
            escape(_what(silence)),
            _when(silence),
            escape(clean_text(silence.comment, limit=_COMMENT_CHARACTERS)),
            escape(clean_text(silence.created_by, limit=_COMMENT_CHARACTERS)),
        )
    return table


def _what(silence: Silence) -> str:
    return matchers_text(silence)


def _when(silence: Silence) -> str:
    """`mon-fri 22:00-06:00 UTC, from … until …`, without a start that is past."""
    start = (
        "" if silence.starts_at <= time.time() else f"from {local_text(rfc3339_seconds(silence.starts_at))}"
    )
    end = "" if silence.ends_at is None else f"until {local_text(rfc3339_seconds(silence.ends_at))}"
    window = schedule_text(silence)
    bounds = " ".join(part for part in (start, end) if part)
    return ", ".join(part for part in (window, bounds) if part)


def _pairs(texts: list[str]) -> dict[str, str]:
    pairs = {}
    for text in texts:
        name, equals, pattern = text.partition("=")
        if not equals or not name or not pattern:
            fail(f"--label {text}: write NAME=PATTERN, such as path=/var*")
        pairs[name] = pattern
    return pairs


def _schedule(weekly: str | None, tz: str | None) -> dict[str, str] | None:
    if weekly is None:
        return None
    if tz is None:
        fail("--weekly: say in which time zone with --tz, such as Europe/Berlin or UTC")
    try:
        return weekly_document(weekly) | {"time_zone": tz}
    except ValueInvalid as error:
        fail(f"--weekly: {error.message}")


def _zone(name: str) -> ZoneInfo:
    try:
        return find_zone(name)
    except ValueInvalid as error:
        hint = f", did you mean `{error.suggestion}`?" if error.suggestion else ""
        fail(f"--tz: {error.message}{hint}")


def _moment(text: str | None, option: str, zone: ZoneInfo | None) -> str | None:
    """A time as RFC 3339; one without a zone is of `zone`, or of this machine's."""
    if text is None:
        return None
    try:
        return moment_of(text, now=time.time(), zone=zone).isoformat()
    except ValueInvalid as error:
        fail(f"{option}: {error.message}")


def _as_days(span: str | None) -> str | None:
    """A duration in weeks as the API takes it, in days."""
    if span is None or not span.strip().endswith("w") or not is_span(span):
        return span
    return f"{span_seconds(span) / 86400:.0f}d"


def _warn_of_nothing(installation: Installation, silence: Silence) -> None:
    """Say what names or patterns of a silence stand for nothing at present: perhaps they are mistyped."""
    hosts = [host.name for host in installation.stored_hosts()]
    specs = installation.hosts(is_to_be_shown=True)
    rules = [rule.name for rule in open_alert_repositories(installation).rules.list()]
    labels = sorted(label for names in LABELS.values() for label in names)
    candidates = {"host": hosts, "rule": rules, "label": labels}
    nothing = [
        *(("host", one) for one in silence.matchers.hosts if hosts and not select_hosts(specs, one)),
        *(("rule", one) for one in silence.matchers.rules if not fnmatch.filter(rules, one)),
        *(("label", one) for one in silence.matchers.labels if one not in labels),
    ]
    for kind, pattern in nothing:
        near = nearest(pattern, candidates[kind])
        hint = f": did you mean {near}?" if near else ""
        warning = f"no {kind} matches {shown(pattern)} at present{hint}"
        err.print(warning, style="yellow", markup=False, soft_wrap=True)
