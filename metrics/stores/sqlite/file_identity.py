"""Which file a path leads to: a database that was deleted or replaced under us must not be written on."""

from pathlib import Path


def file_identity(path: Path) -> tuple[int, int] | None:
    """Device and inode of the file at `path`, None where there is none."""
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_dev, status.st_ino
