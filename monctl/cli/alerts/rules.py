"""`monctl rules …`: what is worth telling."""

import sys
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.markup import escape
from rich.table import Table

from alerts.errors import RuleShips
from alerts.rules.export import export_rules
from alerts.rules.rule import RuleOwner
from alerts.rules.stored import StoredRule
from alerts.rules.view import rule_view, rules_view
from foundation.display.text import clean_text
from foundation.documents.durations import format_duration
from monctl.cli.alerts.rules_options import (
    ClearOption,
    ForOption,
    HostsOption,
    LabelOption,
    RuleArgument,
    SeverityOption,
    WhenOption,
    open_rules,
    read_rules,
    rule_note,
    spec_of_options,
)
from monctl.cli.installed import installed
from monctl.cli.lazy_group import LazyCommand, lazy_group
from monctl.cli.options import ConfigOption, DataDirOption, InventoryOption, JsonOption, YesOption
from monctl.installation import Installation
from monctl.render.printing import fail, out, print_json

_COMMANDS = {
    "test": LazyCommand(
        "monctl.cli.alerts.rules_replay",
        "replay",
        "Replay a rule over stored history: when it would have fired and cleared. Nobody is told.",
    ),
}

app = typer.Typer(
    cls=lazy_group(_COMMANDS),
    no_args_is_help=True,
    help="Alert rules: what is worth telling, and to whom.",
)
_SHOWN_CHARACTERS = 200
_STYLES = {"critical": "bold red", "warning": "yellow", "info": "cyan"}
_UNSET = {"clear": "when `when` is not true", "channels": "all", "repeat_seconds": "never"}


@app.command("list")
def list_rules(
    as_json: JsonOption = False,
    inventory: InventoryOption = None,
    config: ConfigOption = None,
    data_dir: DataDirOption = None,
) -> None:
    """List the rules, those that ship among them: condition, severity, and who owns each."""
    with installed(inventory, config, data_dir, sync=False, reads=True) as installation:
        rules = open_rules(installation).list()
    if as_json:
        print_json(rules_view(rules))
        return
    out.print(_table(rules))
    for problem in (problem for rule in rules for problem in rule.problems):
        out.print(str(problem), style="red", markup=False, soft_wrap=True)


@app.command()
def show(
    rule: RuleArgument,
    as_json: JsonOption = False,
    inventory: InventoryOption = None,
    config: ConfigOption = None,
    data_dir: DataDirOption = None,
) -> None:
    """Show one rule with every field, defaults worked in."""
    with installed(inventory, config, data_dir, sync=False, reads=True) as installation:
        view = rule_view(open_rules(installation).get(rule))
    if as_json:
        print_json(view)
        return
    for name, value in view.items():
        if name != "spec":
            text = _UNSET[name] if value is None and name in _UNSET else _text(value)
            out.print(f"[bold]{name:<18}[/] {escape(text)}", soft_wrap=True)


@app.command()
def add(
    rule: Annotated[str | None, typer.Argument(help="The rule's name; not with --file.")] = None,
    when: WhenOption = None,
    clear: ClearOption = None,
    for_: ForOption = None,
    severity: SeverityOption = None,
    hosts: HostsOption = None,
    label: LabelOption = None,
    channel: Annotated[
        list[str] | None, typer.Option(help="Who is told; repeatable.", show_default="all")
    ] = None,
    repeat: Annotated[str | None, typer.Option(help="Tell again after so long, such as 4h.")] = None,
    escalate_after: Annotated[
        str | None, typer.Option(help="Tell others when nobody has acknowledged it for so long.")
    ] = None,
    escalate_channel: Annotated[list[str] | None, typer.Option(help="Those others; repeatable.")] = None,
    help_text: Annotated[str | None, typer.Option(help="What to do, for whoever gets the alert.")] = None,
    file: Annotated[
        Path | None, typer.Option("--file", "-f", help="Add the rules of a file; - for standard input.")
    ] = None,
    inventory: InventoryOption = None,
    config: ConfigOption = None,
    data_dir: DataDirOption = None,
) -> None:
    """Add rules that belong to the API and the command line rather than to monctl.yaml."""
    spec = spec_of_options(when=when, clear=clear, for_=for_, severity=severity, hosts=hosts, label=label)
    others = {"channels": channel or None, "repeat": repeat, "help": help_text}
    spec |= {key: value for key, value in others.items() if value is not None}
    if escalate_after or escalate_channel:
        spec["escalate"] = {"after": escalate_after, "channels": escalate_channel}
    if (rule is None) is (file is None) or (file is not None and spec):
        fail("give a rule's name and its --when, or --file alone")
    with installed(inventory, config, data_dir, sync=False) as installation:
        names = _add_rule(installation, str(rule), spec) if file is None else _add_rules(installation, file)
    out.print(f"added {escape(', '.join(names))}")


def _add_rule(installation: Installation, rule: str, spec: dict[str, Any]) -> list[str]:
    open_rules(installation).add(rule, spec, note=rule_note(installation, "rule.create", rule, spec=spec))
    return [rule]


def _add_rules(installation: Installation, file: Path) -> list[str]:
    specs = read_rules(file, installation)
    note = rule_note(installation, "rule.import", f"{len(specs)} rules", specs=specs)
    open_rules(installation).add_all(specs, note=note)
    return list(specs)


@app.command()
def remove(
    rule: RuleArgument,
    yes: YesOption = False,
    inventory: InventoryOption = None,
    config: ConfigOption = None,
    data_dir: DataDirOption = None,
) -> None:
    """Remove a rule that belongs to the API; what was changed of one that ships is as it shipped again."""
    with installed(inventory, config, data_dir, sync=False) as installation:
        rules = open_rules(installation)
        rules.get(rule)
        if not yes and sys.stdin.isatty() and not typer.confirm(f"Remove {rule}?"):
            raise typer.Exit(1)
        try:
            rules.remove(rule, note=rule_note(installation, "rule.delete", rule))
        except RuleShips:
            fail(f"rule `{rule}` ships with monctl: switch it off with `monctl rules disable {rule}`")
    out.print(f"removed {escape(rule)}")


@app.command()
def enable(
    rules: Annotated[list[str], typer.Argument(help="Names of rules.")],
    inventory: InventoryOption = None,
    config: ConfigOption = None,
    data_dir: DataDirOption = None,
) -> None:
    """Evaluate rules again that were switched off."""
    _set_enabled(rules, inventory, config, data_dir, enabled=True)


@app.command()
def disable(
    rules: Annotated[list[str], typer.Argument(help="Names of rules.")],
    inventory: InventoryOption = None,
    config: ConfigOption = None,
    data_dir: DataDirOption = None,
) -> None:
    """Switch rules off, those that ship too; their open alerts end."""
    _set_enabled(rules, inventory, config, data_dir, enabled=False)


@app.command()
def export(
    everything: Annotated[bool, typer.Option("--all", help="The rules that ship too.")] = False,
    inventory: InventoryOption = None,
    config: ConfigOption = None,
    data_dir: DataDirOption = None,
) -> None:
    """Print the rules of file and API as they stand in monctl.yaml."""
    with installed(inventory, config, data_dir, sync=False, reads=True) as installation:
        rules = open_rules(installation).list()
    sys.stdout.write(
        export_rules(rule for rule in rules if everything or rule.owner is not RuleOwner.DEFAULT)
    )


def _set_enabled(
    names: list[str], inventory: Path | None, config: Path | None, data_dir: Path | None, *, enabled: bool
) -> None:
    changes = {"enabled": enabled}
    changed_names: list[str] = []
    with installed(inventory, config, data_dir, sync=False) as installation:
        rules = open_rules(installation)
        try:
            for name in names:
                rules.patch(name, changes, note=rule_note(installation, "rule.update", name, changes=changes))
                changed_names.append(name)
        finally:
            if changed_names:
                out.print(f"{'enabled' if enabled else 'disabled'}: {escape(', '.join(changed_names))}")


def _table(rules: tuple[StoredRule, ...]) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    for title in ("RULE", "SEVERITY", "WHEN", "FOR", "HOSTS", "OWNER"):
        table.add_column(title, overflow="fold")
    for stored_rule in rules:
        table.add_row(escape(stored_rule.name), *_cells(stored_rule), escape(_owner(stored_rule)))
    return table


def _cells(stored_rule: StoredRule) -> tuple[str, ...]:
    rule = stored_rule.rule
    if rule is None:
        return "[red]cannot be used[/]", "", "", ""
    severity = f"[{_STYLES[rule.severity]}]{rule.severity}[/]" if rule.is_enabled else "[dim]off[/]"
    hosts = ", ".join(rule.hosts) or "all"
    texts = (rule.when, format_duration(rule.for_seconds), hosts)
    return severity, *(escape(clean_text(text, limit=_SHOWN_CHARACTERS)) for text in texts)


def _owner(stored_rule: StoredRule) -> str:
    if stored_rule.owner is RuleOwner.DEFAULT:
        return "ships"
    owner = f"{stored_rule.file}:{stored_rule.line}" if stored_rule.owner is RuleOwner.FILE else "API"
    return f"{owner}, over one that ships" if stored_rule.overrides_default else owner


def _text(value: Any) -> str:
    if value is None or value in ([], {}):
        return "-"
    if isinstance(value, dict):
        return ", ".join(f"{name}={_text(inner)}" for name, inner in value.items())
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)
