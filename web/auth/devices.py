"""Browsers that somebody has logged in with before: what others try is not held against them."""

import hashlib
import hmac
import secrets
import time

DEVICE_COOKIE = "monctl_device"
DEVICE_SECONDS = 180 * 86_400

_ID_BYTES = 12
_MAX_CHARACTERS = 200


class Devices:
    """Makes and reads the cookie of a device; `secret` is the installation's signing key.

    It lets nobody in: it only says that a password is tried where a right one was given before.
    """

    def __init__(self, secret: bytes) -> None:
        self._secret = secret

    def cookie(self, name: str, *, now: float | None = None) -> str:
        """A new device's, for the user `name` and `DEVICE_SECONDS` from `now` (unix seconds)."""
        expires_at = int((time.time() if now is None else now) + DEVICE_SECONDS)
        device = secrets.token_hex(_ID_BYTES)
        return f"{device}.{expires_at}.{self._signature(name, device, str(expires_at))}"

    def device_of(self, cookie: str | None, name: str, *, now: float | None = None) -> str | None:
        """The device that a cookie stands for; None for one of another user, too old, or not ours."""
        if cookie is None or len(cookie) > _MAX_CHARACTERS or cookie.count(".") != 2 or not cookie.isascii():
            return None
        device, expires_at, signature = cookie.split(".")
        if not hmac.compare_digest(signature, self._signature(name, device, expires_at)):
            return None
        return device if int(expires_at) > (time.time() if now is None else now) else None

    def _signature(self, name: str, device: str, expires_at: str) -> str:
        user = hashlib.sha256(name.encode("utf-8", "replace")).hexdigest()
        text = f"device:{user}:{device}:{expires_at}"
        return hmac.new(self._secret, text.encode(), hashlib.sha256).hexdigest()
