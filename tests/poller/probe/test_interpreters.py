"""The probe under every Python from 3.6 on that this machine has, installed for itself or by pyenv."""

import os
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from metrics.sampling.answer import decode_answer
from poller.probing import bootstrap
from tests.poller.probe.running import ALL, running

_FOLDERS = (
    *os.environ.get("PATH", "").split(os.pathsep),
    *map(str, Path.home().glob(".pyenv/versions/*/bin")),
    *map(str, Path.home().glob(".local/share/uv/python/*/bin")),
)
_NAMES = ("python3", *(f"python3.{minor}" for minor in range(6, 15)), "pypy3")
_ASKING = "import sys; print('%s %d.%d' % (sys.implementation.name, *sys.version_info[:2]), sys.executable)"


def _interpreters() -> Iterator[tuple[str, str]]:
    """Implementation and version, such as cpython 3.6, and the program: one of each."""
    paths = [str(path) for folder in _FOLDERS for name in _NAMES if (path := Path(folder) / name).is_file()]
    asked = [
        subprocess.Popen([path, "-c", _ASKING], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        for path in {os.path.realpath(path): path for path in reversed(paths)}.values()
    ]
    programs: dict[str, str] = {}
    for process in asked:
        said = process.communicate()[0].split(maxsplit=2)
        if len(said) == 3 and process.returncode == 0:  # a shim of pyenv may have no Python behind it
            programs[" ".join(said[:2])] = said[2].strip()
    yield from sorted(programs.items())


@pytest.fixture(scope="module")
def interpreters() -> Sequence[tuple[str, str]]:
    """Every interpreter of this machine."""
    return tuple(_interpreters())


def test_the_probe_answers_without_a_complaint_under_every_python_here(
    interpreters: Sequence[tuple[str, str]],
) -> None:
    assert interpreters
    for name, program in interpreters:
        with running("proc", command=(program, "-c", "exec(input())")) as probe:
            assert f" {probe.hello['python']}".startswith(f" {name.partition(' ')[2]}."), name
            assert probe.hello["backend"] == "proc"
            for number in (1, 2):
                answer = probe.ask(*ALL, "netfs", number=number, deadline=20.0)
                assert answer["id"] == number
                assert {"cpu", "mem", "swap", "system", "net", "diskio", "processes"} <= answer.keys(), name
            probe.send(b'{"id": 3, "collect": ["cpu", "mem", "top", "no such"]}')
            decoded = decode_answer(probe.output.readline())
            assert set(decoded.errors) == {"top", "no such"}, name
            probe.input.close()
            assert probe.process.wait(10) == 0
            assert probe.process.stderr
            assert probe.process.stderr.read() == b"", name


def test_one_without_psutil_is_read_from_proc_where_nothing_else_is_asked_for(
    interpreters: Sequence[tuple[str, str]],
) -> None:
    for name, program in interpreters:
        with running("auto", command=(program, "-S", "-c", "exec(input())")) as probe:
            assert (probe.hello["backend"], probe.hello["psutil"]) == ("proc", None), name
            assert probe.ask("cpu")["cpu"]["rows"], name


def test_every_python_here_takes_the_start_of_a_restricted_key(
    interpreters: Sequence[tuple[str, str]],
) -> None:
    for name, program in interpreters:
        command = bootstrap.restricted_command(program).partition('command="')[2][:-1].replace('\\"', '"')
        with running("proc", command=("sh", "-c", command)) as probe:
            assert probe.ask("cpu")["cpu"]["rows"], name
