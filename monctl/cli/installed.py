"""The installation that a command works on, and how a command ends when something is wrong with it."""

import contextlib
from collections.abc import Iterator
from pathlib import Path

from access.errors import AccessError
from alerts.errors import AlertsError
from foundation.database.errors import DatabaseUnusable
from foundation.documents.errors import DocumentError
from foundation.records.errors import RecordError
from inventory.errors import InventoryError
from metrics.errors import MetricsError
from monctl.errors import MonctlError
from monctl.installation import Installation, open_installation
from monctl.private_files import private_umask
from monctl.render.printing import err, fail
from web.errors import WebError

_USERS_ERRORS = (
    MonctlError,
    AccessError,
    AlertsError,
    DatabaseUnusable,
    DocumentError,
    InventoryError,
    MetricsError,
    RecordError,
    WebError,
)
"""What the user can mend: wrong use, wrong configuration, something that is away."""


@contextlib.contextmanager
def installed(
    inventory: Path | None,
    config: Path | None,
    data_dir: Path | None,
    *,
    sync: bool = True,
    reads: bool = False,
) -> Iterator[Installation]:
    """The installation that the options name, its host table in step with hosts.yaml.

    `reads`: the command shows what is there; where there is no installation it makes none, and says so.
    Files that the command makes are for its user alone. A broken hosts.yaml is told on standard error; the
    last good inventory serves. Errors of ours end the command with status 2 and a message instead of a
    traceback.
    """
    with wrong_use(), private_umask():
        installation = open_installation(inventory=inventory, config=config, data_dir=data_dir)
        installation.is_only_read = reads
        is_nowhere = reads and installation.is_nowhere
        try:
            if sync:
                problem = installation.sync_inventory()
                if problem is not None:
                    last_good = "" if is_nowhere else "\nThe last good inventory is used."
                    err.print(f"{problem}{last_good}", style="yellow", markup=False, soft_wrap=True)
            if is_nowhere:
                nothing = f"There is no installation here: neither hosts.yaml nor {installation.data_dir}."
                err.print(nothing, style="yellow", markup=False, soft_wrap=True)
            yield installation
        finally:
            installation.close()


@contextlib.contextmanager
def wrong_use() -> Iterator[None]:
    """Turn errors that are the user's to mend into a message and status 2."""
    try:
        yield
    except _USERS_ERRORS as error:
        fail(str(error))
