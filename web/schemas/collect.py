"""Pushed samples in requests and answers."""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

MAX_ANSWERS = 1000

_ANSWER_EXAMPLE: dict[str, Any] = {
    "id": 1,
    "time": 1732342950.123,
    "monotonic": 12345.678,
    "boot": "6f1c2c5e-5d1c-4a5e-9b4e-0f6f4f0f7a11",
    "mem": {"total": 8000000000, "available": 6000000000, "free": 1000000000},
    "system": {"load1": 0.39, "load5": 0.31, "load15": 0.28, "n_cpus": 2, "uptime": 1234},
}


class RefusedView(BaseModel):
    """A sample that was not taken."""

    model_config = ConfigDict(extra="forbid")

    index: int = Field(description="Its place in the request, from 0.")
    time: float | None = Field(description="Its time, unix seconds; null where that cannot be read.")
    reason: Literal["bad_answer", "future", "stale", "duplicate"]
    detail: str


class CollectView(BaseModel):
    """What became of the samples, at least one of which was taken and is stored."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"example": {"host": "kiosk-1", "accepted": 1, "refused": []}}
    )

    host: str
    accepted: int = Field(ge=1, description="How many samples were taken.")
    refused: list[RefusedView] = Field(description="The others, by their place in the request.")


def collect_body() -> dict[str, Any]:
    """The `openapi_extra=` of the route that takes samples."""
    answer = {
        "type": "object",
        "description": "An answer as the probe writes it (docs/probe-protocol.md): raw counters.",
        "required": ["id", "time", "monotonic", "boot"],
        "properties": {
            "id": {"type": "integer", "minimum": 0, "maximum": 2**63 - 1},
            "time": {"type": "number", "description": "The host's clock, unix seconds."},
            "monotonic": {"type": "number", "description": "The host's monotonic clock, seconds."},
            "boot": {"type": "string", "description": "Changes when the system restarts."},
        },
    }
    schema = {
        "type": "object",
        "additionalProperties": False,
        "properties": {
            "host": {"type": "string", "description": "Not needed with a key that is bound to a host."},
            "hello": {"type": "object", "description": "What the probe says of itself and the host."},
            "sent": {"type": "number", "description": "The host's clock at sending, unix seconds."},
            "answer": answer,
            "answers": {"type": "array", "items": answer, "minItems": 1, "maxItems": MAX_ANSWERS},
        },
        "oneOf": [{"required": ["answer"]}, {"required": ["answers"]}],
    }
    example = {"host": "kiosk-1", "answer": _ANSWER_EXAMPLE}
    return {
        "requestBody": {
            "required": True,
            "content": {"application/json": {"schema": schema, "example": example}},
        }
    }
