"""A host that does not behave: started in Python's place, it says hello and then whatever its mode is.

rogue_probe.py MODE -c "exec(input())"
"""

import json
import os
import sys
import time
from collections.abc import Callable
from typing import Any

Answer = dict[str, Any]


def _line(answer: Answer) -> bytes:
    return json.dumps(answer).encode() + b"\n"


def _endless(answer: Answer) -> bytes:
    for _ in range(16384):  # 1 GiB without a line's end
        sys.stdout.buffer.write(b"x" * 65536)
    return b""


def _half(answer: Answer) -> bytes:
    sys.stdout.buffer.write(_line(answer)[:30])
    sys.stdout.flush()
    os._exit(1)


def _stall(answer: Answer) -> bytes:
    sys.stdout.buffer.write(_line(answer)[:30])
    sys.stdout.flush()
    time.sleep(60)
    return b""


def _deep(answer: Answer) -> bytes:
    return _line(answer)[:-2] + b',"mem":' + b"[" * 200_000 + b"]" * 200_000 + b"}\n"


def _mounts(answer: Answer) -> bytes:
    mount = {"device": "d", "fstype": "e", "mode": "rw", "total": 1, "used": 1, "free": 0}
    return _line(answer | {"disk": [mount | {"path": f"/\x1b[2J{number}"} for number in range(5000)]})


def _new_mounts(answer: Answer) -> bytes:
    mount = {"device": "d", "fstype": "e", "mode": "rw", "total": 100, "used": 99, "free": 1}
    begin = time.time_ns()
    return _line(answer | {"disk": [mount | {"path": f"/{begin + number}"} for number in range(1024)]})


def _empty_texts(answer: Answer) -> bytes:
    return _line(answer)[:-2] + b',"mem":[' + b'"",' * 330_000 + b"NaN]}\n"


MODES: dict[str, Callable[[Answer], bytes]] = {
    "garbage": lambda answer: b"\xff\xfe{]garbage\x1b[2J\n",
    "endless": _endless,
    "half": _half,
    "stall": _stall,
    "other-id": lambda answer: _line(answer | {"id": answer["id"] + 7}),
    "nan": lambda answer: _line(answer | {"system": {"load1": float("nan")}}),
    "deep": _deep,
    "mounts": _mounts,
    "new-mounts": _new_mounts,
    "empty-texts": _empty_texts,
    "huge": lambda answer: _line(answer | {"mem": {"total": 10**300}, "temp": {"a": 1e17, "b": -1}}),
}


def main() -> None:
    """Read the start lines, say hello, misbehave."""
    mode = sys.argv[1]
    for _ in range(2):
        sys.stdin.readline()
    config = json.loads(sys.stdin.readline())
    if mode == "silent":
        time.sleep(60)
    hello = {"monctl": 1, "nonce": config["nonce"], "pid": os.getpid(), "backend": "proc", "os": "linux"}
    print("\n" + json.dumps(hello), flush=True)
    while request := sys.stdin.readline():
        answer = {"id": json.loads(request)["id"], "time": time.time(), "monotonic": 1.0, "boot": "b"}
        sys.stdout.buffer.write(MODES[mode](answer))
        sys.stdout.flush()


if __name__ == "__main__":
    main()
