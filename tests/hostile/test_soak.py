"""Liars and hostile clients of each kind at once: honest hosts are polled, alerts told, people answered.

Half a minute with few hosts, and bounds that hold on a busy machine; `python -m benchmarks soak` measures
three minutes with two hundred.
"""

from pathlib import Path

import pytest

from tests.hostile.liar import running_liar
from tests.hostile.soak import Soak
from tests.support.receivers import running_http_receiver
from tests.support.sshd import Sshd, running_sshd

pytestmark = [pytest.mark.sshd, pytest.mark.timeout(300)]


def test_liars_and_hostile_clients_of_each_kind_harm_nobody(tmp_path: Path, own_sshd: Sshd) -> None:
    with (
        running_sshd(own_sshd.folder, name="witness") as witness,
        running_http_receiver() as hook,
        running_liar(tmp_path) as liar,
    ):
        soak = Soak(tmp_path / "monctl", hook, own_sshd, witness, honest=30, liar=liar)
        soak.start()
        try:
            outcome = soak.run(30)
        finally:
            soak.monctl.stop()
    assert outcome.on_time > 0.9
    assert outcome.alert_seconds < 30
    assert outcome.memory < 150e6
    assert outcome.percentile(0.9) < 1
    assert all(state == "ok" for name, state in outcome.states.items() if name.startswith("web-"))
