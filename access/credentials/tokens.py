"""The tokens that a log-in gives: signed, short-lived JWTs."""

import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass

import jwt
from sqlalchemy import Engine
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session

from access.tables import SIGNING_KEY_ID, SigningKey

SESSION_SECONDS = 30 * 86400.0
"""How long a browser session lasts at most, however often its token is renewed."""

_ALGORITHM = "HS256"
_ISSUER = "monctl"
_AUDIENCE = "monctl-api"
_REQUIRED = ["exp", "iat", "jti", "sub", "iss", "aud", "ver"]
_SECRET_BYTES = 32
_LONGEST = 2048


@dataclass(frozen=True, slots=True, kw_only=True)
class Claims:
    """What a valid token says. Times are unix seconds; `session` and `session_start` only in a browser's."""

    user_id: int
    version: int
    issued_at: float
    expires_at: float
    session: str | None = None
    session_start: float | None = None


class Tokens:
    """Makes and reads tokens; `seconds`: how long one is valid. `clock` gives unix seconds."""

    def __init__(self, secret: bytes, *, seconds: float, clock: Callable[[], float] = time.time) -> None:
        self._secret = secret
        self._clock = clock
        self.seconds = seconds

    def make(
        self, user_id: int, version: int, *, session: str | None = None, session_start: float | None = None
    ) -> str:
        """A token of a user; with a session's id and start, one for its cookie."""
        now = self._clock()
        claims = {
            "iss": _ISSUER,
            "aud": _AUDIENCE,
            "sub": str(user_id),
            "ver": version,
            "iat": int(now),
            "exp": int(now + self.seconds),
            "jti": secrets.token_hex(8),
        }
        if session is not None:
            claims |= {"sid": session, "sst": int(now if session_start is None else session_start)}
        return jwt.encode(claims, self._secret, _ALGORITHM)

    def read(self, token: str) -> Claims | None:
        """The claims of a token of ours that has not expired; None for anything else."""
        if len(token) > _LONGEST:
            return None
        try:
            claims = jwt.decode(
                token,
                self._secret,
                algorithms=[_ALGORITHM],
                audience=_AUDIENCE,
                issuer=_ISSUER,
                options={"require": _REQUIRED, "verify_exp": False, "verify_iat": False},
            )
            token_claims = Claims(
                user_id=int(claims["sub"]),
                version=int(claims["ver"]),
                issued_at=float(claims["iat"]),
                expires_at=float(claims["exp"]),
                session=None if "sid" not in claims else str(claims["sid"]),
                session_start=None if "sid" not in claims else float(claims["sst"]),
            )
        # the header is read before the signature is checked, and may be any JSON, however deep
        except (jwt.PyJWTError, ValueError, TypeError, KeyError, RecursionError):
            return None
        now = self._clock()
        is_over = (
            token_claims.session_start is not None and now > token_claims.session_start + SESSION_SECONDS
        )
        return None if now >= token_claims.expires_at or is_over else token_claims


def signing_secret(engine: Engine) -> bytes:
    """The secret of this installation, made when there is none; processes starting together agree on it."""
    while True:
        with Session(engine) as session:
            row = session.get(SigningKey, SIGNING_KEY_ID)
            if row is not None:
                return bytes.fromhex(row.secret)
        try:
            with Session(engine) as session, session.begin():
                session.add(SigningKey(secret=secrets.token_hex(_SECRET_BYTES)))
        except IntegrityError:
            continue
