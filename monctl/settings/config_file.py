"""monctl.yaml as plain values, each with the line it stands on."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from foundation.documents.errors import FileUnusable, Problem, ValueInvalid
from foundation.documents.file import read_document
from foundation.documents.report import Report
from foundation.documents.variables import resolve
from foundation.documents.yaml import SETTINGS_BOUNDS, Located, read_yaml

MAX_FILE_BYTES = 4 * 1024 * 1024


class ConfigFile:
    """A settings file: `values` with variables put in, `problems` as lines that name file, line and key.

    Mappings among the values still know their lines.

    `unresolved`: the dotted keys whose variables could not be put in; their values stay as written.
    """

    def __init__(self, file: Path, environ: Mapping[str, str]) -> None:
        self._file = file
        self._environ = environ
        self._report = Report(str(file))
        self._document: Any = None
        self.values: dict[str, Any] = {}
        self.unresolved: set[str] = set()
        self._unresolved_lines: set[int] = set()
        self._load()

    @property
    def problems(self) -> list[str]:
        """What is wrong with the file as YAML, and with its variables."""
        return [str(problem) for problem in self._report.problems]

    def line(self, path: tuple[Any, ...]) -> int | None:
        """The line of a key, of the nearest key around it if it is not in the file; None without any."""
        line, _, _ = _follow(self._document, path)
        return line

    def text_at(self, path: tuple[Any, ...]) -> str | None:
        """The text at a key before variables are put in; None where there is none."""
        _, node, is_there = _follow(self._document, path)
        return node if is_there and isinstance(node, str) else None

    def resolved_text_at(self, path: tuple[Any, ...]) -> str | None:
        """The same with variables put in."""
        _, node, is_there = _follow(self.values, path)
        return node if is_there and isinstance(node, str) else None

    def where(self, path: tuple[Any, ...]) -> str:
        """`file:line` of a key, of the nearest key around it if it is not in the file."""
        line = self.line(path)
        if line is None:
            return f"environment or {self._file}"
        return f"{self._file}:{line}"

    def describe(self, problem: Problem) -> str:
        """A problem as a line that names this file; one without a line may be the environment's fault."""
        if problem.line is None:
            return f"environment or {self._file}: {problem}"
        return str(replace(problem, file=str(self._file)))

    def is_unresolved_on(self, line: int | None) -> bool:
        """Whether a variable of this line could not be put in."""
        return line in self._unresolved_lines

    def _load(self) -> None:
        text = self._text()
        if text is None:
            return
        self._document = read_yaml(text, self._report, bounds=SETTINGS_BOUNDS)
        if isinstance(self._document, Located):
            self.values = self._with_variables(self._document, "", self._document.line)
        elif self._document is not None:
            self._report.add(1, "", message="must be a mapping of settings")

    def _text(self) -> str | None:
        """The file's text; None without a file, and after noting why it cannot be read."""
        try:
            return read_document(self._file, max_bytes=MAX_FILE_BYTES).decode("utf-8")
        except FileUnusable as error:
            if not error.is_missing:
                self._report.add(None, "", message=error.reason[:1].lower() + error.reason[1:])
        except UnicodeDecodeError:
            self._report.add(None, "", message="is not UTF-8 text")
        return None

    def _with_variables(self, value: Any, field: str, line: int) -> Any:
        if isinstance(value, Located):
            located = Located(value.line)
            located.lines = value.lines
            for key, inner in value.items():
                located[key] = self._with_variables(
                    inner, f"{field}.{key}" if field else key, value.lines[key]
                )
            return located
        if isinstance(value, list):
            return [self._with_variables(inner, field, line) for inner in value]
        if isinstance(value, str):
            try:
                return resolve(value, self._environ)
            except ValueInvalid as error:
                self._report.add(line, field, message=error.message)
                self.unresolved.add(field)
                self._unresolved_lines.add(line)
        return value


def _follow(document: Any, path: tuple[Any, ...]) -> tuple[int | None, Any, bool]:
    """The line and the value of the last key on the path that is there, and whether that is its end."""
    line, node = None, document
    for part in path:
        if isinstance(node, Located) and part in node:
            line, node = node.lines[part], node[part]
        elif isinstance(node, list) and isinstance(part, int) and part < len(node):
            node = node[part]
            line = node.line if isinstance(node, Located) else line
        else:
            return line, node, False
    return line, node, True
