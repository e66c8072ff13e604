"""The steps of `hosts check`, and the keys of `hosts trust`, for a terminal."""

from collections.abc import Sequence

import asyncssh
from rich.markup import escape

from poller.check import CheckStep


def step_line(step: CheckStep) -> str:
    """`ok    login       as monitor in 12 ms`, as rich markup; a failed step also says what to do."""
    mark = "[green]ok   [/]" if step.is_ok else "[bold red]FAIL [/]"
    line = f"  {mark} {step.name:<9} {escape(step.detail)}"
    return line if step.is_ok else f"{line}\n        {step.outcome}. {escape(step.advice)}"


def key_lines(keys: Sequence[asyncssh.SSHKey]) -> list[str]:
    """A line a key: kind and SHA-256 fingerprint, as ssh-keygen -l shows them."""
    return [f"{key.algorithm.decode():<20} {key.get_fingerprint()}" for key in keys]
