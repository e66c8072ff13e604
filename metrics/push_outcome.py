"""What becomes of samples that hosts send by themselves."""

from dataclasses import dataclass
from enum import StrEnum


class Refusal(StrEnum):
    """Why a pushed sample was not taken."""

    BAD_ANSWER = "bad_answer"
    FUTURE = "future"
    STALE = "stale"
    DUPLICATE = "duplicate"


@dataclass(frozen=True, slots=True, kw_only=True)
class PushOutcome:
    """What became of one pushed sample.

    `time`: unix seconds, None where it could not be read. `reason`: None when it was accepted; `detail`
    says more of it.
    """

    time: float | None
    reason: Refusal | None = None
    detail: str = ""
