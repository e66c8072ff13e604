"""What a bucket needs before it is used: made where the token allows it, and else named with its remedy."""

import logging
from typing import TypeVar

import msgspec

from metrics.errors import StoreError, StoreUnavailable
from metrics.stores.influx.boundary import message_of
from metrics.stores.influx.connection import HttpAnswer, InfluxConnection
from metrics.stores.influx.fields import type_conflicts
from metrics.stores.influx.reading.asker import Asker, NotSupported, Table
from metrics.stores.influx.reading.influxql import identifier
from metrics.stores.influx.target import InfluxTarget

T = TypeVar("T")

_log = logging.getLogger(__name__)

_BAD_TOKEN = "the token is not accepted (metrics.influxdb.token)"  # noqa: S105
_AUTOGEN = "autogen"


class _Resource(msgspec.Struct):
    id: str


class _Buckets(msgspec.Struct):
    buckets: list[_Resource] = []


class _Organizations(msgspec.Struct):
    orgs: list[_Resource] = []


class _Code(msgspec.Struct):
    code: str


class SetUp:
    """Looks at a server and its bucket, and makes the bucket where it is missing."""

    def __init__(self, connection: InfluxConnection, asker: Asker) -> None:
        self._connection = connection
        self._asker = asker
        self._target = connection.target
        self._has_told_conflicts = False

    async def run(self) -> None:
        """Make sure that the bucket can be written; raises StoreUnavailable saying what is missing.

        1. The server answers. 2. InfluxQL lists the bucket: done. 3. Else the v2 interface is asked to make
        the bucket and its mapping to a database. 4. A server without it is told to create a database.
        5. Fields of another type than ours are told in the log, once.
        """
        await self.reach()
        if not await self.has_bucket():
            await self._create()
        if not self._has_told_conflicts:
            await self._tell_conflicts()

    async def organizations(self) -> list[str] | None:
        """The ids of organizations of the target's name that the token may see; None where there are none."""
        answer = await self._connection.get("/api/v2/orgs", org=self._target.org)
        if not is_version_2(answer):
            return None
        return (
            [organization.id for organization in _decode_answer(answer, _Organizations).orgs]
            if answer.is_good
            else []
        )

    async def has_bucket(self) -> bool:
        """Whether InfluxQL knows the bucket; raises StoreUnavailable where the token is not accepted."""
        names = await self._asker.ask("SHOW DATABASES", _read_names)
        return self._target.bucket in names

    async def reach(self) -> HttpAnswer:
        """The server's answer to a ping; raises StoreUnavailable."""
        answer = await self._connection.get("/ping")
        if answer.status >= 500:
            raise self._connection.error(answer)
        return answer

    async def _tell_conflicts(self) -> None:
        try:
            conflicts = await type_conflicts(self._asker)
        except StoreError as error:
            # A server that makes its databases at the first write has no fields to show yet.
            _log.debug("the fields of %s cannot be looked at: %s", self._target.place, error)
            return
        self._has_told_conflicts = True
        for conflict in conflicts:
            _log.error("%s will refuse points: %s", self._target.place, conflict)

    async def _create(self) -> None:
        target = self._target
        answer = await self._connection.get("/api/v2/buckets", org=target.org, name=target.bucket)
        # Asked for its buckets even where the token may not list them: the answer tells the version.
        if not is_version_2(answer):
            await self._create_database()
        elif answer.status == 401:
            raise StoreUnavailable(f"{target.place}: {_BAD_TOKEN}")
        else:
            await self._create_bucket(_decode_answer(answer, _Buckets).buckets if answer.is_good else [])
        _log.info("%s was made", target.place)

    async def _create_bucket(self, buckets: list[_Resource]) -> None:
        org = await self._organization()
        bucket = buckets[0].id if buckets else await self._post_bucket(org)
        if await self.has_bucket():
            return
        mapping = {
            "bucketID": bucket,
            "database": self._target.bucket,
            "default": True,
            "orgID": org,
            "retention_policy": _AUTOGEN,
        }
        answer = await self._connection.post("/api/v2/dbrps", mapping)
        if not answer.is_good:
            command = (
                f"influx v1 dbrp create --org {self._target.org} --db {self._target.bucket}"
                f" --rp {_AUTOGEN} --bucket-id {bucket} --default"
            )
            raise self._may_not(
                "has no mapping for InfluxQL, and this token may not make one", command, answer
            )

    async def _organization(self) -> str:
        ids = await self.organizations()
        if not ids:
            raise StoreUnavailable(f"{no_organization(self._target)}: set metrics.influxdb.org")
        return ids[0]

    async def _post_bucket(self, org: str) -> str:
        seconds = int(self._target.retention_seconds or 0)
        rules = [{"everySeconds": seconds, "type": "expire"}]
        request = {"name": self._target.bucket, "orgID": org, "retentionRules": rules}
        answer = await self._connection.post("/api/v2/buckets", request)
        if not answer.is_good:
            raise self._may_not(
                "is missing, and this token may not create it", how_to_create(self._target), answer
            )
        return _decode_answer(answer, _Resource).id

    async def _create_database(self) -> None:
        """Create a database as InfluxDB 1 does, or else as InfluxDB 3."""
        seconds = self._target.retention_seconds
        duration = f" WITH DURATION {int(seconds)}s" if seconds else ""
        try:
            await self._asker.tell(f"CREATE DATABASE {identifier(self._target.bucket)}{duration}")
        except NotSupported as error:
            await self._configure_database(error)

    async def _configure_database(self, refusal: NotSupported) -> None:
        request = {"db": self._target.bucket}
        seconds = self._target.retention_seconds
        retention = {"retention_period": f"{int(seconds)}s"} if seconds else {}
        answer = await self._connection.post("/api/v3/configure/database", request | retention)
        if answer.status in {400, 422} and retention:
            answer = await self._connection.post("/api/v3/configure/database", request)
        if answer.status == 404:
            raise StoreUnavailable(f"{self._target.place} is missing, and cannot be made: {refusal}")
        # Refused or not: this server makes its databases at the first write.

    def _may_not(self, what: str, command: str, answer: HttpAnswer) -> StoreUnavailable:
        text = message_of(answer.body.decode("utf-8", "replace")) or f"HTTP status {answer.status}"
        return StoreUnavailable(
            f"{self._target.place} {what}: {command} ({self._target.without_token(text)})"
        )


def no_organization(target: InfluxTarget) -> str:
    """What is wrong where the organization is not there, or not to be seen."""
    return f'InfluxDB at {target.server} has no organization "{target.org}" that this token may see'


def how_to_create(target: InfluxTarget) -> str:
    """The command that makes the bucket."""
    hours = int((target.retention_seconds or 0) // 3600)
    retention = f" --retention {hours}h" if hours else ""
    return f"influx bucket create --org {target.org} --name {target.bucket}{retention}"


def is_version_2(answer: HttpAnswer) -> bool:
    """Whether the server has /api/v2: one without it answers 404 as well, but without InfluxDB 2's `code`."""
    if answer.status != 404:
        return answer.status != 405
    try:
        msgspec.json.decode(answer.body, type=_Code)
    except msgspec.DecodeError:
        return False
    return True


def _decode_answer(answer: HttpAnswer, kind: type[T]) -> T:
    try:
        return msgspec.json.decode(answer.body, type=kind)
    except msgspec.DecodeError as error:
        raise StoreUnavailable(f"InfluxDB's answer cannot be used: {error}") from error


def _read_names(tables: list[Table]) -> set[str]:
    """Every cell of the answer: servers name the column differently."""
    return {str(cell) for table in tables for record in table.records() for cell in record.values()}
