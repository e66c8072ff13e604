"""Follows a hosts.yaml while people, editors and configuration tools change it."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import aclosing
from pathlib import Path

from foundation.documents.errors import Problem
from foundation.documents.watch import file_edits, unexpected
from inventory.errors import InventoryInvalid
from inventory.hosts_yaml.file import Inventory, content_digest, parse_inventory, read_content

_MISSING = "missing"

Edited = Inventory | InventoryInvalid


async def watch_inventory(
    path: Path,
    *,
    environ: Mapping[str, str],
    digest: str | None = None,
    on_error: Callable[[Exception], None] | None = None,
) -> AsyncGenerator[Edited, None]:
    """Yield the inventory, or what is wrong with it, within 2 s of an edit; runs until it is cancelled.

    `digest` is that of the inventory that is already known; without it the first thing to come is what the
    file holds now. Content that has not changed yields nothing. A file that is gone yields InventoryInvalid
    once, and a new one the moment it is there again. Replacing the file, its directory or a symbolic link on
    the way to it is an edit like any other. `on_error` is given an error of the reader itself, and the edit
    counts as one that cannot be used; without it the error is raised.
    """
    last_digest = digest
    async with aclosing(file_edits(path)) as edits:
        async for _ in edits:
            try:
                edited, new_digest = await asyncio.to_thread(_load, path, environ)
            except Exception as error:
                if on_error is None:
                    raise
                on_error(error)
                last_digest = None  # whatever the next edit brings is news
                yield InventoryInvalid([Problem(str(path), None, "", unexpected(error))])
                continue
            if new_digest != last_digest:
                last_digest = new_digest
                yield edited


def _load(path: Path, environ: Mapping[str, str]) -> tuple[Edited, str]:
    """What the file holds, and the digest of its content."""
    try:
        content = read_content(path)
    except InventoryInvalid as error:
        return error, f"{_MISSING}: {error}"
    try:
        return parse_inventory(content, file=str(path), environ=environ), content_digest(content)
    except InventoryInvalid as error:
        return error, content_digest(content)
