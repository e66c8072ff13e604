"""Asking a daemon's API in a closed loop, by clients of another process."""

import json
import statistics
import subprocess
import sys
from collections.abc import Iterator, Sequence

from benchmarks.table import Row
from tests.support.installation import ADMIN_PASSWORD, MonctlFolder

_LOGIN = {"username": "admin", "password": ADMIN_PASSWORD}


def ask(
    folder: MonctlFolder,
    part: str,
    what: str,
    paths: Sequence[str],
    seconds: float,
    *,
    clients: int,
    at_most: float | None = None,
) -> Iterator[Row]:
    """How long answers take, of one path (below /api/v1) after the other; `at_most`: ms, of the p99."""
    task = {
        "port": folder.port,
        "token": folder.api("POST", "/auth/token", data=_LOGIN).json()["access_token"],
        "paths": [f"/api/v1{path}" for path in paths],
        "clients": clients,
        "seconds": seconds,
    }
    command = [sys.executable, "-m", "benchmarks.api_client", json.dumps(task)]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, timeout=seconds + 60)
    result = json.loads(done.stdout)
    took = result["milliseconds"]
    middle, worst = statistics.median(took), took[int(len(took) * 0.99)]
    yield Row(part, f"{what}, {clients} clients, p99", worst, "ms", at_most=at_most)
    yield Row(part, f"  p50 ({result['bytes'] / 1000:,.0f} KB an answer)", middle, "ms")
    yield Row(part, "  requests a second", len(took) / seconds, "1/s")
