"""Prints what the installed program needs, pinned with hashes: constraints.txt without development's part.

`python deploy/runtime_requirements.py > requirements.txt`; needs pip 23 or newer and a package index.
"""

import json
import re
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path

_ROOT = Path(__file__).parent.parent
_PINNED = re.compile(r"^([A-Za-z0-9._-]+)==([^\s;\\]+)")


def pinned(constraints: str) -> dict[str, str]:
    """Each package's entry of a constraints file with hashes, by normalized name."""
    entries = {}
    for entry in re.split(r"\n(?=\S)", constraints.strip()):
        match = _PINNED.match(entry)
        if match is not None:
            entries[_normalized(match.group(1))] = entry
    return entries


def selected(names: list[str], entries: dict[str, str]) -> str:
    """The entries of these packages, by name; raises KeyError for a package that is not pinned."""
    return "".join(f"{entries[name]}\n" for name in sorted(map(_normalized, names)))


def packages_to_install(dependencies: list[str], entries: dict[str, str]) -> list[str]:
    """The names of all packages that pip would install for the dependencies at the pinned versions.

    Raises CalledProcessError when pip finds no solution.
    """
    with tempfile.TemporaryDirectory() as folder:
        # pip refuses constraints that have hashes as long as any requirement has none
        versions = Path(folder, "versions.txt")
        versions.write_text("".join(f"{_version(entry)}\n" for entry in entries.values()))
        report = Path(folder, "report.json")
        options = ["--quiet", "--dry-run", "--ignore-installed", "--report", str(report), "-c", str(versions)]
        command = [sys.executable, "-m", "pip", "install", *options, *dependencies]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)  # noqa: S603 -- fixed but for our own pins
        installation = json.loads(report.read_text())
    return [package["metadata"]["name"] for package in installation["install"]]


def _version(entry: str) -> str:
    match = _PINNED.match(entry)
    assert match is not None
    return match.group()


def _normalized(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def main() -> None:
    """Print the requirements."""
    entries = pinned((_ROOT / "constraints.txt").read_text())
    project = tomllib.loads((_ROOT / "pyproject.toml").read_text())["project"]
    sys.stdout.write(selected(packages_to_install(project["dependencies"], entries), entries))


if __name__ == "__main__":
    main()
