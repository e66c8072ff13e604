"""The table of hosts, as the writer holds it in memory."""

import sqlite3

import msgspec

from metrics.stores.sqlite.levels import stagger


class Host:
    """A host as the writer holds it; `packed_until`: its log rows up to this id are in blocks."""

    __slots__ = ("id", "packed_until", "place", "tags")

    def __init__(self, host_id: int, name: str, tags: dict[str, str], packed_until: int) -> None:
        self.id = host_id
        self.place = stagger(name)
        self.tags = tags
        self.packed_until = packed_until


def load_hosts(db: sqlite3.Connection) -> dict[str, Host]:
    """Every host by name."""
    rows = db.execute("SELECT id, name, tags, packed FROM host")
    return {
        name: Host(number, name, msgspec.msgpack.decode(tags), packed_until)
        for number, name, tags, packed_until in rows
    }


def add_host(db: sqlite3.Connection, name: str, tags: dict[str, str]) -> Host:
    """Write a new host."""
    statement = "INSERT INTO host (name, tags) VALUES (?, ?) RETURNING id"
    host_id = db.execute(statement, (name, msgspec.msgpack.encode(tags))).fetchone()[0]
    return Host(host_id, name, tags, 0)


def set_tags(db: sqlite3.Connection, host: Host, tags: dict[str, str]) -> None:
    """Write a host's changed tags."""
    db.execute("UPDATE host SET tags = ? WHERE id = ?", (msgspec.msgpack.encode(tags), host.id))
    host.tags = tags
