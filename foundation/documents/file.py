"""Reads the files that documents stand in: regular ones, and no more of them than documents may have."""

import os
import stat
from pathlib import Path

from foundation.documents.errors import FileUnusable

_DESCRIPTORS = ("/dev/fd/", "/proc/self/fd/", "/dev/stdin")
"""Where a shell hands over a pipe by name, as in `-i <(make-inventory)`."""

_MEBIBYTE = 1024 * 1024


def read_document(path: Path, *, max_bytes: int) -> bytes:
    """The file's bytes; raises FileUnusable when it cannot be read, is no regular file, or is too large."""
    try:
        # a pipe that nobody writes into would keep whoever opens it for ever
        with open(path, "rb", opener=_opener) as file:
            if not _is_readable(path, os.fstat(file.fileno()).st_mode):
                raise FileUnusable("Is no regular file")
            content = file.read(max_bytes + 1)
    except OSError as error:
        reason = str(error.strerror or error)
        raise FileUnusable(reason, is_missing=isinstance(error, FileNotFoundError)) from error
    except ValueError as error:  # a NUL in the path
        raise FileUnusable(str(error)) from error
    if len(content) > max_bytes:
        raise FileUnusable(f"Is larger than {max_bytes // _MEBIBYTE} MiB")
    return content


def _opener(path: str, flags: int) -> int:
    return os.open(path, flags if _is_descriptor(Path(path)) else flags | os.O_NONBLOCK)


def _is_readable(path: Path, mode: int) -> bool:
    return stat.S_ISREG(mode) or (_is_descriptor(path) and stat.S_ISFIFO(mode))


def _is_descriptor(path: Path) -> bool:
    return str(path.absolute()).startswith(_DESCRIPTORS)
