"""Browser sessions: a cookie that scripts cannot read, and a token that proves that our own page asks."""

import hashlib
import hmac

from fastapi import Request

from web.auth.devices import Devices
from web.http.problems import HttpProblem

SESSION_COOKIE = "monctl_session"
SECURE_SESSION_COOKIE = "__Host-monctl_session"
"""Over TLS. Browsers take a cookie of this name from this very host alone, over TLS alone."""

CSRF_HEADER = "X-CSRF-Token"
_SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


def cookie_name(*, is_https: bool) -> str:
    """What the session's cookie is called."""
    return SECURE_SESSION_COOKIE if is_https else SESSION_COOKIE


def session_cookie(request: Request, *, is_https: bool) -> str | None:
    """The session that a request shows; over TLS not one that a neighbour or plain HTTP could have set."""
    return request.cookies.get(cookie_name(is_https=is_https))


class Sessions:
    """Makes and checks the CSRF token of a session; `secret` is the installation's signing key.

    `devices`: those that have logged in before.
    """

    def __init__(self, secret: bytes) -> None:
        self._secret = secret
        self.devices = Devices(secret)

    def csrf_token(self, session: str) -> str:
        """The token that each changing request of this session must carry."""
        return hmac.new(self._secret, f"csrf:{session}".encode(), hashlib.sha256).hexdigest()

    def check(self, request: Request, session: str) -> None:
        """Raise HttpProblem (403) for a changing request without the session's token."""
        if request.method in _SAFE_METHODS:
            return
        # as bytes: compare_digest refuses text that is not ASCII
        token = request.headers.get(CSRF_HEADER, "")
        if not hmac.compare_digest(token.encode("utf-8", "replace"), self.csrf_token(session).encode()):
            raise HttpProblem(
                403,
                "csrf",
                f"a request with the session cookie that changes something needs the header {CSRF_HEADER}, "
                "whose value GET /api/v1/auth/me gives",
            )
