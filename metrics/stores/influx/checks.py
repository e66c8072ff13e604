"""Checks of a server and its bucket, step by step, with advice for the first that fails."""

import contextlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from metrics.errors import StoreError
from metrics.stores.influx.boundary import WriteRefused
from metrics.stores.influx.connection import InfluxConnection
from metrics.stores.influx.fields import type_conflicts
from metrics.stores.influx.reading.asker import Asker
from metrics.stores.influx.setup import SetUp, how_to_create, no_organization
from metrics.stores.influx.writing.bodies import pack

_MAX_VERSION = 40


@dataclass(frozen=True, slots=True)
class StoreCheckStep:
    """The result of one check; `advice` says what to do where it failed."""

    name: str
    is_ok: bool
    detail: str
    advice: str = ""


@dataclass(frozen=True, slots=True)
class _Fault(Exception):
    """What is wrong, where no request failed."""

    detail: str


class Checks:
    """The steps: each returns what it found, and raises _Fault or StoreError where something is wrong."""

    def __init__(self, connection: InfluxConnection, asker: Asker, setup: SetUp) -> None:
        self._connection = connection
        self._asker = asker
        self._setup = setup
        self._target = connection.target

    async def run(self) -> tuple[StoreCheckStep, ...]:
        """Every step with what it found, up to the first that is not in order."""
        steps: list[StoreCheckStep] = []
        for name, look, advice in self._looks():
            try:
                steps.append(StoreCheckStep(name, True, await look()))
            except (StoreError, _Fault) as error:
                steps.append(StoreCheckStep(name, False, _words(error), advice))
                break
        return tuple(steps)

    def _looks(self) -> tuple[tuple[str, Callable[[], Awaitable[str]], str], ...]:
        """(name, what looks, what to do where it finds a fault) of each step."""
        return (
            ("reach", self._reach, "start InfluxDB, or correct metrics.influxdb.url"),
            ("token", self._token, "set metrics.influxdb.token to a token of this server"),
            ("org", self._organization, "set metrics.influxdb.org to an organization that the token may see"),
            ("bucket", self._bucket, how_to_create(self._target)),
            ("write", self._write, "let the token write to the bucket"),
            ("types", self._types, "use a bucket of monctl's own (metrics.influxdb.bucket)"),
        )

    async def _reach(self) -> str:
        answer = await self._setup.reach()
        version = answer.headers.get("X-Influxdb-Version", "of unknown version")
        return f"InfluxDB {version[:_MAX_VERSION]} at {self._target.server}"

    async def _token(self) -> str:
        await self._setup.has_bucket()
        return "accepted"

    async def _organization(self) -> str:
        ids = await self._setup.organizations()
        if ids is None:
            return "this server has no organizations"
        if not ids and not await self._setup.has_bucket():
            raise _Fault(no_organization(self._target))
        return f'organization "{self._target.org}"'

    async def _bucket(self) -> str:
        if not await self._setup.has_bucket():
            raise _Fault(f"{self._target.place} is missing")
        return self._target.place

    async def _write(self) -> str:
        with contextlib.suppress(WriteRefused):  # a body without a point, from a token that may write
            await self._connection.write(pack([]).compressed)
        return "the token may write to the bucket"

    async def _types(self) -> str:
        conflicts = await type_conflicts(self._asker)
        if conflicts:
            raise _Fault("; ".join(map(str, conflicts)))
        return "every field has its type"


def _words(error: StoreError | _Fault) -> str:
    return error.detail if isinstance(error, _Fault) else str(error)
