"""What is said at the start where anybody may look without a log-in."""

import logging
from pathlib import Path

import pytest

from monctl.daemon.web.front import open_front_door
from monctl.installation import Installation, open_installation
from monctl.settings.web import ListenAddress


def _installation(folder: Path, *, kiosk: bool) -> Installation:
    (folder / "hosts.yaml").write_text("hosts: {}\n")
    config = folder / "monctl.yaml"
    config.write_text(f"data_dir: {folder / 'data'}\nweb: {{kiosk: {str(kiosk).lower()}}}\n")
    return open_installation(inventory=folder / "hosts.yaml", config=config, data_dir=None)


@pytest.mark.parametrize(
    ("kiosk", "host", "is_told"),
    [(True, "127.0.0.1", False), (True, "0.0.0.0", True), (False, "0.0.0.0", False)],
)
def test_a_kiosk_that_others_can_reach_is_warned_of(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, kiosk: bool, host: str, is_told: bool
) -> None:
    installation = _installation(tmp_path, kiosk=kiosk)
    try:
        with caplog.at_level(logging.WARNING), open_front_door(installation, ListenAddress(host, 0)):
            pass
    finally:
        installation.close()
    assert ("web.kiosk" in caplog.text) is is_told
