"""Why a message did not arrive: a reason that everybody may read, before what only admins may.

What a service answers may be anything: also a page of the network that the monitoring machine is in. Its
status says enough for everybody; its words are for those who may read monctl.yaml.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from alerts.channels.connections import Watch

NOT_ALLOWED = "the address is not allowed"
_NOT_TAKEN = "the service did not take the message"
_NOTHING_SENT = "nothing was sent: the service has no message of this kind"
_TEXT_LOST = "a redirect lost the text"
_UNTOLD = "it could not be sent"
"""In the place of what is for admins alone."""

_CAUSES = (
    ("certificate verify failed", "its certificate cannot be verified"),
    ("refused", "the connection was refused"),
    ("timed out", "it timed out"),
    ("name or service not known", "its name is not known"),
    ("name resolution", "its name is not known"),
    ("no address associated", "its name is not known"),
    ("nodename nor servname", "its name is not known"),
    ("no route to host", "there is no route to it"),
    ("network is unreachable", "there is no route to it"),
    ("reset by peer", "the connection broke"),
    ("connection aborted", "the connection broke"),
)
"""What errors of the network are known by, in small letters, and how they are told."""

_OWN = (
    r"no answer within [0-9.e+-]+ s",
    r"the previous attempt still hangs",
    r"an error in monctl; its log has the traceback",
    r"the environment variable [A-Za-z0-9_]+ is not set",
)
_PUBLIC = re.compile(
    "|".join(
        [
            r"the service refused it \(HTTP \d{3}\)",
            r"the service failed \(HTTP \d{3}\)",
            r"the service sends elsewhere \(HTTP \d{3}\), which is not followed",
            rf"{_NOT_TAKEN} \(HTTP \d{{3}}\)",
            *map(
                re.escape,
                [_NOT_TAKEN, NOT_ALLOWED, _NOTHING_SENT, _TEXT_LOST, *(text for _, text in _CAUSES)],
            ),
            *_OWN,
        ]
    )
)


def reason_of(watch: Watch, answers: Sequence[str]) -> str:
    """The reason of a delivery that failed: of what it saw, and `answers`, which are not repeated."""
    if watch.refusals:
        return NOT_ALLOWED
    if watch.has_lost_text:
        return _TEXT_LOST
    if watch.statuses and (watch.statuses[-1] >= 300 or not _cause(answers)):
        return _status_reason(watch.statuses[-1])
    return _cause(answers) or _NOT_TAKEN


def doubt_of(watch: Watch) -> str:
    """Why a message that a plug-in takes for delivered was not; "" where nothing speaks against it.

    Delivered is what an answer over HTTP took, 2xx, to the request that had the text; or, of services that do
    not speak HTTP, what was sent at all.
    """
    if watch.has_lost_text:
        return _TEXT_LOST
    if watch.is_refused:
        return _status_reason(watch.statuses[-1])
    return "" if watch.has_connected or watch.statuses else _NOTHING_SENT


def public_reason(error: str | None) -> str | None:
    """What everybody may read of why something was not sent; None where there is nothing to tell."""
    if not error:
        return error
    match = _PUBLIC.match(error)
    if match is None or error[match.end() :][:2] not in ("", ": "):
        return _UNTOLD
    return match.group()


def public_result(result: Mapping[str, Any]) -> dict[str, Any]:
    """What everybody may read of the test of a channel."""
    return {**result, "answer": "" if result["ok"] else public_reason(result["answer"])}


def _status_reason(status: int) -> str:
    if status >= 500:
        return f"the service failed (HTTP {status})"
    if status >= 400:
        return f"the service refused it (HTTP {status})"
    if status >= 300:
        return f"the service sends elsewhere (HTTP {status}), which is not followed"
    return f"{_NOT_TAKEN} (HTTP {status})"


def _cause(answers: Sequence[str]) -> str:
    text = " ".join(answers).lower()
    return next((told for sign, told in _CAUSES if sign in text), "")
