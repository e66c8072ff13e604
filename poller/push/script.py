"""The file that a host runs to send its samples: `sender.py` with the host's settings and the probe in it."""

import pprint
import textwrap
from dataclasses import dataclass, field
from importlib import resources

from inventory.host import HostSpec
from poller.probing.bootstrap import payload

_PLACE = "SETTINGS = {}  # type: dict[str, Any]\n"
_WIDTH = 100

_HEAD = '''\
#!/usr/bin/env python3
"""Sends the samples of one host to monctl.

Needs Python 3.6 or newer and, on systems other than Linux, psutil. This file holds a key: only the user that
runs it should be able to read it. MONCTL_KEY and MONCTL_URL in the environment take the place of what is
written here. What cannot be sent is kept in $STATE_DIRECTORY, beside this file or where --state says, up
to 1,000 samples.

To run it under systemd, as root:

    useradd --system --shell /usr/sbin/nologin monctl-push
    install -o root -g monctl-push -m 640 monctl-push.py /usr/local/lib/monctl-push.py
    # write the unit below to /etc/systemd/system/monctl-push.service
    systemctl daemon-reload
    systemctl enable --now monctl-push

@unit@
"""

'''

UNIT = """\
[Unit]
Description=Send samples to monctl
Wants=network-online.target
After=network-online.target

[Service]
# No Protect* and no PrivateTmp: each makes the service see other mounts than the host has.
ExecStart=/usr/bin/python3 -I /usr/local/lib/monctl-push.py
User=monctl-push
StateDirectory=monctl-push
NoNewPrivileges=yes
Restart=always
RestartSec=5

[Install]
WantedBy=multi-user.target
"""
"""A systemd unit that runs the script."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Destination:
    """Where samples go. `ca`: PEM certificates that alone are trusted, None for the system's."""

    url: str
    key: str = field(repr=False)
    ca: str | None = None


def push_script(host: HostSpec, destination: Destination, *, interval: float | None = None) -> str:
    """The source of the script for a host; `interval`: seconds, None for the host's."""
    settings = {
        "host": host.name,
        "url": destination.url,
        "key": destination.key,
        "ca": destination.ca,
        "interval": host.interval if interval is None else interval,
        "backend": str(host.probe),
        "collectors": {name: gap for name, gap in host.collectors.items() if gap is not None},
        "probe": _packed_probe(),
    }
    source = resources.files("poller.push").joinpath("sender.py").read_text("utf-8")
    before, place, after = source.partition(_PLACE)
    assert place, "sender.py has no place for the settings"
    filled = (
        f"SETTINGS = {pprint.pformat(settings, width=_WIDTH, sort_dicts=False)}  # type: dict[str, Any]\n"
    )
    unit = textwrap.indent(UNIT, "    ", lambda line: bool(line.strip()))
    head = _HEAD.replace("@unit@", unit.rstrip())
    return head + _without_docstring(before) + filled + after


def _packed_probe() -> str:
    """The probe as it is sent over SSH: compressed, in base64."""
    return payload().splitlines()[1].decode("ascii")


def _without_docstring(source: str) -> str:
    return source.partition('"""\n\n')[2]
