"""Loads a hosts.yaml or a monctl.yaml as a daemon does, in a process of its own, and tells what that cost."""

import json
import resource
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from foundation.documents.errors import DocumentInvalid
from inventory.hosts_yaml.file import load_inventory
from monctl.errors import SettingsInvalid
from monctl.settings.settings import load_settings
from tests.support.prepared import READ_ON_START, start_prepared

_MOST_BYTES = 3 << 30
_SHOWN = 500


@dataclass(frozen=True, slots=True)
class Loading:
    """The problems of a file, the megabytes that it took to find them beyond those of before, CPU seconds."""

    problems: list[str]
    megabytes: float
    seconds: float


def load_apart(file: Path, *, timeout: float = 60.0) -> Loading:
    """Load a file in another process, whose memory is limited."""
    with (
        tempfile.TemporaryFile("w+") as nothing,
        tempfile.TemporaryFile("w+") as out,
        tempfile.TemporaryFile("w+") as err,
    ):
        process = start_prepared(
            [str(file)],
            folder=file.parent,
            environ=READ_ON_START,
            streams=(nothing, out, err),
            function="tests.hostile.loading:main",
        )
        try:
            status = process.wait(timeout)
        finally:
            process.kill()
        out.seek(0)
        err.seek(0)
        assert status == 0, err.read()
        return Loading(**json.loads(out.read()))


def main() -> None:
    """Load the file that the command line names, and print what came of it."""
    resource.setrlimit(resource.RLIMIT_AS, (_MOST_BYTES, _MOST_BYTES))
    Path("/proc/self/clear_refs").write_text("5")  # the peak counts from now on
    path, before, started = Path(sys.argv[1]), _kilobytes("VmRSS"), time.process_time()
    problems = _problems(path)
    seconds = time.process_time() - started
    used_megabytes = (_kilobytes("VmHWM") - before) / 1024
    print(json.dumps({"problems": problems, "megabytes": used_megabytes, "seconds": seconds}), flush=True)


def _problems(path: Path) -> list[str]:
    try:
        if path.name == "monctl.yaml":
            load_settings(path, environ={})
        else:
            load_inventory(path, environ={})
    except (DocumentInvalid, SettingsInvalid) as error:
        return [str(problem)[:_SHOWN] for problem in error.problems]
    return []


def _kilobytes(name: str) -> int:
    lines = Path("/proc/self/status").read_text().splitlines()
    return int(next(line for line in lines if line.startswith(name)).split()[1])
