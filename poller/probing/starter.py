"""Starting the probe on a host: finding a Python there, sending the source, reading the hello."""

import secrets
from collections import deque
from collections.abc import Iterable

from inventory.host import Connection, HostSpec
from metrics.errors import BadAnswer
from metrics.results import Outcome
from metrics.sampling.answer import Hello, decode_hello
from poller.errors import ChannelEnded, PollFailed
from poller.probing import bootstrap
from poller.probing.channel import Link, ProbeChannel
from poller.probing.local import local_python
from poller.probing.start_failures import (
    echo_failure,
    restricted_failure,
    start_failure,
    was_read_by_a_shell,
)

NOISE_LIMIT_BYTES = 64 * 1024
"""How much a login script may print before the probe's hello."""


_NOISE_LINES_TOLD = 3
_NOISE_LINE_BYTES = 200


class ProbeStarter:
    """Starts one host's probe, remembering which Python it found."""

    def __init__(self, host: HostSpec) -> None:
        self._backend = host.probe
        self._is_local = host.connection is Connection.LOCAL
        python = host.python
        if python is None and self._is_local:
            python = local_python()
        self._commands = bootstrap.start_commands(python)

    async def start(self, link: Link, request: bytes) -> tuple[ProbeChannel, Hello]:
        """A channel on which the probe said hello and was sent `request`; raises PollFailed."""
        tried_pythons, complaints = [], []
        for command in self._commands:
            noise = deque[bytes](maxlen=_NOISE_LINES_TOLD)
            try:
                started = await self._start_with(link, command, request, noise)
            except ChannelEnded as error:
                if error.is_lost:
                    raise
                is_missing = bootstrap.is_python_missing(error.exit_status, error.stderr)
                if not is_missing or was_read_by_a_shell(error.stderr):
                    raise await self._start_failure(link, error, noise) from error
                tried_pythons.append(command.split(" -", 1)[0])
                complaints.append(error.stderr)
                continue
            self._commands = [command]  # from now on only what worked: each attempt costs the host a process
            return started
        restricted = restricted_failure("\n".join(complaints))
        if restricted is not None:
            raise restricted
        raise PollFailed(Outcome.NO_PYTHON, f"no Python 3.6 or newer; tried {', '.join(tried_pythons)}")

    async def _start_failure(self, link: Link, ended: ChannelEnded, noise: Iterable[bytes]) -> PollFailed:
        if self._is_local:
            return ended  # no shell and no sshd in between
        return await start_failure(link, ended, b"\n".join(noise).decode("utf-8", "replace"))

    async def _start_with(
        self, link: Link, command: str, request: bytes, noise: deque[bytes]
    ) -> tuple[ProbeChannel, Hello]:
        """`noise` takes the last lines that came before the hello."""
        channel = await link.start(command)
        nonce = secrets.token_hex(16)
        try:
            config = bootstrap.config_line(nonce, self._backend)
            channel.write(bootstrap.payload() + config + request)
            return channel, await _hello(channel, nonce, noise=noise, sent=config)
        except BaseException:
            channel.kill()
            raise


async def _hello(
    channel: ProbeChannel, nonce: str, *, noise: deque[bytes] | None = None, sent: bytes = b""
) -> Hello:
    """The probe's hello; `noise` takes the last lines before it, `sent` is what bears the nonce as well."""
    noise = deque(maxlen=0) if noise is None else noise
    skipped = 0
    while skipped <= NOISE_LIMIT_BYTES:
        line = await channel.reader.next_line()
        if nonce.encode() in line:
            try:
                return decode_hello(line, nonce)
            except BadAnswer as error:
                if line.strip() == sent.strip():
                    raise echo_failure() from error
                raise PollFailed(Outcome.PROBE_FAILED, error.reason) from error
        noise.append(line[:_NOISE_LINE_BYTES])
        skipped += len(line) + 1
    message = f"more than {NOISE_LIMIT_BYTES} bytes came before the probe's hello: is a login script chatty?"
    raise PollFailed(Outcome.BAD_OUTPUT, message)
