"""Following rules, channels, silences and acknowledgements, from monctl.yaml and the database."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Collection, Hashable, Mapping
from dataclasses import dataclass

from alerts.engine.changes import AlertKey
from alerts.engine.engine import AlertEngine
from alerts.history.restore import acknowledgements
from alerts.repositories import AlertRepositories
from alerts.rules.rule import Rule
from alerts.severity import Severity
from alerts.silences.book import SilenceBook
from alerts.silences.silence import Silence
from foundation.database.errors import DatabaseUnusable
from foundation.mishaps import Mishaps
from foundation.outage import Outage
from foundation.pause import pause
from monctl.daemon.alerting.repositories import file_channels, sync_rules
from monctl.errors import SettingsInvalid
from monctl.installation import Installation
from monctl.settings.alerts import AlertSettings
from monctl.settings.watch import watch_settings

_LOOK_SECONDS = 1.0
_TABLES = "alert rules"
_FILE = "settings file"

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _TableContents:
    """What the tables hold at one time."""

    rules: tuple[Rule, ...]
    channels: Mapping[str, Severity]
    marks: Mapping[str, Hashable]
    silences: tuple[Silence, ...]
    acknowledged: Mapping[AlertKey, bool]


class AlertFollower:
    """Keeps engine and silences in step with the tables, and the tables with monctl.yaml.

    `severities`: the least severity of each channel, by name. `on_rules` is called after the rules in force
    changed, `on_channels` with the channels that were edited, `on_change` after anything did.
    """

    def __init__(
        self,
        installation: Installation,
        repositories: AlertRepositories,
        engine: AlertEngine,
        silences: SilenceBook,
        *,
        on_rules: Callable[[], None],
        on_channels: Callable[[Collection[str]], None],
        on_change: Callable[[], None],
        mishaps: Mishaps | None = None,
    ) -> None:
        self._mishaps = mishaps or Mishaps(log)
        self._mishaps.expect(_TABLES, _FILE)
        self._installation = installation
        self._repositories = repositories
        self._engine = engine
        self._silences = silences
        self._on_rules = on_rules
        self._on_channels = on_channels
        self._marks: Mapping[str, Hashable] = {}
        self._on_change = on_change
        self._revision = -1
        self._wake = asyncio.Event()
        self._outage = Outage(
            log,
            begins="rules, channels and silences stay as they are for now",
            ends="rules, channels and silences can be read again",
        )
        self.severities: Mapping[str, Severity] = {}

    def wake(self) -> None:
        """Look at the tables now rather than within the second."""
        self._wake.set()

    async def begin(self) -> None:
        """Sync the file's rules and read everything; raises DatabaseUnusable and AlertsInvalid."""
        problem = await asyncio.to_thread(
            sync_rules, self._repositories, self._installation.settings.alerts, self._file
        )
        if problem is not None:
            raise problem
        await self._apply_tables()

    async def follow_tables(self) -> None:
        """Apply every change, whoever makes it."""
        while True:
            await pause(self._wake, _LOOK_SECONDS)
            self._wake.clear()
            await self._with_database(self._apply_tables(), part=_TABLES)

    async def follow_file(self) -> None:
        """Bring every edit of monctl.yaml's alerts into force; a broken one is logged and changes nothing."""
        installation = self._installation
        async for edited in watch_settings(
            installation.config_file,
            environ=installation.environ,
            on_error=lambda error: self._mishaps.note(_FILE, error),
        ):
            if isinstance(edited, SettingsInvalid):
                log.error("monctl.yaml has errors; the last good settings stay in force")
                for problem in edited.problems:
                    log.error("%s", problem)
            elif edited.alerts != installation.settings.alerts:
                is_applied = await self._with_database(self._apply_settings(edited.alerts), part=_FILE)
                while not is_applied:
                    await asyncio.sleep(_LOOK_SECONDS)
                    is_applied = await self._with_database(self._apply_settings(edited.alerts), part=_FILE)

    @property
    def _file(self) -> str:
        return str(self._installation.config_file)

    async def _apply_settings(self, settings: AlertSettings) -> None:
        before = self._installation.settings.alerts
        # channels before rules, which may name new ones; both go back if a rule is wrong
        self._repositories.channels.replace_file_channels(file_channels(settings))
        try:
            problem = await asyncio.to_thread(sync_rules, self._repositories, settings, self._file)
        except DatabaseUnusable:
            raise  # it is tried again
        except Exception:
            self._go_back(before)
            raise
        if problem is not None:
            self._go_back(before)
            log.error("monctl.yaml has errors; the last good settings stay in force")
            log.error("%s", problem)
            return
        self._installation.settings.alerts = settings
        self._revision = -1  # channels of the file are in no table
        self.wake()
        log.info("monctl.yaml: %d channels, %d rules", len(settings.channels), len(settings.rules))

    def _go_back(self, settings: AlertSettings) -> None:
        """Have channels and shipped rules as they were with these settings."""
        self._repositories.channels.replace_file_channels(file_channels(settings))
        self._repositories.rules.uses_defaults = settings.defaults

    async def _apply_tables(self) -> None:
        revision = await asyncio.to_thread(self._repositories.rules.revision)
        if revision == self._revision:
            return
        # the revision was read first: a change in between is read now, and once more at the next look
        contents = await asyncio.to_thread(self._contents)
        self.severities = contents.channels
        self._tell_of_edits(contents.marks)
        self._silences.replace(contents.silences)
        for key, is_acknowledged in contents.acknowledged.items():
            self._engine.acknowledge(key, is_acknowledged=is_acknowledged)
        if contents.rules != tuple(prepared_rule.rule for prepared_rule in self._engine.rules):
            self._engine.apply_rules(contents.rules, time.time())
            log.info("rules: %d in force", len(contents.rules))
            self._on_rules()
        self._on_change()
        self._revision = revision

    def _tell_of_edits(self, marks: Mapping[str, Hashable]) -> None:
        edited = [name for name, mark in marks.items() if self._marks.get(name, mark) != mark]
        self._marks = marks
        if edited:
            self._on_channels(edited)

    def _contents(self) -> _TableContents:
        usable_rules = self._repositories.rules.rules()
        for problem in usable_rules.problems:
            log.error("rules: %s", problem)
        return _TableContents(
            tuple(rule for rule in usable_rules.rules if rule.is_enabled),
            self._repositories.channels.severities(),
            self._repositories.channels.marks(),
            self._repositories.silences.unexpired(),
            acknowledgements(self._installation.engine),
        )

    async def _with_database(self, work: Awaitable[None], *, part: str) -> bool:
        """Whether the database let the work be done; that it does not, and that it does again, is logged.

        Work that itself fails is given up until the next change.
        """
        try:
            await work
        except DatabaseUnusable as error:
            self._outage.failed(error)
            return False
        except Exception as error:  # noqa: BLE001 -- noted, with its traceback
            self._mishaps.note(part, error)
            await asyncio.sleep(_LOOK_SECONDS)
            return True
        self._outage.worked()
        return True
