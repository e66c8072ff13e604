"""`make bench`: every benchmark in one run, as a table and as JSON under benchmarks/results/."""

import json
import sys
import time
from pathlib import Path

from benchmarks import alerts, api, cli, dashboard, decode, fleet, influx, peers, probe, soak, store
from benchmarks.table import print_rows

_RESULTS = Path(__file__).parent / "results"
_PARTS = {
    "decode": decode.run,
    "store": store.run,
    "cli": cli.run,
    "probe": probe.run,
    "poller": fleet.run,
    "peers": peers.run,
    "api": api.run,
    "alerts": alerts.run,
    "influx": influx.run,
    "dashboard": dashboard.run,
    "soak": soak.run,
}


def main() -> None:
    """Run the parts named on the command line, or all."""
    rows = []
    for name in sys.argv[1:] or _PARTS:
        print(f"measuring: {name} …", file=sys.stderr, flush=True)
        rows += _PARTS[name]()
    print_rows(rows)
    _RESULTS.mkdir(exist_ok=True)
    file = _RESULTS / f"{time.strftime('%Y%m%dT%H%M%S')}.json"
    file.write_text(json.dumps([row.as_dict() for row in rows], indent=2) + "\n")
    print(f"written to {file}")


if __name__ == "__main__":
    main()
