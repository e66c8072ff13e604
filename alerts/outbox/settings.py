"""How the outbox works, where that can be set."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class OutboxSettings:
    """How the outbox works.

    `group_wait_seconds`: rows of a channel within this go as one message. `look_seconds`: how often the table
    is read, since other processes may write to it. `round_seconds`: so long after a claim more messages may
    begin; `lease_seconds` must be longer than that and an attempt. `give_up_seconds`: age at which a row is
    not tried again. `stop_seconds`: how long an attempt that is under way may take when the outbox stops.
    """

    group_wait_seconds: float = 10.0
    look_seconds: float = 5.0
    lease_seconds: float = 150.0
    round_seconds: float = 30.0
    give_up_seconds: float = 86400.0
    retention_seconds: float = 90 * 86400.0
    stop_seconds: float = 3.0
