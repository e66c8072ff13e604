"""Asking InfluxQL questions over HTTP, and decoding the answers with few Python objects."""

import asyncio
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TypeVar

import msgspec

from metrics.errors import StoreError, StoreUnavailable
from metrics.stores.influx.boundary import WriteRefused, message_of
from metrics.stores.influx.connection import HttpAnswer, InfluxConnection

Cell = int | float | str
"""A value in an answer; bool is an int here."""

Rows = TypeVar("Rows")
T = TypeVar("T")

_SMALL_BYTES = 16 * 1024
"""An answer up to this size is decoded where it arrives."""

_MISSING = ("database not found", "bucket not found", "retention policy not found")
_UNAVAILABLE = ("timeout", "max-concurrent")


_CELLS = msgspec.json.Decoder(list[list[int | float | str | bool | None]])


class _Series(msgspec.Struct):
    columns: list[str]
    values: msgspec.Raw = msgspec.Raw(b"[]")
    name: str = ""
    tags: dict[str, str | None] | None = None


class _Result(msgspec.Struct):
    series: list[_Series] = []
    error: str | None = None
    partial: bool = False


class _Document(msgspec.Struct):
    results: list[_Result] = []
    error: str | None = None


@dataclass(frozen=True, slots=True)
class Table:
    """One series of an answer: rows of `columns`, not yet decoded.

    `tags`: what the rows were grouped by and that is not empty, where the server says it beside the rows.
    """

    name: str
    tags: dict[str, str]
    columns: list[str]
    values: msgspec.Raw

    def records(self) -> "Iterator[dict[str, Cell]]":
        """Each row as a dictionary of what is in it and what it was grouped by."""
        for row in self.rows(_CELLS):
            cells = zip(self.columns, row, strict=False)
            yield {**self.tags, **{name: cell for name, cell in cells if cell is not None}}

    def rows(self, decoder: "msgspec.json.Decoder[list[Rows]]") -> list[Rows]:
        """The rows; raises StoreError where they are not what the decoder expects."""
        try:
            return decoder.decode(self.values)
        except msgspec.DecodeError as error:
            raise StoreError(f'InfluxDB\'s answer on "{self.name}" cannot be used: {error}') from error


class BucketMissing(StoreUnavailable):
    """The server has no such bucket, or none yet."""


class NotSupported(StoreError):
    """The server does not know, or does not allow, such a statement."""


class Asker:
    """Asks one statement a request. Large answers are decoded on a thread of its own."""

    def __init__(self, connection: InfluxConnection) -> None:
        self._connection = connection
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="influx-reader")

    async def ask(self, statement: str, interpret: Callable[[list[Table]], T]) -> T:
        """What `interpret` makes of a statement's tables; raises StoreError's kinds."""
        answer = await self._connection.get(
            "/query", db=self._connection.target.bucket, epoch="ms", q=statement
        )
        if len(answer.body) <= _SMALL_BYTES:
            return interpret(self._tables(answer))
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._thread, lambda: interpret(self._tables(answer)))

    async def tell(self, statement: str) -> None:
        """Carry out a statement that changes something; raises NotSupported where it cannot be."""
        answer = await self._connection.post(
            "/query", db=self._connection.target.bucket, epoch="ms", q=statement
        )
        if answer.status in {400, 404, 405, 422, 500, 501}:
            raise NotSupported(self._text(answer))
        try:
            self._tables(answer)
        except StoreUnavailable:
            raise
        except StoreError as error:
            raise NotSupported(str(error)) from error

    async def close(self) -> None:
        """End the thread."""
        await asyncio.to_thread(self._thread.shutdown)

    def _tables(self, answer: HttpAnswer) -> list[Table]:
        if not answer.is_good:
            error = self._connection.error(answer)
            if isinstance(error, WriteRefused):
                raise self._statement_error(error.text)
            if answer.status == 404:
                raise BucketMissing(str(error))
            raise error
        try:
            document = msgspec.json.decode(answer.body, type=_Document)
        except msgspec.DecodeError as error:
            raise StoreError(f"{self._place}: an answer that cannot be used: {error}") from error
        if document.error:
            raise self._statement_error(document.error)
        return [table for result in document.results for table in self._tables_of(result)]

    def _tables_of(self, result: _Result) -> list[Table]:
        if result.error:
            raise self._statement_error(result.error)
        # A series' own `partial` says nothing: InfluxDB 1 sets it on any that has more than 10,000 rows.
        if result.partial:
            raise StoreError(f"{self._place} gives fewer rows than asked for: raise its max-row-limit")
        return [
            Table(
                series.name,
                {key: value for key, value in (series.tags or {}).items() if value},
                series.columns,
                series.values,
            )
            for series in result.series
        ]

    def _statement_error(self, text: str) -> StoreError:
        text = self._connection.target.without_token(text)
        if any(sign in text for sign in _MISSING):
            return BucketMissing(f"{self._place}: {text}")
        if any(sign in text for sign in _UNAVAILABLE):
            return StoreUnavailable(f"{self._place}: {text}")
        return StoreError(f"{self._place} cannot answer: {text}")

    def _text(self, answer: HttpAnswer) -> str:
        text = message_of(answer.body[:10_000].decode("utf-8", "replace")) or f"HTTP status {answer.status}"
        return f"{self._place}: {self._connection.target.without_token(text)}"

    @property
    def _place(self) -> str:
        return self._connection.target.place
