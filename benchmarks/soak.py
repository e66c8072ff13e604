"""Two hundred honest hosts beside a liar of each kind and a hostile client of each kind, for three minutes.

    python -m benchmarks soak

What happens is that of tests/hostile/soak.py, which the tests run shorter. Every host, liar and client is on
this one machine, so that figures are worse than those of a daemon that has a machine of its own.
"""

import tempfile
from pathlib import Path

from benchmarks.table import Row
from tests.hostile.liar import running_liar
from tests.hostile.soak import Soak
from tests.support.receivers import running_http_receiver
from tests.support.sshd import running_sshd

_PART = "soak"
_HONEST = 200
_SECONDS = 180.0


def run(*, honest: int = _HONEST, seconds: float = _SECONDS) -> list[Row]:
    """One run; the targets are what is promised in SECURITY.md."""
    with (
        tempfile.TemporaryDirectory() as name,
        running_sshd(Path(name)) as server,
        running_sshd(Path(name), name="witness") as witness,
        running_http_receiver() as hook,
        running_liar(Path(name)) as liar,
    ):
        soak = Soak(Path(name) / "monctl", hook, server, witness, honest=honest, liar=liar)
        soak.start()
        try:
            outcome = soak.run(seconds)
        finally:
            soak.monctl.stop()
    beside = f"{honest} honest hosts beside liars and hostile clients"
    return [
        Row(_PART, f"{beside}: polls within 1 s of due", 100 * outcome.on_time, "percent", at_least=99.9),
        Row(_PART, "from a host's death to the message", outcome.alert_seconds, "s", at_most=15),
        Row(_PART, "the daemon grew by", outcome.memory / 1e6, "MB", at_most=100),
        Row(_PART, "an honest question, p99", 1000 * outcome.percentile(0.99), "ms", at_most=250),
        Row(_PART, "  p50", 1000 * outcome.percentile(0.5), "ms"),
    ]
