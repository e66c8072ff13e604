"""What known_hosts files may hold beside what we look for."""

import asyncio
from pathlib import Path

import asyncssh
import pytest
from hypothesis import given
from hypothesis import strategies as st

from poller.ssh.host_keys.known_hosts import KnownHosts
from poller.ssh.host_keys.trust import Trust

_KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl"


def _trust(path: Path, host: str, *, port: int = 22) -> Trust:
    return asyncio.run(KnownHosts().trust((path,), host, port=port))


@pytest.mark.parametrize(
    "line",
    [
        "junk",
        "@cert-authority",
        f"@unheard-of * {_KEY}",
        f"|1|no|base64 {_KEY}",
        f"|2|unheard-of {_KEY}",
        "host 1024 35 1234567",
        "host sk-ssh-ed25519@openssh.com AAAA",
        "\x00\x01\x85\ud800",
    ],
)
def test_a_line_that_cannot_be_used_is_left_out_and_the_others_hold(tmp_path: Path, line: str) -> None:
    path = tmp_path / "known_hosts"
    path.write_text(f"first {_KEY}\n{line}\nlast {_KEY}\n", errors="surrogatepass")
    assert len(_trust(path, "first").keys) == 1
    assert len(_trust(path, "last").keys) == 1
    assert not _trust(path, "other").keys


def test_a_line_that_is_left_out_is_told_with_its_number(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "known_hosts"
    path.write_text(f"first {_KEY}\njunk\n")
    _trust(path, "first")
    assert f"{path}:2" in caplog.text


@given(st.text(max_size=60))
def test_no_text_breaks_the_reading(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    path = tmp_path_factory.mktemp("known") / "known_hosts"
    path.write_bytes(text.encode("utf-8", "surrogatepass") + f"\nlast {_KEY}\n".encode())
    assert asyncssh.import_public_key(_KEY) in _trust(path, "last").keys


def test_an_ipv6_address_is_known_with_and_without_a_port(tmp_path: Path) -> None:
    path = tmp_path / "known_hosts"
    path.write_text(f"::1 {_KEY}\n[::1]:2222 {_KEY}\n")
    assert _trust(path, "::1").keys
    assert _trust(path, "::1", port=2222).keys
