"""A server that asks for a code after the password: that is told, and not a wrong password."""

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import asyncssh
import pytest

from inventory.host import HostSpec, Secret
from metrics.results import Outcome
from poller.errors import LoginRefused
from poller.ssh.connector import SshConnector
from poller.ssh.host_keys.known_hosts import known_hosts_name
from poller.ssh.host_keys.known_hosts_file import add_keys
from poller.ssh.ssh_config import SshConfig

_PASSWORD = "right"


class CodeServer(asyncssh.SSHServer):
    """Asks for the password, then for a code."""

    def begin_auth(self, username: str) -> bool:
        return True

    def kbdint_auth_supported(self) -> bool:
        return True

    def get_kbdint_challenge(self, username: str, lang: str, submethods: str) -> Any:
        return "", "", "", [("Password: ", False)]

    def validate_kbdint_response(self, username: str, responses: Sequence[str]) -> Any:
        if responses == [_PASSWORD]:
            return "", "Use your phone.", "", [("Verification code:\x1b[1m ", True)]
        return False


async def _refusal(tmp_path: Path, password: str) -> LoginRefused:
    key = asyncssh.generate_private_key("ssh-ed25519")
    server = await asyncssh.listen("127.0.0.1", 0, server_factory=CodeServer, server_host_keys=[key])
    port = server.get_port()
    add_keys(tmp_path / "known_hosts", known_hosts_name("127.0.0.1", port), [key.convert_to_public()])
    connector = SshConnector(config=SshConfig([]))
    host = HostSpec(
        name="web-1",
        address="127.0.0.1",
        port=port,
        user="monitor",
        password=Secret(password),
        known_hosts=str(tmp_path / "known_hosts"),
    )
    try:
        with pytest.raises(LoginRefused) as refused:
            await connector.connect(host)
        return refused.value
    finally:
        connector.close()
        server.close()


def test_a_code_that_is_asked_for_is_told_and_not_taken_for_a_wrong_password(tmp_path: Path) -> None:
    refused = asyncio.run(_refusal(tmp_path, _PASSWORD))
    assert refused.outcome is Outcome.AUTH_FAILED
    assert "asks monitor for more than a password: Verification code:" in refused.detail
    assert "it says: Use your phone." in refused.detail
    assert "\x1b" not in refused.detail
    assert "second factor" in refused.advice
    assert refused.used_password


def test_a_wrong_password_is_told_as_one(tmp_path: Path) -> None:
    refused = asyncio.run(_refusal(tmp_path, "wrong"))
    assert "does not let monitor in with" in refused.detail
    assert "more than a password" not in refused.detail
