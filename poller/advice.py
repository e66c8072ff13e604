"""What a person can do about each outcome: one sentence, beginning with a verb."""

from collections.abc import Mapping
from types import MappingProxyType

from metrics.results import Outcome

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
        Outcome.AUTH_FAILED: "Put the public key into the user's authorized_keys, or correct user and key.",
        Outcome.JUMP_DOWN: "Mend the way to the jump host; the hosts behind it follow.",
        Outcome.NO_PYTHON: "Install Python 3.6 or newer on the host, or name it with `python:`.",
        Outcome.PROBE_FAILED: "Run: monctl hosts check HOST",
        Outcome.BAD_OUTPUT: "Run: monctl hosts check HOST; something there changes what the probe says.",
        Outcome.LATE: "Look at the host's load and memory; if it is just slow, raise `timeout:`.",
    }
)
