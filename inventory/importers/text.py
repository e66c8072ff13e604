"""Reads files to import as text."""

import os
from pathlib import Path

from inventory.errors import ImportUnreadable

MAX_FILE_BYTES = 4 * 1024 * 1024


def is_folder(path: Path) -> bool:
    """Whether this is a folder, as far as that can be known."""
    return os.path.isdir(path)  # noqa: PTH112 -- Path raises for what may not be looked at


def is_file(path: Path) -> bool:
    """Whether this is a regular file, as far as that can be known; reading others might never end."""
    return os.path.isfile(path)  # noqa: PTH113


def files_in(folder: Path) -> list[Path]:
    """What a folder holds, in order; raises ImportUnreadable."""
    try:
        return sorted(folder.iterdir())
    except OSError as error:
        raise ImportUnreadable(str(folder), f"cannot be read: {error.strerror or error}") from error


def read_text(path: Path) -> str:
    """The file as text, bytes that are no UTF-8 as surrogates; raises ImportUnreadable.

    Comments in older encodings are common in what OpenSSH and Ansible read.
    """
    try:
        with path.open("rb") as file:
            content = file.read(MAX_FILE_BYTES + 1)
    except OSError as error:
        raise ImportUnreadable(str(path), f"cannot be read: {error.strerror or error}") from error
    if len(content) > MAX_FILE_BYTES:
        raise ImportUnreadable(str(path), f"is larger than {MAX_FILE_BYTES // 1024 // 1024} MiB")
    if b"\0" in content:
        raise ImportUnreadable(str(path), "is not UTF-8 text")
    return content.decode("utf-8-sig", "surrogateescape")


def require_utf8(text: str, *, file: str | None) -> None:
    """Raise ImportUnreadable, with its line, for what was no UTF-8."""
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise ImportUnreadable(
            file, "is not UTF-8 text", line=text.count("\n", 0, error.start) + 1
        ) from error
