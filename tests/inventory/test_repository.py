import threading
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine, text

from foundation.database.changes import Changes
from foundation.records.errors import RecordConflict, RecordExists, RecordFileOwned, RecordUnknown
from foundation.records.owner import Owner
from inventory.errors import InventoryInvalid
from inventory.host_table.repository import HostRepository
from inventory.hosts_yaml.file import Inventory
from tests.inventory.loading import load
from tests.support.databases import Database

ENVIRON = {"PW": "hunter2", "ZONE": "example.com"}


class Clock:
    """A clock that goes on by a minute each time it is asked."""

    def __init__(self) -> None:
        self.now = datetime(2026, 1, 1, tzinfo=UTC)

    def __call__(self) -> datetime:
        self.now += timedelta(minutes=1)
        return self.now


@pytest.fixture
def repository(engine: Engine) -> HostRepository:
    return HostRepository(engine, environ=ENVIRON, clock=Clock())


def inventory(text: str) -> Inventory:
    return load(text, **ENVIRON)


def test_the_table_follows_the_file(repository: HostRepository) -> None:
    first = inventory("hosts: {a: x, b: x, c: x}")
    assert repository.sync_file(first) == Changes(added=("a", "b", "c"))
    assert repository.specs().hosts == first.hosts
    second = inventory("hosts: {a: x, b: y, d: x}")
    assert repository.sync_file(second) == Changes(added=("d",), changed=("b",), removed=("c",))
    assert repository.specs().hosts == second.hosts
    assert (repository.get("a").version, repository.get("b").version) == (1, 2)


def test_what_has_not_changed_is_not_written(repository: HostRepository) -> None:
    repository.sync_file(inventory("hosts: {a: x}"))
    before = repository.get("a"), repository.revision()
    assert repository.sync_file(inventory("hosts: {a: x}")) == Changes()
    assert (repository.get("a"), repository.revision()) == before


def test_a_host_that_moves_in_the_file_has_not_changed(repository: HostRepository) -> None:
    repository.sync_file(inventory("hosts:\n  a: x\n"))
    assert repository.sync_file(inventory("hosts:\n\n  a: x\n")) == Changes()
    assert (repository.get("a").line, repository.get("a").version) == (3, 1)


def test_the_revision_grows_with_every_change(repository: HostRepository) -> None:
    seen = [repository.revision()]
    for change in (
        lambda: repository.sync_file(inventory("hosts: {a: x}")),
        lambda: repository.add("b", {"address": "x"}),
        lambda: repository.update("b", {"address": "y"}),
        lambda: repository.pause("a"),
        lambda: repository.resume("a"),
        lambda: repository.remove("b"),
    ):
        change()
        seen.append(repository.revision())
    assert seen == [0, 1, 2, 3, 4, 5, 6]


def test_secrets_are_stored_by_reference(repository: HostRepository, engine: Engine) -> None:
    repository.sync_file(inventory('hosts: {a: {password: "${PW}", address: "a.${ZONE}"}}'))
    repository.add("b", {"password": "${PW}"})
    with engine.connect() as connection:
        stored = str(connection.execute(text("SELECT * FROM host")).all())
    assert "hunter2" not in stored
    assert "${PW}" in stored
    specs = repository.specs().hosts
    assert str.__str__(specs["a"].password or "") == str.__str__(specs["b"].password or "") == "hunter2"
    assert specs["a"].address == "a.example.com"


def test_hosts_of_the_api_stand_alone(repository: HostRepository) -> None:
    repository.sync_file(inventory("defaults: {user: u}\ngroups: {g: {port: 1}}\nhosts: {a: {groups: [g]}}"))
    repository.add("b", {"groups": ["g", "other"], "interval": "1m", "collectors": {"disk": False}})
    spec = repository.specs().hosts["b"]
    assert (spec.owner, spec.user, spec.port, spec.interval) == (Owner.API, None, None, 60.0)
    assert (spec.groups, spec.collectors["disk"]) == (("g", "other"), None)


def test_an_entry_of_the_api_is_checked_like_one_of_the_file(repository: HostRepository) -> None:
    with pytest.raises(InventoryInvalid) as caught:
        repository.add(
            "b", {"intervall": 5, "port": 0, "password": "x", "user": "${NOPE}", "tags": {"a": "x"}}
        )
    assert [str(problem) for problem in caught.value.problems] == [
        "b.intervall: unknown key `intervall`, did you mean `interval`?",
        "b.port: must be a port from 1 to 65535, not `0`",
        'b.password: must be given by reference, such as "${NAME}": a password does not belong here',
        "b.user: the environment variable NOPE is not set",
    ]
    assert repository.list() == ()


@pytest.mark.parametrize("name", ["", "a/b", "\x1b[2J", "db-[01:20]", "a b"])
def test_a_host_of_the_api_has_a_name_as_in_the_file(repository: HostRepository, name: str) -> None:
    with pytest.raises(InventoryInvalid):
        repository.add(name, {})


def test_a_name_belongs_to_the_file_or_to_the_api(repository: HostRepository) -> None:
    repository.sync_file(inventory("hosts:\n  a: x\n"))
    repository.add("b", {})
    with pytest.raises(RecordExists, match=r"there is already a host `a` in hosts\.yaml, line 2"):
        repository.add("a", {})
    with pytest.raises(RecordExists, match=r"there is already a host `b`$"):
        repository.add("b", {})
    before = repository.list()
    with pytest.raises(InventoryInvalid) as caught:
        repository.sync_file(inventory("hosts:\n  c: x\n  b: x\n"))
    assert str(caught.value) == (
        "hosts.yaml:3: hosts.b: the API has a host `b` since 2026-01-01: "
        "remove that one, or give this one another name"
    )
    assert repository.list() == before


def test_a_host_of_the_file_is_not_changed_here(repository: HostRepository) -> None:
    repository.sync_file(inventory("hosts:\n  a: x\n"))
    for refused in (lambda: repository.update("a", {}), lambda: repository.remove("a")):
        with pytest.raises(RecordFileOwned, match=r"host `a` belongs to hosts\.yaml, line 2") as caught:
            refused()
        assert (caught.value.file, caught.value.line) == ("hosts.yaml", 2)


def test_an_unknown_host_is_named_with_the_nearest(repository: HostRepository) -> None:
    repository.add("web-1", {})
    for unknown in (repository.get, repository.pause, repository.resume, repository.remove):
        with pytest.raises(RecordUnknown, match="there is no host `wbe-1`, did you mean `web-1`"):
            unknown("wbe-1")


def test_two_who_change_the_same_version_do_not_overwrite_each_other(repository: HostRepository) -> None:
    version = repository.add("a", {"address": "x"}).version
    changed = repository.update("a", {"address": "y"}, expected_version=version)
    with pytest.raises(RecordConflict, match="it is at version 2, not 1"):
        repository.update("a", {"address": "z"}, expected_version=version)
    with pytest.raises(RecordConflict):
        repository.remove("a", expected_version=version)
    assert repository.get("a") == changed
    assert changed.updated_at > changed.created_at
    repository.remove("a", expected_version=2)
    assert repository.list() == ()


@pytest.mark.parametrize("name", ["file", "api"])
def test_every_host_can_be_paused_and_resumed(repository: HostRepository, name: str) -> None:
    repository.sync_file(inventory("hosts: {file: x}"))
    repository.add("api", {})
    assert repository.pause(name).paused is True
    assert repository.specs().hosts[name].paused
    assert repository.sync_file(inventory("hosts: {file: y}")).changed == ("file",)
    assert repository.specs().hosts[name].paused
    assert repository.resume(name).paused is None
    assert not repository.specs().hosts[name].paused


def test_a_host_that_its_entry_pauses_can_be_resumed(repository: HostRepository) -> None:
    repository.sync_file(inventory("hosts: {a: {paused: true}}"))
    assert repository.resume("a").paused is False
    assert not repository.specs().hosts["a"].paused


def test_a_pause_is_forgotten_when_the_file_changes_its_own(repository: HostRepository) -> None:
    repository.sync_file(inventory("hosts: {a: {paused: true}}"))
    repository.resume("a")
    repository.sync_file(inventory("hosts: {a: {address: x}}"))
    repository.sync_file(inventory("hosts: {a: {paused: true}}"))
    assert repository.get("a").paused is None
    assert repository.specs().hosts["a"].paused


def test_a_row_that_cannot_be_used_harms_no_other(repository: HostRepository, engine: Engine) -> None:
    repository.sync_file(inventory("hosts:\n  a: {user: '${ZONE}'}\n  b: x\n"))
    repository.add("c", {"password": "${PW}"})
    repository.add("d", {})
    elsewhere = HostRepository(engine, environ={}).specs()
    assert list(elsewhere.hosts) == ["b", "d"]
    assert [str(problem) for problem in elsewhere.problems] == [
        "hosts.yaml:2: a.user: the environment variable ZONE is not set",
        "c.password: the environment variable PW is not set",
    ]


def test_a_circle_of_jump_hosts_is_refused(repository: HostRepository) -> None:
    repository.sync_file(inventory("hosts: {a: {jump: b}}"))
    with pytest.raises(InventoryInvalid, match="jump hosts form a circle: a -> b -> a"):
        repository.add("b", {"jump": "a"})
    with pytest.raises(InventoryInvalid, match="jump hosts form a circle: z -> z"):
        repository.add("z", {"jump": "z"})


def test_a_circle_that_the_file_closes_leaves_out_the_hosts_of_the_api(repository: HostRepository) -> None:
    repository.add("b", {"jump": "a"})
    repository.sync_file(inventory("hosts: {a: {jump: b}}"))
    specs = repository.specs()
    assert list(specs.hosts) == ["a"]
    assert "jump hosts form a circle" in str(specs.problems[0])


def test_times_are_aware_and_in_utc(repository: HostRepository) -> None:
    repository.add("a", {})
    host = repository.get("a")
    assert host.created_at.tzinfo is UTC
    assert host.created_at == host.updated_at == datetime(2026, 1, 1, 0, 1, tzinfo=UTC)


def test_writers_wait_for_each_other(database: Database, engine: Engine) -> None:
    def add_ten(writer: int) -> None:
        own_engine = database.open()
        repository = HostRepository(own_engine, environ={})
        for number in range(10):
            repository.add(f"{writer}-{number}", {})
        own_engine.dispose()

    writers = [threading.Thread(target=add_ten, args=(number,)) for number in range(4)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    repository = HostRepository(engine, environ={})
    assert len(repository.list()) == repository.revision() == 40
