"""A host that does not behave: started in Python's place, it says hello and then whatever its mode is.

rogue_probe.py MODE -c "exec(input())"
"""

import json
import os
import sys
import time


def main() -> None:
    """Read the start lines, say hello, misbehave."""
    mode = sys.argv[1]
    for _ in range(2):
        sys.stdin.readline()
    config = json.loads(sys.stdin.readline())
    if mode == "silent":
        time.sleep(60)
    hello = {
        "monctl": 1,
        "nonce": config["nonce"],
        "pid": os.getpid(),
        "python": "3.11",
        "backend": "proc",
        "os": "linux",
    }
    print("\n" + json.dumps(hello), flush=True)
    while request := sys.stdin.readline():
        number = json.loads(request)["id"]
        answer = {"id": number, "time": time.time(), "monotonic": time.monotonic(), "boot": "b"}
        out = sys.stdout.buffer
        if mode == "garbage":
            out.write(b"\xff\xfe{]garbage\x1b[2J\n")
        elif mode == "endless":
            block = b"x" * 65536
            for _ in range(16384):  # 1 GiB without a line's end
                out.write(block)
        elif mode == "half":
            out.write(json.dumps(answer).encode()[:30])
            out.flush()
            os._exit(1)
        elif mode == "stall":
            out.write(json.dumps(answer).encode()[:30])
            out.flush()
            time.sleep(60)
        elif mode == "other-id":
            out.write(json.dumps(answer | {"id": number + 7}).encode() + b"\n")
        elif mode == "nan":
            out.write(json.dumps(answer | {"system": {"load1": float("nan")}}).encode() + b"\n")
        elif mode == "deep":
            out.write(
                json.dumps(answer).encode()[:-1] + b',"mem":' + b"[" * 200_000 + b"]" * 200_000 + b"}\n"
            )
        elif mode == "mounts":
            mount = {"device": "d", "fstype": "e", "mode": "rw", "total": 1, "used": 1, "free": 0}
            answer["disk"] = [mount | {"path": f"/\x1b[2J{i}"} for i in range(5000)]  # type: ignore[assignment]
            out.write(json.dumps(answer).encode() + b"\n")
        elif mode == "huge":
            out.write(
                json.dumps(answer | {"mem": {"total": 10**300}, "temp": {"a": 1e17, "b": -1}}).encode()
                + b"\n"
            )
        out.flush()


if __name__ == "__main__":
    main()
