"""`monctl hosts check / trust / harden` against a real sshd."""

import subprocess
from pathlib import Path

import pytest

from tests.support.commands import Commands
from tests.support.installation import MonctlFolder
from tests.support.sshd import Sshd

pytestmark = pytest.mark.sshd


@pytest.fixture
def hosts(commands: Commands, monctl: MonctlFolder, shared_sshd: Sshd, tmp_path: Path) -> Commands:
    """A host that is fine, one whose key is not known, one where nobody listens, and this machine."""
    entries = {
        "fine": "address: 127.0.0.1",
        "unknown": f"address: 127.0.0.2, known_hosts: {tmp_path / 'known_hosts'}",
        "closed": "address: 127.0.0.3, port: 1",
        "me": "connection: local",
    }
    monctl.write_hosts(shared_sshd, entries)
    return Commands(monctl.folder)


def _fingerprint(server: Sshd) -> str:
    shown = subprocess.run(
        ["ssh-keygen", "-lf", f"{server.host_key}.pub"], capture_output=True, text=True, check=True
    )
    return shown.stdout.split()[1]


def test_a_check_of_a_good_host_walks_every_step(hosts: Commands) -> None:
    done = hosts.run("hosts", "check", "fine")
    assert done.exit_code == 0, done.output
    words = [line.split()[:2] for line in done.stdout.splitlines()[1:]]
    assert [step for mark, step in words if mark == "ok"] == [
        "dns",
        "tcp",
        "host",
        "login",
        "python",
        "probe",
    ]
    document = hosts.json("hosts", "check", "me")
    assert [host["ok"] for host in document["hosts"]] == [True]
    assert [step["step"] for step in document["hosts"][0]["steps"]] == ["python", "probe"]


def test_a_check_names_the_step_that_fails_and_what_to_do(hosts: Commands) -> None:
    done = hosts.run("hosts", "check", "unknown", "closed")
    assert done.exit_code == 1
    assert "FAIL  host key" in done.stdout
    assert "monctl hosts trust unknown" in done.stdout
    assert "FAIL  tcp" in done.stdout
    assert "Start sshd on the host" in done.stdout
    (document,) = hosts.json("hosts", "check", "closed")["hosts"]
    assert document["ok"] is False
    assert (document["steps"][-1]["step"], document["steps"][-1]["reason"]) == ("tcp", "refused")


def test_trust_shows_the_key_asks_and_adds_it(hosts: Commands, shared_sshd: Sshd, tmp_path: Path) -> None:
    file = tmp_path / "known_hosts"
    refused = hosts.run("hosts", "trust", "unknown", stdin="n\n")
    assert refused.exit_code == 1
    assert _fingerprint(shared_sshd) in refused.stdout
    assert not file.exists()
    assert hosts.run("hosts", "trust", "unknown", stdin="y\n").exit_code == 0
    assert f"[127.0.0.2]:{shared_sshd.port} ssh-ed25519 " in file.read_text()
    assert hosts.run("hosts", "check", "unknown").exit_code == 0
    again = hosts.run("hosts", "trust", "unknown")
    assert again.exit_code == 0
    assert "All of them are known already." in again.stdout


def test_trust_takes_only_the_fingerprint_that_is_given(
    hosts: Commands, shared_sshd: Sshd, tmp_path: Path
) -> None:
    wrong = hosts.run("hosts", "trust", "unknown", "--fingerprint", "SHA256:AAAA")
    assert wrong.exit_code == 2
    assert "the host does not show SHA256:AAAA: nothing was added" in wrong.stderr
    assert not (tmp_path / "known_hosts").exists()
    right = hosts.run("hosts", "trust", "unknown", "--fingerprint", _fingerprint(shared_sshd))
    assert right.exit_code == 0
    assert (tmp_path / "known_hosts").exists()


def test_a_changed_key_is_trusted_only_when_that_is_said(
    hosts: Commands, shared_sshd: Sshd, own_sshd: Sshd, tmp_path: Path
) -> None:
    file = tmp_path / "known_hosts"
    other = Path(f"{own_sshd.host_key}.pub").read_text()
    file.write_text(f"[127.0.0.2]:{shared_sshd.port} {other}")
    done = hosts.run("hosts", "trust", "unknown", "--yes")
    assert done.exit_code == 2
    assert "the host's key has changed" in done.stderr
    assert file.read_text() == f"[127.0.0.2]:{shared_sshd.port} {other}"
    assert hosts.run("hosts", "trust", "unknown", "--yes", "--replace").exit_code == 0
    assert other.split()[1] not in file.read_text()
    assert hosts.run("hosts", "check", "unknown").exit_code == 0


def test_trust_of_a_host_that_does_not_answer_says_why(hosts: Commands) -> None:
    done = hosts.run("hosts", "trust", "closed", "--yes")
    assert done.exit_code == 1
    assert "closed: refused: " in done.stderr


def test_a_hardened_key_lets_monctl_poll_and_runs_no_command(own_sshd: Sshd, monctl: MonctlFolder) -> None:
    monctl.write_hosts(own_sshd, {"web-1": "address: 127.0.0.1"})
    printed = monctl.run("hosts", "harden", "web-1")
    assert printed.returncode == 0, printed.stderr
    (line,) = printed.stdout.splitlines()
    assert line.startswith('restrict,command="')
    assert f"authorized_keys of {own_sshd.user} on web-1" in printed.stderr
    own_sshd.authorized_keys.write_text(f"{line}\n")
    polled = monctl.run("poll", "--once")
    assert polled.returncode == 0, polled.stdout + polled.stderr
    proof = monctl.folder / "proof"
    for stdin in ("", f"import os\nos.system('touch {proof}')\n", f"touch {proof}\n" * 3):
        done = _ssh(own_sshd, f"id; touch {proof}", stdin=stdin)
        assert done.returncode != 0
        assert "uid=" not in done.stdout
        assert not proof.exists()
    assert "monctl hosts harden" in _ssh(own_sshd, "id", stdin="x\ny\n").stderr


def test_a_key_that_is_not_hardened_would_have_run_the_command(own_sshd: Sshd) -> None:
    assert "uid=" in _ssh(own_sshd, "id").stdout


def test_hardening_without_a_key_is_wrong_use(hosts: Commands, tmp_path: Path) -> None:
    text = hosts.hosts_yaml.read_text()
    hosts.hosts_yaml.write_text(f"{text}  keyless: {{address: 127.0.0.4, key: {tmp_path / 'none'}}}\n")
    done = hosts.run("hosts", "harden", "keyless")
    assert (done.exit_code, done.stdout) == (2, "")
    assert "keyless: " in done.stderr


def _ssh(server: Sshd, command: str, *, stdin: str = "") -> subprocess.CompletedProcess[str]:
    options = ("BatchMode=yes", "IdentitiesOnly=yes", f"UserKnownHostsFile={server.known_hosts}")
    flags = [part for option in options for part in ("-o", option)]
    way = ["-F", "none", "-i", str(server.key), "-p", str(server.port), f"{server.user}@127.0.0.1"]
    return subprocess.run(
        ["ssh", *flags, *way, command], input=stdin, capture_output=True, text=True, timeout=30, check=False
    )
