"""Follows monctl.yaml while people, editors and configuration tools change it."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import aclosing
from pathlib import Path

from foundation.documents.errors import FileUnusable
from foundation.documents.file import read_document
from foundation.documents.watch import file_edits, unexpected
from inventory.hosts_yaml.file import content_digest
from monctl.errors import SettingsInvalid
from monctl.settings.config_file import MAX_FILE_BYTES
from monctl.settings.settings import Settings, load_settings

Edited = Settings | SettingsInvalid

_UNREAD = "unread"
"""In place of the digest of a content that the reader failed at."""


async def watch_settings(
    path: Path, *, environ: Mapping[str, str], on_error: Callable[[Exception], None] | None = None
) -> AsyncGenerator[Edited, None]:
    """Yield the settings, or what is wrong with them, now and within 2 s of an edit; runs until cancelled.

    `environ` is where `${NAME}` in the file is looked up. Content that has not changed yields nothing. A file
    that was there and is gone yields SettingsInvalid once: nobody means to lose all channels by that.
    `on_error` is given an error of the reader itself, and the edit counts as one that cannot be used; without
    it the error is raised.
    """
    digest_before = ""
    async with aclosing(file_edits(path)) as edits:
        async for _ in edits:
            try:
                edited, digest = await asyncio.to_thread(_load, path, environ, was_there=bool(digest_before))
            except Exception as error:
                if on_error is None:
                    raise
                on_error(error)
                digest_before = _UNREAD  # whatever the next edit brings is news
                yield SettingsInvalid([f"{path}: {unexpected(error)}"])
                continue
            if digest != digest_before:
                digest_before = digest
                yield edited


def _load(path: Path, environ: Mapping[str, str], *, was_there: bool) -> tuple[Edited, str]:
    """The settings, and what tells the file's content from another."""
    content = _content(path)
    if content is None and was_there:
        return SettingsInvalid([f"{path}: is not there any more"]), "missing"
    digest = "missing" if content is None else content_digest(content)
    try:
        return load_settings(path, environ=environ), digest
    except SettingsInvalid as error:
        return error, digest


def _content(path: Path) -> bytes | None:
    """The file's bytes, none of one that cannot be read (loading it says why); None when there is no file."""
    try:
        return read_document(path, max_bytes=MAX_FILE_BYTES)
    except FileUnusable as error:
        return None if error.is_missing else b""
