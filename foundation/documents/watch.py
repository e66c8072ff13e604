"""Follows a file while people, editors and configuration tools change it."""

import asyncio
from collections.abc import AsyncGenerator
from pathlib import Path

_LOOK_SECONDS = 1.0
_SETTLE_SECONDS = 0.1
_SETTLE_TRIES = 5
Signature = tuple[int, ...] | None


async def file_edits(path: Path) -> AsyncGenerator[None, None]:
    """Yield at the start and within 2 s of each edit, once the file has settled; runs until it is cancelled.

    Replacing the file, its directory or a symbolic link on the way to it is an edit, as is taking it away.
    Touching it is one too: whoever wants to know of other content has to look.

    The file is looked at once a second. That costs less than what the kernel would tell (every change of the
    directory, which may be a busy one), and holds where it tells nothing: NFS, some mounts of containers.
    """
    signature: Signature = ()
    while True:
        new_signature = await asyncio.to_thread(_signature, path)
        if new_signature != signature:
            signature = await _settled_signature(path, new_signature)
            yield
        await asyncio.sleep(_LOOK_SECONDS)


def unexpected(error: Exception) -> str:
    """What is said of a file whose reader failed in a way that nobody expected."""
    return f"cannot be taken in, because of an error in monctl itself ({type(error).__name__}): undo the edit"


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
