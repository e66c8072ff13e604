"""Shorter waits and cheaper hashes for the daemons that tests fork: they look several times a second.

What the seconds of a running monctl are is not what these tests ask; the few that do switch this off
(`MonctlFolder.is_hasty`).
"""

import importlib
from collections.abc import Mapping

SECONDS = {
    "alerts.history.recorder._LONGEST_PAUSE_SECONDS": 1.0,
    "alerts.outbox.backoff.BASE_SECONDS": 0.5,
    "foundation.database.drivers.sqlite._BUSY_SECONDS": 2.0,
    "foundation.documents.watch._LOOK_SECONDS": 0.2,
    "foundation.documents.watch._SETTLE_SECONDS": 0.05,
    "metrics.stores.spool.health.FIRST_PAUSE_SECONDS": 0.2,
    "metrics.stores.spool.health.MAX_PAUSE_SECONDS": 1.0,
    "metrics.stores.spool.replay._RETRY_SECONDS": 0.2,
    "metrics.stores.sqlite.schema.BUSY_SECONDS": 1.5,
    "monctl.daemon.alerting.alerting._LOOK_SECONDS": 0.2,
    "monctl.daemon.alerting.news._LOOK_SECONDS": 0.2,
    "monctl.daemon.alerting.series._LOOK_SECONDS": 0.2,
    "monctl.daemon.alerting.series._RETRY_SECONDS": 0.5,
    "monctl.daemon.alerting.settings_follower._LOOK_SECONDS": 0.2,
    "monctl.daemon.inventory_follower._REVISION_SECONDS": 0.2,
    "monctl.daemon.serving._LOOK_SECONDS": 0.2,
    "monctl.daemon.web.read_only_fleet._LOOK_SECONDS": 0.2,
    "poller.backoff.CEILING_SECONDS": 5.0,
    "poller.push.quiet_hosts._LOOK_SECONDS": 0.2,
    "poller.schedule._FIRST_POLL_WITHIN_SECONDS": 1.0,
    "web.live.hub.TICK_SECONDS": 0.2,
}
"""Constant -> what it is in haste, in its own unit."""


CHEAP_HASHES = {
    "access.credentials.passwords._LANES": 1,
    "access.credentials.passwords._MEMORY_KIB": 8,
    "access.credentials.passwords._PASSES": 1,
}
"""The least that Argon2 can be made to cost."""


def make_haste() -> None:
    """Set all of them in this process."""
    _set(SECONDS | CHEAP_HASHES)


def hash_cheaply() -> None:
    """Set what passwords cost in this process."""
    _set(CHEAP_HASHES)


def _set(constants: Mapping[str, float]) -> None:
    """Set constants by path; raises AssertionError for one that is not there any more."""
    for path, value in constants.items():
        module_name, _, name = path.rpartition(".")
        module = importlib.import_module(module_name)
        assert hasattr(module, name), f"there is no {path} to make haste with"
        setattr(module, name, value)
