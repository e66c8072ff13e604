"""The Dockerfile as instructions, and what .dockerignore leaves of a folder; as much of both as ours use."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path, PurePosixPath

_CONTINUED = re.compile(r"\\\n")


@dataclass(frozen=True)
class Instruction:
    """One instruction; `text` is what follows its word, lines joined."""

    word: str
    text: str

    @property
    def command(self) -> list[str]:
        """The command of an instruction in exec form."""
        command: list[str] = json.loads(self.text[self.text.index("[") :])
        return command


@dataclass
class Stage:
    """What one FROM begins."""

    base: str
    name: str | None
    instructions: list[Instruction] = field(default_factory=list)

    def all(self, word: str) -> list[Instruction]:
        """The instructions of a word, in order."""
        return [found for found in self.instructions if found.word == word]

    def one(self, word: str) -> Instruction:
        """The only instruction of a word."""
        (found,) = self.all(word)
        return found

    def environment(self) -> dict[str, str]:
        """What the ENV instructions set, as written."""
        pairs = (pair.partition("=") for env in self.all("ENV") for pair in env.text.split())
        return {name: value for name, _, value in pairs}


def parse_dockerfile(text: str) -> list[Stage]:
    """The stages in order, their bases with the defaults of ARG put in."""
    lines = [line for line in text.splitlines() if not line.lstrip().startswith("#")]
    arguments: dict[str, str] = {}
    stages: list[Stage] = []
    for line in _CONTINUED.sub(" ", "\n".join(lines)).splitlines():
        word, _, rest = line.strip().partition(" ")
        if word == "FROM":
            image, _, name = rest.partition(" AS ")
            stages.append(Stage(_with_arguments(image, arguments), name or None))
        elif word == "ARG" and not stages:
            arguments |= dict([rest.split("=", 1)])
        elif word:
            stages[-1].instructions.append(Instruction(word, rest.strip()))
    return stages


def _with_arguments(text: str, arguments: dict[str, str]) -> str:
    return re.sub(r"\$\{(\w+)\}", lambda match: arguments[match.group(1)], text)


class Ignored:
    """The patterns of a .dockerignore file without exceptions."""

    def __init__(self, text: str) -> None:
        lines = (line.strip() for line in text.splitlines())
        self._patterns = [line for line in lines if line and not line.startswith("#")]
        assert not any(pattern.startswith("!") for pattern in self._patterns)

    def leaves_out(self, path: PurePosixPath) -> bool:
        """Whether a path, relative to the context, or a folder around it is left out."""
        return any(self._matches(part) for part in (path, *path.parents) if part.parts)

    def left(self, root: Path) -> Iterator[Path]:
        """The files that are in the context, relative to the root."""
        folders = [root]
        while folders:
            for path in sorted(folders.pop().iterdir()):
                relative = path.relative_to(root)
                if self.leaves_out(PurePosixPath(relative)):
                    continue
                if path.is_dir() and not path.is_symlink():
                    folders.append(path)
                else:
                    yield relative

    def _matches(self, path: PurePosixPath) -> bool:
        for pattern in self._patterns:
            if pattern.startswith("**/"):
                if fnmatchcase(path.name, pattern.removeprefix("**/")):
                    return True
            elif fnmatchcase(str(path), pattern):
                return True
        return False
