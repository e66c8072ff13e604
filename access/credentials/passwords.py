"""Passwords: argon2, through pwdlib, on threads and at most two at a time."""

import asyncio

from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher

from access.errors import AccountInvalid

MIN_CHARACTERS = 8
MAX_CHARACTERS = 256
_AT_ONCE = 2
"""Each takes 64 MiB and tens of milliseconds while it is verified."""

# of argon2id, as RFC 9106 recommends where memory is limited (its section 4, second choice)
_PASSES = 3
_MEMORY_KIB = 65_536
_LANES = 4


def check_password(password: str) -> None:
    """Raise AccountInvalid for a password that cannot be one."""
    if len(password) < MIN_CHARACTERS:
        raise AccountInvalid("password", f"must have at least {MIN_CHARACTERS} characters")
    if len(password) > MAX_CHARACTERS:
        raise AccountInvalid("password", f"must have at most {MAX_CHARACTERS} characters")
    if not password.isprintable():
        raise AccountInvalid("password", "must not have control characters")


def hash_password(password: str) -> str:
    """The hash to store; takes tens of milliseconds. Raises AccountInvalid."""
    check_password(password)
    return _hasher().hash(password)


def _hasher() -> PasswordHash:
    return PasswordHash((Argon2Hasher(time_cost=_PASSES, memory_cost=_MEMORY_KIB, parallelism=_LANES),))


class Verifier:
    """Verifies passwords; a user who does not exist takes as long as one who does."""

    def __init__(self) -> None:
        self._hasher = _hasher()
        self._nobody = self._hasher.hash("nobody has this password")
        self._slots = asyncio.Semaphore(_AT_ONCE)

    async def verify(self, password: str, password_hash: str | None) -> tuple[bool, str | None]:
        """Whether the password is that of the hash, and the hash to store instead when that is outdated."""
        async with self._slots:
            is_right, new_hash = await asyncio.to_thread(
                self._hasher.verify_and_update, password[: MAX_CHARACTERS + 1], password_hash or self._nobody
            )
        return (is_right, new_hash) if password_hash is not None else (False, None)
