"""`monctl rules test`: when a rule would have fired."""

import time
from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any

import typer
from rich.markup import escape
from rich.table import Table

from alerts.errors import AlertsInvalid
from alerts.expression.compiled import Scope, compile_expression
from alerts.replay import Replayer
from alerts.rules.document import parse_rule
from alerts.rules.rule import Rule
from foundation.display.numbers import age_text, value_text
from foundation.display.text import clean_text
from foundation.documents.durations import parse_duration
from foundation.documents.errors import ValueInvalid
from foundation.times import local_text
from inventory.host import HostSpec
from monctl import event_loop as aio
from monctl.cli.alerts.rules_options import (
    ClearOption,
    ForOption,
    HostsOption,
    LabelOption,
    SeverityOption,
    WhenOption,
    open_rules,
    spec_of_options,
)
from monctl.cli.installed import installed
from monctl.cli.moments import is_span, seconds_since
from monctl.cli.options import ConfigOption, DataDirOption, InventoryOption, JsonOption
from monctl.installation import Installation, chosen_hosts
from monctl.render.printing import err, fail, out, print_json

_UNNAMED = "test"
_SHOWN_CHARACTERS = 100
_LONGEST_SECONDS = 10 * 365 * 86400.0


def replay(
    rule: Annotated[str | None, typer.Argument(help="A rule's name; or give --when.")] = None,
    when: WhenOption = None,
    clear: ClearOption = None,
    for_: ForOption = None,
    severity: SeverityOption = None,
    hosts: HostsOption = None,
    label: LabelOption = None,
    since: Annotated[
        str, typer.Option("--since", help="How far back, or from when: 24h, 1w, 2026-01-31.")
    ] = "7d",
    step: Annotated[str, typer.Option("--step", help="How finely to look, or auto.")] = "auto",
    host: Annotated[
        list[str] | None, typer.Option("--host", help="Only these hosts: names, patterns, tags; repeatable.")
    ] = None,
    as_json: JsonOption = False,
    inventory: InventoryOption = None,
    config: ConfigOption = None,
    data_dir: DataDirOption = None,
) -> None:
    """Replay a rule over stored history: when it would have fired and cleared. Nobody is told."""
    spec = spec_of_options(when=when, clear=clear, for_=for_, severity=severity, hosts=hosts, label=label)
    if (rule is None) is (not spec):
        fail("give a rule's name, or --when and what goes with it")
    span = _seconds_since(since)
    step_seconds = None if step == "auto" else _seconds(step, "--step")
    with installed(inventory, config, data_dir, reads=True) as installation:
        tested_rule = parse_rule(_UNNAMED, spec) if rule is None else _usable_rule(installation, rule)
        chosen_specs = chosen_hosts(installation.hosts(is_to_be_shown=True), host or [])
        outcome = aio.run(_replay_over(installation, tested_rule, chosen_specs, span=span, step=step_seconds))
    if as_json:
        print_json(outcome)
        return
    _print(outcome, since)
    caveat = _caveat(tested_rule)
    if caveat is not None:
        err.print(caveat, style="yellow", markup=False, soft_wrap=True)


def _caveat(rule: Rule) -> str | None:
    """What the history does not know of this rule."""
    if compile_expression(rule.when).scope is Scope.POLLER:
        return "It is about the poller itself, of which there is no history."
    if "host.reason" in rule.when:
        return "The history knows that a host was down, not why: every reason counts as timeout."
    return None


def _usable_rule(installation: Installation, name: str) -> Rule:
    """A rule that there is; raises RecordUnknown, and AlertsInvalid for one that cannot be used."""
    stored_rule = open_rules(installation).get(name)
    if stored_rule.rule is None:
        raise AlertsInvalid(stored_rule.problems)
    return stored_rule.rule


async def _replay_over(
    installation: Installation, rule: Rule, hosts: Mapping[str, HostSpec], *, span: float, step: float | None
) -> dict[str, Any]:
    store = await installation.open_store(read_only=True)
    try:
        end = time.time()
        outcome = await Replayer(store, hosts).replay(rule, start=end - span, end=end, step=step)
    finally:
        await store.close()
    return dict(outcome)


def _seconds(text: str, option: str) -> float:
    try:
        seconds = parse_duration(text)
    except ValueInvalid as error:
        fail(f"{option}: {error.message}")
    if not 1 <= seconds <= _LONGEST_SECONDS:
        fail(f"{option}: must be from 1s to 10y")
    return seconds


def _seconds_since(text: str) -> float:
    try:
        seconds = seconds_since(text, now=time.time())
    except ValueInvalid as error:
        fail(f"--since: {error.message}")
    if seconds > _LONGEST_SECONDS:
        fail("--since: must be at most ten years")
    return seconds


def _print(outcome: Mapping[str, Any], since: str) -> None:
    alerts = outcome["alerts"]
    if alerts:
        out.print(_table(alerts))
    step = age_text(outcome["step_seconds"])
    hosts = len({alert["host"] for alert in alerts})
    fired = [alert for alert in alerts if alert["fired_at"] is not None]
    count = f"{len(fired)} alert{'' if len(fired) == 1 else 's'}"
    when = f"in the last {since}" if is_span(since) else f"since {since}"
    summary = f"{count} on {hosts} of {outcome['hosts']} hosts {when}"
    summary += f", a look every {step}." if outcome["hosts"] else "."
    if outcome["truncated"]:
        summary += " There were more: look at a shorter time, or at fewer hosts."
    err.print(summary, markup=False, soft_wrap=True)


def _table(alerts: list[Mapping[str, Any]]) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    for title in ("FIRED", "CLEARED", "LASTED", "HOST", "LABELS", "VALUE"):
        table.add_column(title, overflow="fold")
    for alert in alerts:
        labels = ", ".join(f"{name}={value}" for name, value in alert["labels"].items())
        cells = (
            local_text(alert["fired_at"]) if alert["fired_at"] else "not yet",
            local_text(alert["resolved_at"]) if alert["resolved_at"] else "still on",
            _lasted(alert),
            clean_text(alert["host"], limit=_SHOWN_CHARACTERS),
            clean_text(labels, limit=_SHOWN_CHARACTERS),
            _value(alert["readings"]),
        )
        table.add_row(*(escape(cell) for cell in cells))
    return table


def _lasted(alert: Mapping[str, Any]) -> str:
    if alert["fired_at"] is None or alert["resolved_at"] is None:
        return "-"
    fired_at, resolved_at = (datetime.fromisoformat(alert[name]) for name in ("fired_at", "resolved_at"))
    return age_text((resolved_at - fired_at).total_seconds())


def _value(readings: list[Mapping[str, Any]]) -> str:
    """What the rule's first comparison saw."""
    value = readings[0]["value"] if readings else None
    if isinstance(value, str):
        return clean_text(value, limit=_SHOWN_CHARACTERS)
    return value_text(value, readings[0].get("unit", "") if readings else "")
