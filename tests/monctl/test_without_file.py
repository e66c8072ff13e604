"""An installation whose hosts are all the API's needs no hosts.yaml."""

from tests.support.installation import MonctlFolder
from tests.support.ports import free_port


def test_hosts_added_by_command_are_polled_without_a_hosts_yaml(monctl: MonctlFolder) -> None:
    added = monctl.run("hosts", "add", "x", "--address", "127.0.0.1", "--port", str(free_port()))
    assert added.returncode == 0, added.stderr
    monctl.start("--no-web")
    assert monctl.wait_for(lambda: monctl.states() == {"x": ("down", "refused")}), monctl.log
    status = monctl.run("status")
    assert "hosts.yaml" not in status.stderr
    assert "hosts.yaml" not in monctl.log


def test_neither_file_nor_hosts_is_wrong_and_says_what_to_do(monctl: MonctlFolder) -> None:
    done = monctl.run("poll")
    assert done.returncode == 2
    assert "hosts.yaml: cannot be read: No such file or directory: write one" in done.stderr


def test_a_file_that_vanished_is_told_and_its_hosts_stay(monctl: MonctlFolder) -> None:
    monctl.hosts_yaml.write_text("hosts: {me: {connection: local}}\n")
    assert monctl.run("hosts", "list").returncode == 0
    monctl.hosts_yaml.unlink()
    listed = monctl.run("hosts", "list")
    assert "me" in listed.stdout
    assert "cannot be read" in listed.stderr
