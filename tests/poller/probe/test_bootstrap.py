"""The start command reaches Python unharmed through every shell, and a missing Python is recognised."""

import ast
import base64
import hashlib
import json
import re
import shlex
import shutil
import subprocess
import sys
import zlib
from pathlib import Path
from typing import Any

import pytest

from inventory.host import ProbeBackend
from poller.probing import bootstrap
from tests.poller.probe.running import NONCE
from tests.poller.probe.windows_shells import (
    split_arguments,
    through_cmd,
    through_cmd_slash_c,
    through_powershell,
)

SHELLS = ("sh", "bash", "dash", "ksh", "zsh", "fish", "csh", "tcsh", "busybox")
ABSENT = [shell for shell in SHELLS if not shutil.which(shell)]
PRESENT = [shell for shell in SHELLS if shutil.which(shell)]
REQUEST = json.dumps({"id": 1, "collect": ["mem"], "deadline": 2.0}).encode() + b"\n"


def _shell(name: str) -> list[str]:
    return [name, "sh", "-c"] if name == "busybox" else [name, "-c"]


def _start(command: list[str], payload: bytes) -> "subprocess.CompletedProcess[bytes]":
    inputs = payload + bootstrap.config_line(NONCE, ProbeBackend.PROC) + REQUEST
    return subprocess.run(command, input=inputs, capture_output=True, timeout=30)


def _answers(ended: "subprocess.CompletedProcess[bytes]") -> list[Any]:
    return [json.loads(line) for line in ended.stdout.splitlines() if line.startswith(b"{")]


@pytest.mark.skipif(not ABSENT, reason="every shell is here")
def test_shells_that_are_not_here_are_named() -> None:
    pytest.skip(f"not tried, since they are not installed: {', '.join(ABSENT)}")


@pytest.mark.parametrize("shell", PRESENT)
def test_the_start_command_runs_the_probe_through_this_shell(shell: str) -> None:
    (command,) = bootstrap.start_commands(sys.executable)
    ended = _start([*_shell(shell), command], bootstrap.payload())
    assert ended.returncode == 0, ended.stderr
    hello, answer = _answers(ended)
    assert (hello["nonce"], answer["id"]) == (NONCE, 1)


def test_the_usual_commands_are_python3_first_and_the_same_argument_each() -> None:
    commands = bootstrap.start_commands(None)
    assert commands[0] == 'python3 -c "exec(input())"'
    assert {shlex.split(command)[-1] for command in commands} == {"exec(input())"}
    assert "py -3" in {command.split(" -c")[0] for command in commands}


@pytest.mark.parametrize("command", bootstrap.start_commands(None))
@pytest.mark.parametrize("shell", [through_cmd, through_cmd_slash_c, through_powershell, str])
def test_windows_hands_python_exactly_the_argument(command: str, shell: Any) -> None:
    arguments = split_arguments(shell(command))
    assert arguments[-2:] == ["-c", "exec(input())"]
    assert arguments[:-2] == command.split(" -c")[0].split()


@pytest.mark.parametrize(
    ("line", "arguments"),
    [
        (r'a "b c" d', ["a", "b c", "d"]),
        (r'"a\\b" c', ["a\\\\b", "c"]),
        (r"a\\\"b c", ['a\\"b', "c"]),
        (r'a\\"b c" d', ["a\\b c", "d"]),
        (r'"a""b" c', ['a"b', "c"]),
    ],
)
def test_the_helper_reads_microsofts_own_examples_as_documented(line: str, arguments: list[str]) -> None:
    assert split_arguments(line) == arguments


@pytest.mark.parametrize("line", ["python -c %PATH%", "python & del x", "python (x)"])
def test_the_helper_sees_what_cmd_would_act_on(line: str) -> None:
    with pytest.raises(ValueError, match=r"cmd\.exe"):
        through_cmd(line)


def test_a_python_that_is_not_there_is_recognised_in_every_shell_here() -> None:
    for shell in PRESENT:
        for missing in ("python3-nowhere", "/nowhere/python3"):
            ended = subprocess.run([*_shell(shell), f'{missing} -c "exec(input())"'], capture_output=True)
            text = ended.stderr.decode()
            assert bootstrap.is_python_missing(ended.returncode, text), (shell, ended.returncode, text)


@pytest.mark.parametrize(
    ("status", "stderr"),
    [
        (9009, ""),
        (9009, "Python was not found; run without arguments to install from the Microsoft Store\r\n"),
        (1, "'python3' is not recognized as an internal or external command,\r\noperable program.\r\n"),
        (1, "Der Befehl \"python3\" ist entweder falsch geschrieben oder\r\nkonnte nicht gefunden\r\n"),
        (1, "The system cannot find the path specified.\r\n"),
        (1, "Le chemin d’accès spécifié est introuvable.\r\n"),
        (1, "python3 : The term 'python3' is not recognized as the name of a cmdlet\r\n + CategoryInfo"),
        (1, "#< CLIXML\n<Objs Version=\"1.1.0.1\"></Objs>"),
        (1, "python3: Command not found.\n"),
        (1, "xcrun: error: invalid active developer path (/Library/Developer/CommandLineTools)\n"),
        (126, "bash: /usr/bin/python3: Permission denied\n"),
        (127, "pyenv: python3: command not found\n"),
        (1, "monctl: needs Python 3.6 or newer, this is 2.7.18\n"),
    ],
)  # fmt: skip
def test_other_systems_words_for_a_missing_python_are_recognised(status: int, stderr: str) -> None:
    assert bootstrap.is_python_missing(status, stderr)


@pytest.mark.parametrize(
    ("status", "stderr"),
    [
        (0, ""),
        (None, ""),
        (1, ""),
        (1, "This account is currently not available.\n"),
        (1, 'Traceback (most recent call last):\n  File "<string>", line 1, in <module>\npython: no\n'),
        (1, 'Traceback (most recent call last):\r\n  File "<string>", line 1\r\nEOFError\r\n'),
        (3, "python\n"),
        (255, "Connection closed\n"),
    ],
)
def test_other_ends_are_not_taken_for_a_missing_python(status: int | None, stderr: str) -> None:
    assert not bootstrap.is_python_missing(status, stderr)


def test_the_payload_is_two_lines_of_ascii_and_the_hash_is_of_the_second() -> None:
    first, second, rest = bootstrap.payload().split(b"\n")
    assert rest == b""
    assert first.isascii()
    assert second.isascii()
    assert hashlib.sha256(second).hexdigest() == bootstrap.payload_sha256()
    compile(first.decode(), "first", "eval")


def test_the_sent_source_is_the_file_without_docstrings_comments_and_annotations() -> None:
    sent = zlib.decompress(base64.b64decode(bootstrap.payload().split(b"\n")[1])).decode()
    kept = Path(bootstrap.__file__).with_name("probe.py").read_text()
    assert "#" not in re.sub(r"'[^'\n]*'", "", sent)
    names = {node.name for node in ast.walk(ast.parse(kept)) if isinstance(node, ast.FunctionDef)}
    functions = [node for node in ast.walk(ast.parse(sent)) if isinstance(node, ast.FunctionDef)]
    assert {node.name for node in functions} == names
    assert all(ast.get_docstring(node) is None and node.returns is None for node in functions)


def test_lean_source_does_the_same() -> None:
    source = (
        '"""Doc."""\nx: int = 3  # why\ny: int\nclass A:\n    """Doc."""\n'
        'def f(a: "int") -> "int":\n    """Doc."""\n    return a + x\n'
    )
    space: dict[str, Any] = {}
    exec(bootstrap.lean_source(source), space)
    assert space["f"](4) == 7
    assert "Doc" not in bootstrap.lean_source(source)


def _forced_command() -> str:
    """What sshd makes of the authorized_keys options: the text between the quotes, \\" taken as a quote."""
    options = bootstrap.restricted_command(sys.executable)
    start = 'restrict,command="'
    assert options.startswith(start)
    command, at = [], len(start)
    while options[at] != '"':
        at += options[at : at + 2] == '\\"'
        command.append(options[at])
        at += 1
    assert options[at + 1 :] == ""
    return "".join(command)


@pytest.mark.parametrize("shell", PRESENT)
def test_a_restricted_key_runs_this_probe_through_this_shell(shell: str) -> None:
    ended = _start([*_shell(shell), _forced_command()], bootstrap.payload())
    assert ended.returncode == 0, ended.stderr
    assert [line.get("id") for line in _answers(ended)] == [None, 1]


def test_a_restricted_key_runs_nothing_else() -> None:
    evil = base64.b64encode(zlib.compress(b"print('{\"taken\": true}')"))
    for payload in (
        b"print('{}')\n" + evil + b"\n",
        bootstrap.payload().split(b"\n")[0] + b"\n" + evil + b"\n",
        evil + b"\n\n",
        b"\n" * 5,
    ):
        ended = _start(["sh", "-c", _forced_command()], payload)
        assert ended.returncode == 1
        assert ended.stdout == b""
        assert b"monctl hosts harden" in ended.stderr


def test_the_first_line_of_a_restricted_key_is_not_run() -> None:
    _, second, _ = bootstrap.payload().split(b"\n")
    ended = _start(["sh", "-c", _forced_command()], b"raise SystemExit(9)\n" + second + b"\n")
    assert ended.returncode == 0
    assert _answers(ended)[0]["nonce"] == NONCE


def test_the_configuration_line_holds_nonce_and_backend() -> None:
    line = bootstrap.config_line("ab12", ProbeBackend.PSUTIL)
    assert line.endswith(b"\n")
    assert json.loads(line) == {"nonce": "ab12", "backend": "psutil"}
