"""Starting the probe on a host: finding a Python there, sending the source, reading the hello."""

import secrets

from inventory.host import Connection, HostSpec
from metrics.errors import BadAnswer
from metrics.results import Outcome
from metrics.sampling.answer import Hello, decode_hello
from poller.errors import ChannelEnded, PollFailed
from poller.probing import bootstrap
from poller.probing.channel import Link, ProbeChannel
from poller.probing.local import local_python

NOISE_LIMIT_BYTES = 64 * 1024
"""How much a login script may print before the probe's hello."""


class ProbeStarter:
    """Starts one host's probe, remembering which Python it found."""

    def __init__(self, host: HostSpec) -> None:
        self._backend = host.probe
        python = host.python
        if python is None and host.connection is Connection.LOCAL:
            python = local_python()
        self._commands = bootstrap.start_commands(python)

    async def start(self, link: Link, request: bytes) -> tuple[ProbeChannel, Hello]:
        """A channel on which the probe said hello and was sent `request`; raises PollFailed."""
        tried_pythons = []
        for command in self._commands:
            try:
                started = await self._start_with(link, command, request)
            except ChannelEnded as error:
                if error.is_lost or not bootstrap.is_python_missing(error.exit_status, error.stderr):
                    raise
                tried_pythons.append(command.split(" -", 1)[0])
                continue
            self._commands = [command]  # from now on only what worked: each attempt costs the host a process
            return started
        raise PollFailed(Outcome.NO_PYTHON, f"no Python 3.6 or newer; tried {', '.join(tried_pythons)}")

    async def _start_with(self, link: Link, command: str, request: bytes) -> tuple[ProbeChannel, Hello]:
        channel = await link.start(command)
        nonce = secrets.token_hex(16)
        try:
            channel.write(bootstrap.payload() + bootstrap.config_line(nonce, self._backend) + request)
            return channel, await _hello(channel, nonce)
        except BaseException:
            channel.kill()
            raise


async def _hello(channel: ProbeChannel, nonce: str) -> Hello:
    skipped = 0
    while skipped <= NOISE_LIMIT_BYTES:
        line = await channel.reader.next_line()
        if nonce.encode() in line:
            try:
                return decode_hello(line, nonce)
            except BadAnswer as error:
                raise PollFailed(Outcome.PROBE_FAILED, error.reason) from error
        skipped += len(line) + 1
    message = f"more than {NOISE_LIMIT_BYTES} bytes came before the probe's hello: is a login script chatty?"
    raise PollFailed(Outcome.BAD_OUTPUT, message)
