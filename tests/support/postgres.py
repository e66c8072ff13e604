"""A real PostgreSQL of our own: a throw-away cluster that listens on 127.0.0.1 alone."""

import contextlib
import itertools
import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg

from tests.support.ports import free_port

USER = "monctl"
PASSWORD = "pa55wordOfTheDatabase"

_SYSTEM_USER = "postgres"
_WAIT_SECONDS = 30.0
_SETTINGS = """
listen_addresses = '127.0.0.1'
port = {port}
unix_socket_directories = ''
fsync = off
full_page_writes = off
max_connections = 100
shared_buffers = 32MB
autovacuum = off
max_wal_senders = 0
wal_level = minimal
"""
_ACCESS = """
host all postgres 127.0.0.1/32 trust
host all all 127.0.0.1/32 scram-sha-256
"""


def binary(name: str) -> str | None:
    """One of the server's programs, which Debian keeps off the PATH."""
    programs = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"))
    return str(programs[-1]) if programs else shutil.which(name)


@dataclass
class Postgres:
    """A cluster, which `start` and `stop` may run and end any number of times.

    `folder` belongs to whom the server runs as, who is not root.
    """

    folder: Path
    port: int = field(default_factory=free_port)
    _numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1), repr=False)

    def create(self) -> None:
        """Make the cluster, with a user that may make databases, as an administrator would for monctl."""
        self._run("initdb", "-D", self._data, "-U", "postgres", "-E", "UTF8", "--no-locale", "--no-sync")
        with (self.folder / "data" / "postgresql.conf").open("a") as settings:
            settings.write(_SETTINGS.format(port=self.port))
        (self.folder / "data" / "pg_hba.conf").write_text(_ACCESS)

    def start(self) -> None:
        """Start the server and wait until it answers."""
        log = str(self.folder / "server.log")
        self._run("pg_ctl", "-D", self._data, "-l", log, "-w", "-t", str(int(_WAIT_SECONDS)), "start")

    def stop(self, mode: str = "fast") -> None:
        """Stop it: `fast` breaks off what is being done, `immediate` is a crash."""
        self._run("pg_ctl", "-D", self._data, "-m", mode, "-w", "stop")

    def restart(self, mode: str = "fast") -> None:
        """Stop and start it."""
        self.stop(mode)
        self.start()

    @property
    def is_running(self) -> bool:
        """Whether the server runs."""
        return (self.folder / "data" / "postmaster.pid").exists()

    def url(self, database: str) -> str:
        """What monctl.yaml says of a database."""
        return f"postgresql://{USER}:{PASSWORD}@127.0.0.1:{self.port}/{database}"

    def create_user(self) -> None:
        """Make the user to whom the databases belong."""
        self.execute(f"CREATE ROLE {USER} LOGIN PASSWORD '{PASSWORD}'")

    def create_database(self, template: str = "template0") -> str:
        """A new database of the user's; its URL."""
        name = f"monctl_{next(self._numbers)}"
        self.execute(f"CREATE DATABASE {name} OWNER {USER} TEMPLATE {template}")
        return self.url(name)

    def drop_database(self, url: str) -> None:
        """Take a database away, whoever still uses it."""
        self.execute(f"DROP DATABASE {url.rpartition('/')[2]} WITH (FORCE)")

    def disconnect(self, url: str) -> None:
        """End all sessions of a database, as its administrator may."""
        name = url.rpartition("/")[2]
        self.execute(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'")

    def execute(self, statement: str, *, database: str = "postgres") -> None:
        """Run a statement as the cluster's administrator."""
        with self._administrator(database) as connection:
            connection.execute(statement.encode())

    def query(self, statement: str, url: str) -> Any:
        """The first row that a statement gives in a database."""
        with self._administrator(url.rpartition("/")[2]) as connection:
            return connection.execute(statement.encode()).fetchone()

    def _administrator(self, database: str) -> psycopg.Connection[Any]:
        where = f"host=127.0.0.1 port={self.port} user=postgres dbname={database}"
        return psycopg.connect(where, autocommit=True)

    @property
    def _data(self) -> str:
        return str(self.folder / "data")

    def _run(self, program: str, *arguments: str) -> None:
        command = [binary(program) or program, *arguments]
        log_file = self.folder / "commands.log"
        with log_file.open("ab") as log:
            result = subprocess.run(
                _as_nobody_special(command),
                cwd="/",
                env={**os.environ, "LC_ALL": "C"},
                stdin=subprocess.DEVNULL,
                # the server keeps open what pg_ctl hands down: a pipe would never end
                stdout=log,
                stderr=log,
                check=False,
                timeout=2 * _WAIT_SECONDS,
            )
        assert result.returncode == 0, log_file.read_text()


def _as_nobody_special(command: Sequence[str]) -> list[str]:
    """The command for the user `postgres` where it would be root's: PostgreSQL refuses to run as root."""
    if os.geteuid() != 0:
        return list(command)
    return ["setpriv", f"--reuid={_SYSTEM_USER}", f"--regid={_SYSTEM_USER}", "--init-groups", *command]


@contextlib.contextmanager
def running_postgres() -> Iterator[Postgres]:
    """A new cluster, running; it and its folder are gone afterwards."""
    with _folder() as folder:
        server = Postgres(folder)
        server.create()
        server.start()
        try:
            server.create_user()
            yield server
        finally:
            if server.is_running:
                server.stop("immediate")


@contextlib.contextmanager
def _folder() -> Iterator[Path]:
    """A folder of the server's user; not below pytest's, which nobody but root may enter."""
    folder = Path(tempfile.mkdtemp(prefix="monctl-postgres-"))
    try:
        if os.geteuid() == 0:
            owner = pwd.getpwnam(_SYSTEM_USER)
            os.chown(folder, owner.pw_uid, owner.pw_gid)
        yield folder
    finally:
        shutil.rmtree(folder)
