"""The image's build done without Docker: its instructions in a folder, with this machine's Python.

Paths of the image stand for folders here; what makes users and installs packages is left out.
"""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

from deploy.runtime_requirements import pinned
from tests.deploy.dockerfile import Ignored, Stage, parse_dockerfile

ROOT = Path(__file__).parent.parent.parent
_PATHS = ("build", "opt/venv", "tmp", "data", "etc/monctl", "var/lib/apt")
_IMAGE_PATH = re.compile(rf"(?<![\w./])/({'|'.join(_PATHS)})(?![\w-])")
_LEFT_OUT = ("groupadd", "useradd", "apt-get")


def dockerfile() -> list[Stage]:
    """The stages of the project's Dockerfile."""
    return parse_dockerfile((ROOT / "Dockerfile").read_text())


def ignored() -> Ignored:
    """The project's .dockerignore."""
    return Ignored((ROOT / ".dockerignore").read_text())


def shared_python() -> str:
    """A Python that other users may run as well, where there is one; this one elsewhere."""
    for python in (sys.executable, "/usr/bin/python3"):
        if Path(python).exists() and is_shared(Path(python)) and _makes_environments(python):
            return python
    return sys.executable


def is_shared(path: Path) -> bool:
    """Whether every user may enter all folders around what a path leads to."""
    return all(folder.stat().st_mode & 0o001 for folder in path.resolve().parents)


def _makes_environments(python: str) -> bool:
    code = "import ensurepip, sys; sys.exit(sys.version_info < (3, 11))"
    return subprocess.run([python, "-c", code], capture_output=True, check=False).returncode == 0


class Image:
    """What the stages make in `folder`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._python = folder / "python"
        self._shims = folder / "shims"
        self.stages = {stage.name: stage for stage in dockerfile()}
        for path in _PATHS[2:]:
            (folder / path).mkdir(parents=True, exist_ok=True)

    def build(self) -> None:
        """Run every stage but those that only give files; raises CalledProcessError with what was said."""
        subprocess.run([shared_python(), "-m", "venv", str(self._python)], check=True)
        self._renew_pip()
        self._shims.mkdir()
        for name in _LEFT_OUT:
            (self._shims / name).write_text('#!/bin/sh\necho "$0 $*"\n')
            (self._shims / name).chmod(0o755)
        for stage in ("build", None):
            self._run_stage(self.stages[stage])

    def _renew_pip(self) -> None:
        """Have the pip that is pinned: one as old as some systems' takes twice as long."""
        requirements = self.folder / "pip.txt"
        requirements.write_text(pinned((ROOT / "constraints.txt").read_text())["pip"])
        command = [str(self._python / "bin/python"), "-m", "pip", "install", "--quiet", "--require-hashes"]
        subprocess.run([*command, "-r", str(requirements)], check=True)

    def here(self, text: str) -> str:
        """Text with the image's paths as they are here."""
        return _IMAGE_PATH.sub(lambda match: f"{self.folder}/{match.group(1)}", text)

    @property
    def environ(self) -> dict[str, str]:
        """The environment of a container, with nothing of this process' but what finds libraries."""
        final = {name: self.here(value) for name, value in self.stages[None].environment().items()}
        return final | {"PATH": final["PATH"].replace("$PATH", os.environ["PATH"])}

    @property
    def command(self) -> list[str]:
        """What a container runs by default."""
        final = self.stages[None]
        return self._command(final.one("ENTRYPOINT").command + final.one("CMD").command)

    @property
    def health_check(self) -> list[str]:
        """The command that says whether a container is well."""
        return self._command(self.stages[None].one("HEALTHCHECK").command)

    def _command(self, words: list[str]) -> list[str]:
        return [str(self.folder / "opt/venv/bin" / words[0]), *map(self.here, words[1:])]

    def _run_stage(self, stage: Stage) -> None:
        folder = self.folder
        environ = {**os.environ, "PATH": f"{self._shims}:{self._python / 'bin'}:{os.environ['PATH']}"}
        # what would lead imports astray in a clean place
        environ.pop("PYTHONPATH", None)
        if stage.name == "build":
            environ |= stage.environment()
            # what is thrown away with a layer is worth keeping here
            environ.pop("PIP_NO_CACHE_DIR")
        for instruction in stage.instructions:
            if instruction.word == "WORKDIR":
                folder = Path(self.here(instruction.text))
                folder.mkdir(parents=True, exist_ok=True)
            elif instruction.word == "COPY" and not instruction.text.startswith("--from"):
                *sources, target = instruction.text.split()
                self._copy(sources, folder / target)
            elif instruction.word == "RUN":
                command = ["sh", "-ec", self.here(instruction.text)]
                subprocess.run(
                    command, cwd=folder, env=environ, check=True, capture_output=True, text=True, timeout=500
                )

    def _copy(self, sources: list[str], target: Path) -> None:
        for source in sources:
            if source == ".":
                for path in ignored().left(ROOT):
                    self._copy_file(ROOT / path, target / path)
            else:
                self._copy_file(ROOT / source, target / Path(source).name)

    def _copy_file(self, source: Path, target: Path) -> None:
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(source, target, follow_symlinks=False)
