"""Follows a file while people, editors and configuration tools change it."""

import asyncio
import os
from collections.abc import AsyncGenerator, Iterable, Iterator
from contextlib import aclosing
from pathlib import Path

from watchfiles import awatch

_CHECK_MILLISECONDS = 1000
_DEBOUNCE_MILLISECONDS = 400
_STEP_MILLISECONDS = 50
_SETTLE_SECONDS = 0.1
_SETTLE_TRIES = 5
Signature = tuple[int, ...] | None


async def file_edits(path: Path) -> AsyncGenerator[None, None]:
    """Yield at the start and within 2 s of each edit, once the file has settled; runs until it is cancelled.

    Replacing the file, its directory or a symbolic link on the way to it is an edit, as is taking it away.
    Touching it is one too: whoever wants to know of other content has to look.
    """
    signature: Signature = ()
    async with aclosing(_wake_ups(path)) as wake_ups:
        async for _ in wake_ups:
            new_signature = await asyncio.to_thread(_signature, path)
            if new_signature != signature:
                signature = await _settled_signature(path, new_signature)
                yield


def unexpected(error: Exception) -> str:
    """What is said of a file whose reader failed in a way that nobody expected."""
    return f"cannot be taken in, because of an error in monctl itself ({type(error).__name__}): undo the edit"


async def _wake_ups(path: Path) -> AsyncGenerator[None, None]:
    """One at the start, one after each change near the file, and one a second.

    The last is for file systems that tell nobody of changes (NFS, some container mounts).
    """
    while True:
        yield
        try:
            directories = await asyncio.to_thread(_directories, path)
            async with aclosing(_changes(directories)) as changes:
                async for _ in changes:
                    yield
                    if await asyncio.to_thread(_directories, path) != directories:
                        break
        except (OSError, RuntimeError):
            # A directory went away while the watch was set up, or the system has no watches or files left
            # (watchfiles says so with a RuntimeError): until that is over, look at the file once a second.
            await asyncio.sleep(_CHECK_MILLISECONDS / 1000)


async def _changes(directories: Iterable[Path]) -> AsyncGenerator[None, None]:
    watching = awatch(
        *directories,
        watch_filter=None,
        debounce=_DEBOUNCE_MILLISECONDS,
        step=_STEP_MILLISECONDS,
        rust_timeout=_CHECK_MILLISECONDS,
        yield_on_timeout=True,
        recursive=False,
        ignore_permission_denied=True,
    )
    async for _ in watching:
        yield


async def _settled_signature(path: Path, signature: Signature) -> Signature:
    """Wait until the file has not changed for a moment, so that no half-written file is read."""
    for _ in range(_SETTLE_TRIES):
        await asyncio.sleep(_SETTLE_SECONDS)
        later = await asyncio.to_thread(_signature, path)
        if later == signature and later is not None:
            break
        signature = later
    return signature


def _signature(path: Path) -> Signature:
    """What changes with every edit, without reading the file; None when there is no file."""
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns


def _directories(path: Path) -> dict[Path, tuple[int, int]]:
    """Every directory in which a change can put another file at this path, with its device and inode.

    That is the file's own directory, and that of each symbolic link on the way to it; if there is none, the
    nearest one above. The inode tells a directory from another of the same name.
    """
    try:
        directories = {path.resolve().parent, *_links(path)}
    except (OSError, RuntimeError):  # a circle of links
        directories = set()
    existing = {directory: _identity(directory) for directory in directories if directory.is_dir()}
    return existing or {_nearest_directory(path): (0, 0)}


def _identity(directory: Path) -> tuple[int, int]:
    status = directory.stat()
    return status.st_dev, status.st_ino


def _links(path: Path) -> Iterator[Path]:
    """The real directories that hold a symbolic link of the path, following links of links."""
    paths = [path.absolute()]
    links: set[Path] = set()
    while paths:
        current = paths.pop()
        for part in (current, *current.parents):
            if part in links or not part.is_symlink():
                continue
            links.add(part)
            yield part.parent.resolve()
            target = part.parent / os.readlink(part)  # noqa: PTH115 -- resolve() would skip the links between
            paths.append(target / current.relative_to(part))


def _nearest_directory(path: Path) -> Path:
    return next(parent for parent in path.absolute().parents if parent.is_dir())
