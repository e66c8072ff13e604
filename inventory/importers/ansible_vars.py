"""Variables in group_vars and host_vars beside an Ansible inventory."""

from collections.abc import Iterator
from pathlib import Path

from inventory.errors import ImportUnreadable
from inventory.importers.ansible_groups import AnsibleInventory, Variable
from inventory.importers.ansible_yaml import located_document, variables_of
from inventory.importers.sources import is_vaulted
from inventory.importers.text import files_in, is_file, is_folder, read_text, require_utf8

_SUFFIXES = ("", ".yml", ".yaml", ".json")
_MOST_LEVELS = 8


class VariableFiles:
    """The files of variables in the folder of an inventory; none without a folder."""

    def __init__(self, folder: Path | None, inventory: AnsibleInventory) -> None:
        self._inventory = inventory
        self._places = {kind: folder / kind for kind in ("group_vars", "host_vars")} if folder else {}
        self._names = {kind: _names_in(place) for kind, place in self._places.items()}
        self._of_groups: dict[str, dict[str, Variable]] = {}

    def of_group(self, name: str) -> dict[str, Variable]:
        """What group_vars says of a group; raises ImportUnreadable where it is too much in all."""
        if name not in self._of_groups:
            self._of_groups[name] = self._of("group_vars", name)
        return self._of_groups[name]

    def of_host(self, name: str) -> dict[str, Variable]:
        """What host_vars says of a host; raises ImportUnreadable where it is too much in all."""
        return self._of("host_vars", name)

    def _of(self, kind: str, name: str) -> dict[str, Variable]:
        variables: dict[str, Variable] = {}
        file_name = next((name + end for end in _SUFFIXES if name + end in self._names.get(kind, ())), None)
        if file_name is not None:
            for path in self._paths(self._places[kind] / file_name):
                variables |= self._read(path)
        return variables

    def _paths(self, place: Path) -> list[Path]:
        try:
            return list(_files(place, level=0))
        except ImportUnreadable as error:
            self._note(place, error.line, error.reason)
            return []

    def _read(self, path: Path) -> dict[str, Variable]:
        try:
            text = read_text(path)
            require_utf8(text, file=str(path))
        except ImportUnreadable as error:
            self._note(path, error.line, error.reason)
            return {}
        self._inventory.work.take_on(len(text), line=None)
        if is_vaulted(text):
            self._note(path, None, "is encrypted: its variables are left out")
            return {}
        document, report = located_document(text, str(path))
        if report.problems:
            first = report.problems[0]
            self._note(path, first.line, f"{first.message}: variables of this file may be left out")
        return variables_of(document, str(path)) if document is not None else {}

    def _note(self, path: Path, line: int | None, message: str) -> None:
        self._inventory.notes.add(str(path), line, "", message=message)


def _names_in(folder: Path) -> frozenset[str]:
    try:
        return frozenset(path.name for path in folder.iterdir())
    except OSError:
        return frozenset()


def _files(path: Path, *, level: int) -> Iterator[Path]:
    """The file, or the files of the folder in order, of which some are never looked at."""
    if is_file(path):
        yield path
        return
    if not is_folder(path) or level > _MOST_LEVELS:
        return
    for inner in files_in(path):
        if inner.name.startswith(".") or inner.name.endswith("~"):
            continue
        if inner.suffix in _SUFFIXES if is_file(inner) else not inner.suffix:
            yield from _files(inner, level=level + 1)
