"""The ids that a table gives next: never one that it gave before, so that no old link leads to a new row."""

from sqlalchemy import Connection, Table, func, inspect, select, text

from foundation.database.drivers.driver_errors import POSTGRESQL
from foundation.database.kinds import SQLITE

_SEQUENCE = text("SELECT pg_get_serial_sequence(:name, 'id')")


def last_id(connection: Connection, table: Table) -> int:
    """The last id that a table gave, perhaps to a row that has been removed; 0 for none."""
    greatest = connection.scalar(select(func.max(table.c.id))) or 0
    if connection.dialect.name == SQLITE and _keeps_count(connection):
        last_in_sequence = connection.scalar(
            text("SELECT seq FROM sqlite_sequence WHERE name = :name"), {"name": table.name}
        )
        return max(greatest, last_in_sequence or 0)
    if connection.dialect.name == POSTGRESQL:
        sequence = connection.scalar(_SEQUENCE, {"name": table.name})
        last_value = text(f"SELECT last_value FROM {sequence} WHERE is_called")  # noqa: S608 - the server's own word
        return max(greatest, connection.scalar(last_value) or 0) if sequence else greatest
    return greatest


def continue_ids(connection: Connection, table: Table, last: int) -> None:
    """Let the next row that is added have an id after `last`."""
    if not last:
        return
    if connection.dialect.name == POSTGRESQL:
        sequence = connection.scalar(_SEQUENCE, {"name": table.name})
        connection.execute(text("SELECT setval(:name, :last)"), {"name": sequence, "last": last})
    elif connection.dialect.name == SQLITE and table.dialect_options["sqlite"]["autoincrement"]:
        parameters = {"name": table.name, "last": last}
        connection.execute(text("DELETE FROM sqlite_sequence WHERE name = :name"), parameters)
        connection.execute(text("INSERT INTO sqlite_sequence (name, seq) VALUES (:name, :last)"), parameters)


def _keeps_count(connection: Connection) -> bool:
    return inspect(connection).has_table("sqlite_sequence")
