"""The revision that a database's schema is at."""

from sqlalchemy import Engine, inspect, text


def present_revision(engine: Engine) -> str | None:
    """The schema's revision, None for a database without a schema."""
    with engine.connect() as connection:
        if not inspect(connection).has_table("alembic_version"):
            return None
        found = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    return None if found is None else str(found)
