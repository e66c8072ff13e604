"""Reads the database: history, latest states, label sets. Each reader has its connection and one thread."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import msgspec
import numpy as np

from metrics.results import Labels
from metrics.store import History, HistoryQuery, Latest
from metrics.stores.retention import Retention
from metrics.stores.sqlite.boundary import decoding
from metrics.stores.sqlite.file_identity import file_identity
from metrics.stores.sqlite.formats.rows import StateCodec
from metrics.stores.sqlite.levels import LEVELS, Level
from metrics.stores.sqlite.packing.blocks import BlockCodec, series_of
from metrics.stores.sqlite.packing.state import take_rows, telling_ids
from metrics.stores.sqlite.reading.answer_cache import MAX_HOSTS, AnswerCache, Stamp
from metrics.stores.sqlite.reading.frame_cache import FrameCache
from metrics.stores.sqlite.reading.history import HistoryReader
from metrics.stores.sqlite.reading.plan import first_times
from metrics.stores.sqlite.schema import ReadConnection, host_rows, open_reader
from metrics.stores.sqlite.writing.layouts import Layouts
from metrics.stores.sqlite.writing.log import Entries, LogIndex, distinct, read_extras, read_numbers


def open_if_there(path: Path, retention: Retention) -> "Reader | None":
    """A reader of the database at `path`, or None where there is none yet."""
    identity = file_identity(path)
    connection = open_reader(path)
    return None if connection is None else Reader(connection, retention, identity=identity)


class Reader:
    """Answers questions, each from one snapshot of the database; `identity`: the file it was opened on."""

    def __init__(
        self, connection: ReadConnection, retention: Retention, *, identity: tuple[int, int] | None
    ) -> None:
        self.identity = identity
        self._db = db = connection.db
        self.is_snapshot = connection.is_snapshot
        self._retention = retention
        self._layouts = Layouts(db)
        self._index = LogIndex()
        self._codec = BlockCodec()
        self._frames = FrameCache(self._codec)
        self._answers = AnswerCache()
        self._states = StateCodec()

    def close(self) -> None:
        """Close the connection."""
        self._db.close()

    def histories(self, queries: Sequence[HistoryQuery], now: float) -> list[History]:
        """What MetricStore.history gives for each; `now` in unix seconds decides what is still kept."""
        with self._snapshot():
            self._index.refresh(self._db)
            since = first_times(self._retention, now)
            stamps = {hosts: self._stamp(hosts, since) for hosts in {query.hosts for query in queries}}
            answers: dict[HistoryQuery, History] = {}
            for query in queries:
                stamp = stamps[query.hosts]
                answer = None if stamp is None else self._answers.get(query, stamp)
                if answer is not None:
                    answers[query] = answer
            for some in _alike(query for query in queries if query not in answers):
                answers |= self._answer_alike(some, stamps[some[0].hosts], since)
        return [answers[query] for query in queries]

    def _answer_alike(
        self, queries: Sequence[HistoryQuery], stamp: Stamp | None, since: dict[Level, int]
    ) -> dict[HistoryQuery, History]:
        """The answers to questions that are alike."""
        reader = HistoryReader(
            self._db, queries, layouts=self._layouts, index=self._index, frames=self._frames, since=since
        )
        answers = dict(zip(queries, reader.answers(), strict=True))
        if stamp is not None:
            for query, answer in answers.items():
                self._answers.put(query, stamp, answer)
        return answers

    def _stamp(self, hosts: Sequence[str], since: Mapping[Level, int]) -> Stamp | None:
        """What answers about these hosts depend on beside the question; None where that is not worth it."""
        if len(hosts) > MAX_HOSTS:
            return None
        rows = [
            self._db.execute("SELECT id, packed FROM host WHERE name = ?", (name,)).fetchone()
            for name in hosts
        ]
        # One of the two changes whenever a host's data does: its newest row, or up to where it is packed.
        ends = ((*row, self._index.last_of(row[0])) if row else () for row in rows)
        return (tuple(since.values()), *ends)

    def label_sets(self, host: str, measurement: str, now: float) -> list[Labels]:
        """See MetricStore.label_sets."""
        with self._snapshot():
            row = self._db.execute("SELECT id, packed FROM host WHERE name = ?", (host,)).fetchone()
            if row is None:
                return []
            self._index.refresh(self._db)
            series = self._block_series(row[0], now) | self._log_series(self._index.of(*row))
            keys = [self._layouts.series(number) for number in series]
        return sorted({key.labels for key in keys if key.measurement == measurement})

    def latest(self, names: Sequence[str] | None) -> list[Latest]:
        """See MetricStore.latest."""
        with self._snapshot():
            self._index.refresh(self._db)
            rows = list(host_rows(self._db, names))
            entries = self._entries_by_host({row[0]: row[3] for row in rows})
            telling = [telling_ids(host_entries, self._layouts) for host_entries in entries.values()]
            ids = np.sort(np.concatenate(telling)) if telling else np.empty(0, np.int64)
            numbers = dict(zip(ids.tolist(), read_numbers(self._db, ids), strict=True))
            extras = read_extras(self._db, ids)
        out = []
        for host, name, tags, _, packed_state in rows:
            state = self._states.decode(packed_state)
            if host in entries:
                take_rows(state, entries[host], numbers, extras, layouts=self._layouts, codec=self._states)
            out.append(state.latest(name, msgspec.msgpack.decode(tags, type=dict[str, str])))
        return out

    @contextmanager
    def _snapshot(self) -> Iterator[None]:
        self._db.execute("BEGIN")
        try:
            yield
        finally:
            self._db.rollback()  # nothing was written; a snapshot left open would keep the WAL from shrinking

    def _entries_by_host(self, packed_until: dict[int, int]) -> dict[int, Entries]:
        """Each host's entries of rows that are not packed, by time; hosts without any are left out."""
        # For a few hosts each is looked up in the log; for many, sorting the log once is cheaper.
        if len(packed_until) < 20:
            entries_by_host = {host: self._index.of(host, after) for host, after in packed_until.items()}
        else:
            entries_by_host = self._split_by_host(packed_until)
        return {host: distinct(entries) for host, entries in entries_by_host.items() if len(entries)}

    def _split_by_host(self, packed_until: dict[int, int]) -> dict[int, Entries]:
        entries = self._index.all()
        entries = entries[np.argsort(entries["host"], kind="stable")]
        hosts, starts = np.unique(entries["host"], return_index=True)
        groups = zip(hosts.tolist(), np.split(entries, starts[1:]), strict=False)
        return {
            host: group[group["id"] > packed_until[host]] for host, group in groups if host in packed_until
        }

    def _block_series(self, host: int, now: float) -> set[int]:
        since = first_times(self._retention, now)
        series_ids: set[int] = set()
        for level in LEVELS:
            statement = "SELECT id, head FROM block WHERE host = ? AND level = ? AND until > ?"
            for block, head in self._db.execute(statement, (host, level.number, since[level])):
                with decoding(f"block {block}"):
                    for frame in self._codec.heads(head):
                        series_ids.update(series_of(frame).tolist())
        return series_ids

    def _log_series(self, entries: Entries) -> set[int]:
        series_ids: set[int] = set()
        for layout in np.unique(entries["layout"]).tolist():
            series_ids.update(self._layouts.get(layout).series.tolist())
        return series_ids


def _alike(queries: Iterable[HistoryQuery]) -> list[list[HistoryQuery]]:
    """The questions, each once, those together that one reading answers: of the same hosts and buckets."""
    groups: dict[object, list[HistoryQuery]] = {}
    for query in dict.fromkeys(queries):
        buckets = query if query.step is None else (query.hosts, query.start, query.end, query.step)
        groups.setdefault(buckets, []).append(query)
    return list(groups.values())
