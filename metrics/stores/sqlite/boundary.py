"""The one place where errors of sqlite3 and of decoding become this package's errors."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec
import zstandard

from metrics.errors import StoreCorrupt, StoreError, StoreUnavailable

_CORRUPT = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_FORMAT})
_UNAVAILABLE = frozenset(
    {
        sqlite3.SQLITE_BUSY,
        sqlite3.SQLITE_CANTOPEN,
        sqlite3.SQLITE_CONSTRAINT,  # another process wrote the same row at the same moment
        sqlite3.SQLITE_FULL,
        sqlite3.SQLITE_INTERRUPT,
        sqlite3.SQLITE_IOERR,
        sqlite3.SQLITE_LOCKED,
        sqlite3.SQLITE_NOLFS,
        sqlite3.SQLITE_NOMEM,
        sqlite3.SQLITE_PERM,
        sqlite3.SQLITE_PROTOCOL,
        sqlite3.SQLITE_READONLY,
    }
)
_PASSING = frozenset({sqlite3.SQLITE_BUSY, sqlite3.SQLITE_FULL, sqlite3.SQLITE_LOCKED})


def store_error(error: sqlite3.Error, path: Path) -> StoreError:
    """The error of this package for one of sqlite3's."""
    code = getattr(error, "sqlite_errorcode", None)
    text = f"{path}: {error}"
    primary = code & 0xFF if code is not None else None
    if primary in _CORRUPT:
        return StoreCorrupt(text)
    if primary in _UNAVAILABLE:
        return StoreUnavailable(text)
    return StoreError(text)


def is_passing(error: StoreUnavailable) -> bool:
    """Whether nothing but another process or a full disk is in the way, and not the installation itself."""
    code = getattr(error.__cause__, "sqlite_errorcode", None)
    return code is not None and code & 0xFF in _PASSING


@contextmanager
def translated(path: Path) -> Iterator[None]:
    """Turn what sqlite3, zstandard and msgspec raise within into StoreError's kinds."""
    try:
        yield
    except sqlite3.Error as error:
        raise store_error(error, path) from error
    except (zstandard.ZstdError, msgspec.DecodeError) as error:
        raise StoreCorrupt(f"{path}: {error}") from error
    except OSError as error:
        raise StoreUnavailable(f"{path}: {error.strerror}") from error


@contextmanager
def decoding(place: str) -> Iterator[None]:
    """Turn what decoding damaged bytes raises within into StoreCorrupt, naming the place."""
    try:
        yield
    except (ValueError, IndexError, zstandard.ZstdError, msgspec.DecodeError) as error:
        raise StoreCorrupt(f"{place} is damaged: {error}") from error
