"""A `monctl` that kills itself at one step between evaluation and delivery record; the product has no hooks.

`python -m tests.faults.dying poll`, with the step and the kind of change in the environment.
"""

import functools
import os
import signal
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from apprise import Apprise
from sqlalchemy import Engine, event

from alerts.engine.changes import ChangeKind
from alerts.history.writer import AlertWriter
from alerts.outbox.repository import OutboxRepository
from monctl.cli.main import main

STEP_VARIABLE = "MONCTL_TEST_DIES_AT"
KIND_VARIABLE = "MONCTL_TEST_DIES_ON"


class Step(StrEnum):
    """Where to die; `while` is within the transaction, after its statement and before its commit."""

    BEFORE_WRITE = "before the alert is written"
    WHILE_WRITING = "while the alert is written"
    AFTER_WRITE = "after the alert was written"
    BEFORE_CLAIM = "before the row is claimed"
    WHILE_CLAIMING = "while the row is claimed"
    AFTER_CLAIM = "after the row was claimed"
    BEFORE_SEND = "before Apprise is called"
    AFTER_SEND = "after Apprise was called"
    BEFORE_RECORD = "before the delivery is recorded"
    WHILE_RECORDING = "while the delivery is recorded"
    AFTER_RECORD = "after the delivery was recorded"


SENT_TWICE = frozenset({Step.AFTER_SEND, Step.BEFORE_RECORD, Step.WHILE_RECORDING})
"""The steps at which the message is out and nothing says so."""

_STATEMENTS = {
    Step.WHILE_WRITING: ("INSERT INTO notification", ""),
    Step.WHILE_CLAIMING: ("UPDATE notification", "attempts="),
    Step.WHILE_RECORDING: ("INSERT INTO delivery", ""),
}


@dataclass
class Death:
    """Kills the process at `step`, once a change of `kind` is on its way."""

    step: Step
    kind: ChangeKind
    is_armed: bool = False

    def at(self, step: Step) -> None:
        """Die, if it is this step."""
        if self.is_armed and step is self.step:
            os.kill(os.getpid(), signal.SIGKILL)

    def wait_around(self, owner: type, name: str, before: Step, after: Step) -> None:
        """Have a method pass two steps."""
        method: Callable[..., Any] = getattr(owner, name)

        @functools.wraps(method)
        def passing(*args: Any, **kwargs: Any) -> Any:
            self.at(before)
            result = method(*args, **kwargs)
            self.at(after)
            return result

        setattr(owner, name, passing)

    def arm_by(self, owner: type, name: str) -> None:
        """Be armed when a method is given a change of the kind."""
        method: Callable[..., Any] = getattr(owner, name)

        @functools.wraps(method)
        def arming(this: Any, changes: Any) -> Any:
            self.is_armed = self.is_armed or any(change.kind is self.kind for change in changes)
            return method(this, changes)

        setattr(owner, name, arming)

    def listen(self) -> None:
        """Pass the steps within transactions."""

        @event.listens_for(Engine, "after_cursor_execute")
        def executed(_connection: Any, _cursor: Any, statement: str, *_more: Any) -> None:
            for step, (beginning, part) in _STATEMENTS.items():
                if statement.startswith(beginning) and part in statement:
                    self.at(step)


def run_until_death() -> None:
    """Run the command line with all steps in place."""
    death = Death(Step(os.environ[STEP_VARIABLE]), ChangeKind(os.environ[KIND_VARIABLE]))
    death.wait_around(AlertWriter, "write", Step.BEFORE_WRITE, Step.AFTER_WRITE)
    death.arm_by(AlertWriter, "write")
    death.wait_around(OutboxRepository, "claim", Step.BEFORE_CLAIM, Step.AFTER_CLAIM)
    death.wait_around(OutboxRepository, "finish", Step.BEFORE_RECORD, Step.AFTER_RECORD)
    death.listen()
    if death.step in (Step.BEFORE_SEND, Step.AFTER_SEND):
        death.wait_around(Apprise, "notify", Step.BEFORE_SEND, Step.AFTER_SEND)
    main()


if __name__ == "__main__":
    run_until_death()
