"""What ssh says of a host is what monctl takes, asked no more often than it must be."""

import asyncio
import os
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from inventory.host import HostSpec
from metrics.results import Outcome
from poller.errors import PollFailed, SshConfigInvalid
from poller.openssh.child import user_shell
from poller.openssh.client import SshClient
from poller.ssh.ssh_config import SshConfig, Target

pytestmark = [pytest.mark.sshd, pytest.mark.anyio]


def _config(folder: Path, text: str) -> SshConfig:
    path = folder / "config"
    path.write_text(text)
    return SshConfig([path])


async def _target(config: SshConfig, address: str, **changes: object) -> Target:
    return await config.resolve(replace(HostSpec(name=address, address=address), **changes))  # type: ignore[arg-type]


async def test_what_a_users_own_lines_say_reaches_the_target(tmp_path: Path) -> None:
    config = _config(
        tmp_path,
        "# it's mine, caf\xe9\n"
        "Host web*\n HostName %h.corp.example\n User CORP\\alice\n Port 2222\n"
        " IdentityFile ~/.ssh/%r@%h-%p\n IdentityFile /keys/%d/%i-%u\n CertificateFile /certs/%n%%\n"
        " UserKnownHostsFile /known/%h /known/2\n HostKeyAlias Alias\n ConnectTimeout 10s\n"
        " ServerAliveInterval 1h\n BindAddress 127.0.0.9\n AddressFamily inet\n Ciphers aes256-ctr\n"
        " IdentitiesOnly yes\n IdentityAgent none\n PreferredAuthentications publickey\n"
        " ProxyCommand=~/bin/way --to='%h' %p %n %r %% $(hostname) | cat\n",
    )
    target = await _target(config, "web1")
    assert (target.address, target.port, target.user) == ("web1.corp.example", 2222, "CORP\\alice")
    assert target.key_files[0] == Path("~/.ssh/CORP\\alice@web1.corp.example-2222").expanduser()
    assert target.key_files[1] == Path(f"/keys/{Path.home()}/{os.getuid()}-{_name()}")
    assert target.certificate_files == (Path("/certs/web1%"),)
    assert target.known_hosts_files[:2] == (Path("/known/web1.corp.example"), Path("/known/2"))
    assert Path("/etc/ssh/ssh_known_hosts") in target.known_hosts_files
    assert target.proxy_command == (
        "~/bin/way --to='web1.corp.example' 2222 web1 CORP\\alice % $(hostname) | cat"
    )
    options = target.options
    assert (options.connect_seconds, options.alive_seconds) == (10, 3600)
    assert (options.bind_address, options.address_family.name) == ("127.0.0.9", "AF_INET")
    assert (options.ciphers, target.agent) == (("aes256-ctr",), "")
    assert target.host_key_alias == "alias"
    assert target.uses_agent_only_for_keys


async def test_a_path_in_quotes_is_one_path(tmp_path: Path) -> None:
    text = 'Host a\n UserKnownHostsFile "/a b/k" ~/c "~/d e/k" /a\n GlobalKnownHostsFile "/g h"\nHost b\n'
    files = (await _target(_config(tmp_path, text), "a")).known_hosts_files
    assert files == (Path("/a b/k"), Path.home() / "c", Path.home() / "d e/k", Path("/a"), Path("/g h"))


async def test_what_nobody_configured_is_left_to_monctl(tmp_path: Path) -> None:
    target = await _target(_config(tmp_path, "Host other\n Port 1\n"), "web1")
    assert (target.address, target.port, target.user) == ("web1", 22, _name())
    assert (target.key_files, target.known_hosts_files, target.certificate_files) == ((), (), ())
    assert target.options.ciphers == target.options.host_key_algorithms == ()
    assert (target.jump, target.proxy_command, target.agent) == (None, None, None)


def _name() -> str:
    return Path.home().owner()


async def test_the_inventorys_word_counts_first_also_for_what_matches_it(tmp_path: Path) -> None:
    config = _config(tmp_path, "Match user deploy\n Port 2200\nHost *\n User joe\n Port 1\n ProxyJump gate\n")
    assert (await _target(config, "a")).port == 1
    target = await _target(config, "a", user="deploy")
    assert (target.user, target.port, target.jump) == ("deploy", 2200, "gate")
    assert (await _target(config, "a", port=77)).port == 77
    assert (await _target(config, "a", jump="other")).jump == "other"


@pytest.mark.parametrize(
    ("written", "jump"),
    [
        ("ssh://u@h:2200", "u@h:2200"),
        ("ssh://u@h:22,bob@[::1]:22", "u@h:22,bob@[::1]:22"),
        ("%h-gate", "a-gate"),
        ("none", None),
    ],
)
async def test_jump_hosts_are_understood_however_they_are_written(
    tmp_path: Path, written: str, jump: str | None
) -> None:
    assert (await _target(_config(tmp_path, f"ProxyJump {written}\n"), "a")).jump == jump


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("Host *\n Port 22\nHost bad\n Foo bar\n", "config: line 4: Bad configuration option: foo"),
        ("Host *\nHost bad\n Port x\n", "config line 3: Bad "),
        ('Host "bad\n', "config line 1: "),
        ("Ciphers none-such\n", "config line 1: Bad SSH2 cipher spec"),
        ("ProxyCommand nc %y\n", "`%y` means nothing to ssh"),
    ],
)
async def test_a_mistake_is_told_with_file_and_line(tmp_path: Path, text: str, told: str) -> None:
    with pytest.raises(SshConfigInvalid) as failed:
        await _target(_config(tmp_path, text), "bad")
    assert told in failed.value.detail
    assert "ssh -G bad" in failed.value.advice


async def test_a_mistake_costs_only_the_host_that_it_stands_for(tmp_path: Path) -> None:
    """ssh looks at values where they count: a wrong one in another host's lines is nothing to this one."""
    config = _config(tmp_path, "Match host bad\n ProxyCommand nc %y\n")
    assert (await _target(config, "good")).proxy_command is None
    with pytest.raises(SshConfigInvalid):
        await _target(config, "bad")


async def test_a_configuration_that_includes_itself_is_an_error_that_names_it(tmp_path: Path) -> None:
    with pytest.raises(SshConfigInvalid) as failed:
        await _target(_config(tmp_path, f"Include {tmp_path}/config\n"), "a")
    assert f"{tmp_path}/config" in failed.value.detail
    assert "Too many recursive configuration includes" in failed.value.detail


async def test_hosts_that_no_line_tells_apart_are_asked_about_once(tmp_path: Path) -> None:
    config = _config(tmp_path, "Host db*\n Port 5\nHost * !x\n User joe\n ControlPath /run/%C\n")
    names = [
        *(f"10.0.0.{n}" for n in range(50)),
        *(f"DB{n}" for n in range(20)),
        *(f"db{n}" for n in range(20)),
    ]
    targets = await asyncio.gather(*(_target(config, name) for name in names))
    assert [target.address for target in targets] == [name.lower() for name in names]
    assert [target.port for target in targets] == [22] * 50 + [22] * 20 + [5] * 20
    assert config.answers.client.questions == 1 + 3  # what holds without a configuration, and three kinds


async def test_a_changed_new_or_lost_file_makes_ssh_be_asked_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("poller.openssh.answers._FRESH_SECONDS", 0.0)
    config = _config(tmp_path, f"Include {tmp_path}/more/*.conf\nHost *\n Port 1\n")
    ports = [(await _target(config, "a")).port]
    (tmp_path / "more").mkdir()
    steps: list[Callable[[], object]] = [
        lambda: (tmp_path / "more" / "b.conf").write_text("Port 2\n"),
        lambda: (tmp_path / "more" / "a.conf").write_text("Port 3\n"),
        lambda: (tmp_path / "more" / "a.conf").write_text("Port 44\n"),
        lambda: (tmp_path / "more" / "c.conf.swp").write_text("b0VIM\n"),
        lambda: (tmp_path / "more" / "a.conf").unlink(),
        lambda: (tmp_path / "config").write_text("Port 5\n"),
    ]
    for step in steps:
        step()
        ports.append((await _target(config, "a")).port)
    assert ports == [1, 2, 3, 44, 44, 2, 5]
    before = config.answers.client.questions
    await _target(config, "a")
    assert config.answers.client.questions == before


async def test_a_command_that_decides_is_asked_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("poller.openssh.answers._FRESH_SECONDS", 0.0)
    config = _config(tmp_path, f'Match exec "test -e {tmp_path}/at-home && test %h = a"\n Port 5\n')
    assert (await _target(config, "a")).port == 22
    (tmp_path / "at-home").touch()
    assert (await _target(config, "a")).port == 5
    assert (await _target(config, "b")).port == 22


@pytest.mark.parametrize("user", ["$SECRET", "a b", "a#b", "~root", "a*"])
async def test_no_command_of_the_configuration_is_given_a_user_that_a_shell_would_change(
    tmp_path: Path, user: str
) -> None:
    for line in (f'Match exec "echo %r > {tmp_path}/ran"\n', "ProxyCommand nc -l %r\n"):
        with pytest.raises(PollFailed, match="cannot take"):
            await _target(_config(tmp_path, line), "a", user=user)
    assert not (tmp_path / "ran").exists()
    assert (await _target(_config(tmp_path, "ProxyCommand nc %h\n"), "a", user=user)).user == user


async def test_a_command_that_hangs_costs_its_host_the_hosts_timeout_and_no_other(tmp_path: Path) -> None:
    mark = f"29{os.getpid()}"
    config = _config(tmp_path, f'Match host hung* exec "sleep {mark} & sleep {mark}"\n Port 5\n')
    hung = [asyncio.create_task(_target(config, f"hung{n}", timeout=1.5)) for n in range(30)]
    started = time.monotonic()
    for number in range(5):
        assert (await _target(config, f"good{number}", timeout=60)).port == 22
    assert time.monotonic() - started < 30
    failures = await asyncio.gather(*hung, return_exceptions=True)
    assert {getattr(failure, "outcome", failure) for failure in failures} == {Outcome.TIMEOUT}
    assert all("Match exec" in str(failure) for failure in failures)
    await _no_more_sleepers(mark)


async def test_giving_up_ends_the_command_at_once(tmp_path: Path) -> None:
    mark = f"28{os.getpid()}"
    config = _config(tmp_path, f'Match exec "sleep {mark}"\n Port 5\n')
    waiting = asyncio.create_task(_target(config, "a", timeout=60))
    while not _sleepers(mark):
        await asyncio.sleep(0.01)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    await _no_more_sleepers(mark)


async def _no_more_sleepers(mark: str) -> None:
    """Wait for the end of what was killed; it would come by itself in some minutes."""
    async with asyncio.timeout(20):
        while _sleepers(mark):
            await asyncio.sleep(0.02)


def _sleepers(mark: str) -> list[str]:
    command_lines = (path for path in Path("/proc").glob("[0-9]*/cmdline"))
    return [path.parent.name for path in command_lines if f"sleep\0{mark}".encode() in _content(path)]


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        return b""


async def test_a_number_without_a_name_reads_the_configuration_by_itself(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As a container may run; ssh does not start for such, and asyncssh wants a name all the same."""

    def nobody(uid: int) -> object:
        raise KeyError(uid)

    (tmp_path / "ssh").write_text("#!/bin/sh\necho >&2 No user exists for uid 1234; exit 255\n")
    (tmp_path / "ssh").chmod(0o755)
    monkeypatch.setattr("pwd.getpwuid", nobody)
    for name in ("LOGNAME", "USER", "LNAME", "USERNAME"):
        monkeypatch.setenv(name, "")  # so that what is set meanwhile is undone
        monkeypatch.delenv(name)
    config = _config(tmp_path, "Host web*\n Port 5\n")
    config.answers.client = SshClient(environ={"PATH": f"{tmp_path}:/bin"})
    target = await _target(config, "web1")
    assert (target.port, target.user) == (5, str(os.getuid()))


async def test_commands_are_run_also_for_a_user_who_may_not_log_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """systemd gives a service its user's shell, which is nologin for such."""
    monkeypatch.setenv("SHELL", "/usr/sbin/nologin")
    assert (await _target(_config(tmp_path, 'Match exec "true"\n Port 5\n'), "a")).port == 5
    assert user_shell(os.environ) == "/bin/sh"
    assert user_shell({"SHELL": "/bin/zsh"}) == "/bin/zsh"


async def test_without_a_configuration_nobody_is_asked() -> None:
    config = SshConfig([])
    assert (await _target(config, "Web")).address == "Web"
    assert config.answers.client.questions == 0


async def test_an_ssh_that_is_no_openssh_is_not_asked_again_and_again(tmp_path: Path) -> None:
    (tmp_path / "ssh").write_text("#!/bin/sh\necho >&2 unknown option -G; exit 1\n")
    (tmp_path / "ssh").chmod(0o755)
    config = _config(tmp_path, "Host web*\n Port 5\n")
    config.answers.client = SshClient(environ={"PATH": f"{tmp_path}:/bin"})
    assert [(await _target(config, f"web{n}")).port for n in range(5)] == [5] * 5
    assert config.answers.client.questions == 1


async def test_without_ssh_the_configuration_is_read_by_monctl(tmp_path: Path) -> None:
    text = "Host web*\n Port 5\n ProxyCommand nc '%h' %p\n IdentityFile /k/%h\n Ciphers aes256-ctr\n"
    asked = await _target(_config(tmp_path, text), "web1")
    config = _config(tmp_path, text)
    config.answers.client = SshClient(environ={"PATH": str(tmp_path)})
    target = await _target(config, "web1")
    assert target.proxy_command == "nc web1 5"
    assert (target.port, target.key_files, target.options.ciphers) == (
        asked.port,
        asked.key_files,
        asked.options.ciphers,
    )
    broken = _config(tmp_path, "Host *\n Port x\n")
    broken.answers.client = config.answers.client
    with pytest.raises(SshConfigInvalid, match="config line 2"):
        await _target(broken, "a")
