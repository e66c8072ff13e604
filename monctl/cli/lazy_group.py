"""A group of commands whose modules are imported only when one of them is to run, or to show its own help.

What a group's help and a shell's completion tell of its commands (names, one-line helps) stands in a table,
since every command's module brings libraries along that take longer to import than the help to print.
"""

import contextlib
import importlib
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import ModuleType
from typing import Any, ClassVar

import typer
from typer.core import TyperCommand, TyperGroup

_NOT_DRAWN = {"rich.markdown": "Markdown", "rich.traceback": "Traceback"}
"""What typer imports with its help, though no help of ours is Markdown, and it draws no tracebacks here."""


@dataclass(frozen=True, slots=True)
class LazyCommand:
    """Where a command is: `name` in `module` is its function, or the typer application of a group."""

    module: str
    name: str
    help: str


class _WithSureFlags:
    """Flags are False where they are not given.

    They would be None, and typer would import pydantic to make sure that this is no wrong truth value.
    """

    def get_params(self, ctx: Any) -> list[Any]:
        """The options and arguments."""
        params: list[Any] = super().get_params(ctx)  # type: ignore[misc]
        for param in params:
            if getattr(param, "is_flag", False) and param.default is None:
                param.default = False
        return params


class _Command(_WithSureFlags, TyperCommand):
    """A command of a lazy group, once it is imported."""


class LazyGroup(_WithSureFlags, TyperGroup):
    """A group that knows its commands from `table` (in the help's order), beside any of its own."""

    table: ClassVar[Mapping[str, LazyCommand]] = {}

    def __init__(self, **attributes: Any) -> None:
        super().__init__(**attributes)
        for name, lazy in self.table.items():
            self.add_command(TyperCommand(name, help=lazy.help))

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """The command that is to run, imported."""
        name, command, rest = super().resolve_command(ctx, args)
        lazy = self.table.get(name or "")
        return name, command if lazy is None else load_command(str(name), lazy), rest

    def format_help(self, ctx: Any, formatter: Any) -> None:
        """The help, from the table."""
        with _drawing_no_more_than_help():
            super().format_help(ctx, formatter)


def lazy_group(commands: Mapping[str, LazyCommand]) -> type[LazyGroup]:
    """The class of a group with these commands, for typer's `cls`."""
    return type("LazyGroup", (LazyGroup,), {"table": commands})


def load_command(name: str, lazy: LazyCommand) -> Any:
    """The command itself; its module is imported."""
    target = getattr(importlib.import_module(lazy.module), lazy.name)
    holder = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
    holder.callback()(_nothing)  # so that typer makes a group of it, even of a single command
    if isinstance(target, typer.Typer):
        holder.add_typer(target, name=name)
    else:
        holder.command(name, cls=_Command)(target)
    group = typer.main.get_command(holder)
    assert isinstance(group, TyperGroup)
    return group.commands[name]


def _nothing() -> None:
    """What a group does beside its commands."""


@contextlib.contextmanager
def _drawing_no_more_than_help() -> Iterator[None]:
    """Let typer import its help without parts of rich that take half of the time and draw none of it."""
    parts = {name: part for name, part in _NOT_DRAWN.items() if name not in sys.modules}
    for name, part in parts.items():
        module = sys.modules[name] = ModuleType(name)
        setattr(module, part, type(part, (), {}))
    try:
        yield
    finally:
        for name in parts:
            del sys.modules[name]
