"""What is said of each outcome: in a few words why a host is down, and in a sentence what to do about it.

Messages, the command line and the API take their words from here; the dashboard has translations of its own.
"""

from collections.abc import Mapping
from types import MappingProxyType

from metrics.results import Outcome

REASONS: Mapping[Outcome, str] = MappingProxyType(
    {
        Outcome.OK: "OK",
        Outcome.DNS: "name not found",
        Outcome.REFUSED: "connection refused",
        Outcome.TIMEOUT: "no answer in time",
        Outcome.UNREACHABLE: "unreachable",
        Outcome.HOST_KEY_UNKNOWN: "unknown host key",
        Outcome.HOST_KEY_CHANGED: "host key changed",
        Outcome.HOST_KEY_INVALID: "host key not valid",
        Outcome.AUTH_FAILED: "login failed",
        Outcome.JUMP_DOWN: "jump host down",
        Outcome.NO_PYTHON: "no Python",
        Outcome.PROBE_FAILED: "probe failed",
        Outcome.BAD_OUTPUT: "unreadable answer",
        Outcome.LATE: "no fresh data",
    }
)
"""Why a host is down or late, as a part of a sentence: `down, connection refused`."""

ADVICE: Mapping[Outcome, str] = MappingProxyType(
    {
        Outcome.OK: "",
        Outcome.DNS: "Check the address in the inventory and this machine's resolver.",
        Outcome.REFUSED: "Start sshd on the host, or correct the port.",
        Outcome.TIMEOUT: "Check that the host is up and that no firewall drops it.",
        Outcome.UNREACHABLE: "Check the route, and the host's sshd log.",
        Outcome.HOST_KEY_UNKNOWN: "Compare the fingerprint with the host's, then: monctl hosts trust HOST",
        Outcome.HOST_KEY_CHANGED: (
            "Find out why before anything else: it is another machine, a reinstalled one, or an attack. "
            "If it is right, run: monctl hosts trust HOST --replace"
        ),
        Outcome.HOST_KEY_INVALID: "Give the host another key, or renew its certificate.",
        Outcome.AUTH_FAILED: "Put the public key into the user's authorized_keys, or correct user and key.",
        Outcome.JUMP_DOWN: "Mend the way to the jump host; the hosts behind it follow.",
        Outcome.NO_PYTHON: "Install Python 3.6 or newer on the host, or name it with `python:`.",
        Outcome.PROBE_FAILED: "Run: monctl hosts check HOST",
        Outcome.BAD_OUTPUT: "Run: monctl hosts check HOST; something there changes what the probe says.",
        Outcome.LATE: "Look at the host's load and memory; if it is just slow, raise `timeout:`.",
    }
)
"""What a person can do: one sentence, beginning with a verb; HOST stands for the host's name."""


def reason_text(reason: str) -> str:
    """Why a host is down, for people; a reason of another version of monctl reads as it is."""
    try:
        return REASONS[Outcome(reason)]
    except ValueError:
        return reason.replace("_", " ")


def advice_for(outcome: Outcome, host: str, *, own: str = "") -> str:
    """What a person can do about an outcome of this host; empty where nothing is wrong.

    `own`: the advice of a failure that knows better than its outcome.
    """
    return (own or ADVICE[outcome]).replace("HOST", host)
