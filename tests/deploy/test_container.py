"""The Dockerfile, without an engine: what it says, and its commands run with this machine's Python."""

import contextlib
import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from importlib.metadata import distributions
from pathlib import Path, PurePosixPath

import pytest

from deploy.runtime_requirements import pinned, selected
from tests.deploy.image import ROOT, Image, dockerfile, ignored, is_shared
from tests.support.ports import free_port
from tests.support.sshd import descendants
from tests.support.waiting import holds_within

HOSTS = "hosts:\n  this-machine: {connection: local, interval: 1s}\n"
USER = "10001"
_START_SECONDS = 60.0


def test_bases_have_a_tag_that_names_a_version() -> None:
    bases = {stage.base for stage in dockerfile()} - {"build"}
    assert bases
    for base in bases:
        tag = base.partition(":")[2]
        assert any(character.isdigit() for character in tag), base


def test_sources_that_are_copied_exist_and_are_in_the_context() -> None:
    copies = [copy.text.split() for stage in dockerfile() for copy in stage.all("COPY")]
    ours = [source for words in copies if not words[0].startswith("--from") for source in words[:-1]]
    assert len(ours) >= 2
    for source in ours:
        assert (ROOT / source).exists(), source
        assert source == "." or not ignored().leaves_out(PurePosixPath(source)), source


@pytest.mark.parametrize(
    "path",
    [
        ".git/config",
        ".venv/bin/python",
        ".env",
        "data/monctl.db",
        "deploy/secrets/influxdb_token.txt",
        "deploy/etc/ssh/id_ed25519",
        "web/ui/node_modules/vite/package.json",
        "monctl/__pycache__/daemon.cpython-311.pyc",
        "tests/data/any.json",
        ".hypothesis/examples/1",
        ".mypy_cache/3.11/x.json",
        "benchmarks/results/1.json",
        "web/static/index.html",
    ],
)
def test_secrets_and_what_is_made_anew_are_not_in_the_context(path: str) -> None:
    assert ignored().leaves_out(PurePosixPath(path))


@pytest.mark.parametrize(
    "path",
    [
        "pyproject.toml",
        "README.md",
        "LICENSE",
        "constraints.txt",
        "foundation/database/migrations/script.py.mako",
        "web/app.py",
    ],
)
def test_what_the_wheel_is_built_from_is_in_the_context(path: str) -> None:
    assert PurePosixPath(path) in {PurePosixPath(left) for left in ignored().left(ROOT)}


def test_a_container_is_not_root_and_keeps_its_data_in_a_volume() -> None:
    final = dockerfile()[-1]
    assert final.one("USER").text == f"{USER}:{USER}"
    assert final.one("VOLUME").text == final.environment()["MONCTL_DATA_DIR"] == "/data"
    assert final.one("EXPOSE").text == "8000"
    assert not [name for name in final.environment() if "PASSWORD" in name or "TOKEN" in name]


def test_requirements_are_pinned_with_their_hashes_and_leave_out_the_rest() -> None:
    text = "a-b==1.0 ; python_version < '4' \\\n    --hash=sha256:aa\nPyTest==8.0 \\\n    --hash=sha256:bb\n"
    entries = pinned(text)
    assert selected(["A_b"], entries) == "a-b==1.0 ; python_version < '4' \\\n    --hash=sha256:aa\n"
    with pytest.raises(KeyError):
        selected(["c"], entries)


@pytest.fixture(scope="module")
def image() -> Iterator[Image]:
    """The image, built; in a folder that every user may enter."""
    folder = Path(tempfile.mkdtemp(prefix="monctl-image-", dir="/var/tmp"))
    folder.chmod(0o755)
    try:
        _skip_without_index(folder)
        built = Image(folder)
        try:
            built.build()
        except subprocess.CalledProcessError as error:
            pytest.fail(f"{error.cmd[-1]}\n{error.stdout}\n{error.stderr}")
        (folder / "etc/monctl/hosts.yaml").write_text(HOSTS)
        yield built
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _skip_without_index(folder: Path) -> None:
    command = ["pip", "download", "--quiet", "--no-deps", "--dest", str(folder / "index"), "hatchling"]
    if subprocess.run(command, capture_output=True, check=False, timeout=300).returncode:
        if os.environ.get("MONCTL_TEST_REQUIRE_SERVICES") == "1":
            pytest.fail("no package index, and MONCTL_TEST_REQUIRE_SERVICES is set")
        pytest.skip("no package index can be reached")


def _on_port(command: list[str], port: int) -> list[str]:
    assert sum("8000" in word for word in command) == 1
    return [word.replace("8000", str(port)) for word in command]


def _is_healthy(image: Image, port: int) -> bool:
    command = _on_port(image.health_check, port)
    return not subprocess.run(command, env=image.environ, check=False, capture_output=True).returncode


@contextlib.contextmanager
def _container(image: Image, port: int, *, prefix: list[str]) -> Iterator[subprocess.Popen[str]]:
    """The image's command, running; `prefix` comes before it."""
    with (image.folder / "container.log").open("w+") as log:
        process = subprocess.Popen(
            [*prefix, *_on_port(image.command, port)],
            cwd=image.here("/etc/monctl"),
            env=image.environ,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            text=True,
        )
        try:
            yield process
        finally:
            process.kill()
            process.wait()
            log.seek(0)
            print(log.read())


@pytest.mark.timeout(900)
def test_the_build_makes_a_program_that_passes_its_own_health_check(image: Image) -> None:
    port = free_port()
    assert not _is_healthy(image, port)
    with _container(image, port, prefix=[]) as process:
        assert holds_within(lambda: _is_healthy(image, port), _START_SECONDS)
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 0
    assert (image.folder / "data/monctl.db").exists()


@pytest.mark.timeout(900)
def test_the_image_holds_what_runs_and_nothing_of_development(image: Image) -> None:
    (site,) = (image.folder / "opt/venv/lib").glob("python*/site-packages")
    names = {found.name.lower().replace("_", "-") for found in distributions(path=[str(site)])}
    assert names >= {"monctl-ssh", "asyncssh", "influxdb-client", "psycopg-binary"}
    assert not names & {"pip", "setuptools", "pytest", "mypy", "ruff", "hypothesis", "grafana-foundation-sdk"}


@pytest.mark.netns
@pytest.mark.timeout(900)
def test_a_container_runs_as_process_1_without_root_on_a_read_only_file_system(image: Image) -> None:
    if not is_shared(image.folder / "opt/venv/bin/python"):
        pytest.skip("no Python here that other users may run")
    port = free_port()
    shutil.rmtree(image.folder / "data")
    (image.folder / "data").mkdir(mode=0o700)
    os.chown(image.folder / "data", int(USER), int(USER))
    read_only = (
        'mount --bind "$1" "$1" && mount --make-rprivate / && mount -t tmpfs tmpfs /tmp && '
        "mount -o remount,bind,ro / && shift && "
        f'exec setpriv --reuid={USER} --regid={USER} --clear-groups --bounding-set=-all --no-new-privs "$@"'
    )
    prefix = ["unshare", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc", "sh", "-c", read_only]
    prefix += ["sh", image.here("/data")]
    with _container(image, port, prefix=prefix) as outside:
        assert holds_within(lambda: _is_healthy(image, port), _START_SECONDS)
        process, *_ = descendants(outside.pid)
        assert _namespaced_pid(process) == "1"
        assert Path(f"/proc/{process}").stat().st_uid == int(USER)
        (before,) = _wait_for_probe(process, known=[])
        os.kill(before, signal.SIGKILL)
        _wait_for_probe(process, known=[before])
        assert before not in descendants(process)
        os.kill(process, signal.SIGTERM)
        assert outside.wait(30) == 0
    assert {path.name for path in (image.folder / "data").iterdir()} >= {"monctl.db", "metrics.db"}


def _wait_for_probe(process: int, *, known: list[int]) -> list[int]:
    assert holds_within(lambda: any(pid not in known for pid in descendants(process)), _START_SECONDS)
    return descendants(process)


def _namespaced_pid(process: int) -> str:
    status = Path(f"/proc/{process}/status").read_text()
    (line,) = (line for line in status.splitlines() if line.startswith("NSpid:"))
    return line.split()[-1]
