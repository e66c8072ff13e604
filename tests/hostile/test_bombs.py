"""A small file that stands for much is refused before anything is made of it, whatever makes it much."""

import os
from pathlib import Path

import pytest

from tests.hostile.loading import Loading, load_apart

_NINES = [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 10)]
ALIASES = "\n".join(["a0: &a0 [x, x, x, x, x, x, x, x, x]", *_NINES])
LONG_TEXTS = "\n".join([f"a0: &a0 [{'x' * 50_000}]", *_NINES])
TAGS = ", ".join(f"tag{n}: {'x' * 50}" for n in range(2000))
MERGES = f"a: &a {{{TAGS}}}\n" + "\n".join(f"b{n}: {{<<: *a}}" for n in range(600))


def _loaded(folder: Path, name: str, text: str) -> Loading:
    file = folder / name
    file.write_text(text)
    return load_apart(file)


@pytest.mark.parametrize("name", ["hosts.yaml", "monctl.yaml"])
@pytest.mark.parametrize("text", [ALIASES, LONG_TEXTS, MERGES], ids=["aliases", "long texts", "merges"])
def test_an_alias_bomb_is_told_and_costs_little(tmp_path: Path, name: str, text: str) -> None:
    loading = _loaded(tmp_path, name, text)
    (problem,) = loading.problems
    assert f"{tmp_path / name}:" in problem
    assert "makes the document more than" in problem
    assert loading.megabytes < 250


def test_a_monctl_yaml_is_no_larger_than_settings_are(tmp_path: Path) -> None:
    loading = _loaded(tmp_path, "monctl.yaml", "- &a [x]\n" + "- *a\n" * 1_000_000)
    assert loading.problems == [f"{tmp_path / 'monctl.yaml'}: is larger than 4 MiB"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(
            f"defaults: {{tags: {{{TAGS}}}}}\nhosts: {{'h[00001:99999]': 10.0.0.1}}",
            "hosts.yaml:2: hosts.h[00001:99999]: makes this too large",
            id="a range of hosts with long defaults",
        ),
        pytest.param(
            f"groups: {{g: {{tags: {{{TAGS}}}}}}}\nhosts:\n"
            + "\n".join(f"  h{n}: {{groups: g}}" for n in range(3_000)),
            "makes this too large",
            id="hosts with a long group",
        ),
        pytest.param(
            "hosts:\n" + "  h: 1\n" * 200_000, "has more than 1,000 problems", id="a problem a line"
        ),
        pytest.param(
            f"groups: {{{', '.join(f'group{n}: ' for n in range(20_000))}}}\nhosts:\n"
            + "\n".join(f"  h{n}: {{groups: [groupx{n}]}}" for n in range(20_000)),
            "has more than 1,000 problems",
            id="unknown groups beside many",
        ),
        pytest.param(
            "hosts:\n" + "  - {}\n" * 1_500_000, "makes the document more than 1,000,000", id="values alone"
        ),
    ],
)
def test_what_a_hosts_yaml_stands_for_is_bounded(tmp_path: Path, text: str, expected: str) -> None:
    loading = _loaded(tmp_path, "hosts.yaml", text)
    assert any(expected in problem for problem in loading.problems)
    assert loading.megabytes < 500
    assert loading.seconds < 40


def test_long_ways_to_many_hosts_are_followed_once(tmp_path: Path) -> None:
    hops = ",".join(f"h{n:03}" for n in range(1, 9))
    text = f"defaults: {{jump: '{hops}'}}\nhosts: {{'h[001:999]': {{jump: ~}}, 'k[00001:50000]': }}"
    loading = _loaded(tmp_path, "hosts.yaml", text)
    assert not loading.problems
    assert loading.megabytes < 300


@pytest.mark.parametrize("kind", ["pipe", "device", "folder"])
@pytest.mark.parametrize("name", ["hosts.yaml", "monctl.yaml"])
def test_what_is_no_file_is_told_at_once(tmp_path: Path, name: str, kind: str) -> None:
    path = tmp_path / name
    match kind:
        case "pipe":
            os.mkfifo(path)
        case "device":
            path.symlink_to("/dev/zero")
        case _:
            path.mkdir()
    loading = load_apart(path, timeout=20)
    (problem,) = loading.problems
    assert f"{path}: " in problem
    assert loading.megabytes < 50
