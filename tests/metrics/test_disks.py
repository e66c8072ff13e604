"""A file system that can no longer be written says so, if it could be written before."""

from typing import Any

from metrics.results import Number
from tests.metrics.test_sampler import Asked

GIB = 1024**3


def disk(path: str, mode: str, device: str = "sda1") -> dict[str, Any]:
    return {
        "path": path, "device": device, "fstype": "ext4", "mode": mode,
        "total": GIB, "used": 0, "free": GIB,
    }  # fmt: skip


def became_read_only(host: Asked, *disks: dict[str, Any], **more: Any) -> dict[str, Number | None]:
    """Path -> what is said of it."""
    points = host.says(disk=list(disks), **more).points
    return {
        dict(point.labels)["path"]: point.fields.get("became_read_only")
        for point in points
        if point.measurement == "disk"
    }


def test_a_file_system_that_turns_read_only_says_so_until_it_can_be_written_again() -> None:
    host = Asked()
    assert became_read_only(host, disk("/", "rw"), disk("/iso", "ro")) == {"/": 0, "/iso": None}
    for _ in range(2):
        assert became_read_only(host, disk("/", "ro"), disk("/iso", "ro")) == {"/": 1, "/iso": None}
    assert became_read_only(host, disk("/", "ro"), boot="another") == {"/": 1}
    assert became_read_only(host, disk("/", "rw")) == {"/": 0}
    assert became_read_only(host, disk("/", "ro")) == {"/": 1}


def test_what_was_unmounted_and_comes_back_read_only_was_meant_so() -> None:
    host = Asked()
    became_read_only(host, disk("/", "rw"), disk("/backup", "rw", "sdb1"))
    became_read_only(host, disk("/", "rw"))
    assert became_read_only(host, disk("/", "rw"), disk("/backup", "ro", "sdb1"))["/backup"] is None
    became_read_only(host, disk("/backup", "rw", "sdb1"))
    assert became_read_only(host, disk("/backup", "ro", "sdc1"))["/backup"] is None


def test_one_that_did_not_answer_for_a_while_is_not_forgotten() -> None:
    host = Asked()
    became_read_only(host, disk("/", "rw"), disk("/ill", "rw", "sdb1"))
    became_read_only(host, disk("/", "rw"), errors={"disk": "/ill did not answer within 2 s"})
    host.says()
    assert became_read_only(host, disk("/", "rw"), disk("/ill", "ro", "sdb1"))["/ill"] == 1


def test_memory_of_what_was_writable_is_bounded() -> None:
    host = Asked()
    for number in range(12):
        names = [disk(f"/{number}/{one}", "rw") for one in range(1000)]
        became_read_only(host, *names, errors={"disk": "/ill did not answer within 2 s"})
    assert len(host.sampler._disk._writable) <= 6000


def test_linux_says_by_itself_where_it_stopped_writing_before_anybody_watched() -> None:
    assert became_read_only(Asked(), disk("/", "ro") | {"was_writable": True}) == {"/": 1}
