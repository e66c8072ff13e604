"""Paths in settings."""

from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator


def _usable(path: Path) -> Path:
    if "\0" in str(path):
        raise ValueError("must be a path, which has no NUL in it")
    try:
        path.expanduser()
    except RuntimeError as error:
        raise ValueError(
            f"must be a path of a user who exists here, and `{path.parts[0]}` is none"
        ) from error
    return path


SettingPath = Annotated[Path, AfterValidator(_usable)]
"""A path that may begin with `~` or `~USER`."""
