"""What stands by when a host shows its key, and takes or refuses it."""

import time

import asyncssh

from poller.errors import PollFailed
from poller.ssh.failures.login_record import LoginRecord
from poller.ssh.host_keys.trust import Trust
from poller.ssh.wire.traffic import GuardedClient, TrafficGuard


class HostKeyWitness(GuardedClient):
    """Takes a host's key only if it is trusted; `refusal` says why it was not, `record` how it went on."""

    def __init__(self, guard: TrafficGuard, trust: Trust, *, where: str) -> None:
        super().__init__(guard)
        self.refusal: PollFailed | None = None
        self.record = LoginRecord()
        self._trust = trust
        self._where = where
        self._accepted: asyncssh.SSHKey | None = None

    def connection_made(self, conn: asyncssh.SSHClientConnection) -> None:
        """Called by asyncssh before anything is received."""
        super().connection_made(conn)
        self.record.watch(conn)
        validate = conn.validate_server_host_key

        def judge(key_data: bytes) -> asyncssh.SSHKey:
            try:
                key = self._accepted = self._trust.accepted_key(key_data, self._where, now=time.time())
            except PollFailed as error:
                self.refusal = error
                return validate(key_data)  # which refuses it, since it knows no key at all
            return validate(key.public_data)

        # On the object itself: what asyncssh makes of a certificate and of names is not what OpenSSH does.
        conn.validate_server_host_key = judge  # type: ignore[method-assign]

    def auth_banner_received(self, msg: str, lang: str) -> None:
        """Called by asyncssh for what the host says during the log-in."""
        self.record.note_banner(msg)

    def auth_completed(self) -> None:
        """Called by asyncssh once the host has let us in."""
        self.record.close()

    def validate_host_public_key(self, host: str, addr: str, port: int, key: asyncssh.SSHKey) -> bool:
        """Called by asyncssh for a key."""
        return self._accepted is not None and key == self._accepted
