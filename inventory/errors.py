"""What can go wrong with the inventory.

InventoryError
├── InventoryInvalid      a file or an entry with problems, all of them at once
└── ImportUnreadable      something to import that cannot be read or understood

A host that there is not, or that cannot be changed: `foundation.records.errors`.
"""

from foundation.documents.errors import DocumentInvalid, Problem


class InventoryError(Exception):
    """Any error of this package."""


class InventoryInvalid(InventoryError, DocumentInvalid):
    """An inventory or an entry that cannot be used; `problems` by line, at least one."""


class ImportUnreadable(InventoryError):
    """Something to import that cannot be read or whose format is not known; `file` may be None."""

    def __init__(self, file: str | None, reason: str, *, line: int | None = None) -> None:
        super().__init__(str(Problem(file, line, "", reason)))
        self.file = file
        self.line = line
        self.reason = reason
