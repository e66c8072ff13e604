"""Log-in to a token or a browser session, and who is asking."""

import asyncio
import logging
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from fastapi.security import OAuth2PasswordRequestForm

from access.identity import Identity, IdentityKind
from access.roles import Role
from access.tables import AccountRow
from web.auth.devices import DEVICE_COOKIE, DEVICE_SECONDS
from web.auth.origin import check_origin
from web.auth.session import SECURE_SESSION_COOKIE, SESSION_COOKIE, cookie_name, session_cookie
from web.dependencies import AppDependencies, Dependencies
from web.http.problems import HttpProblem
from web.routes.guard import GuardedRoute, RequiredRoles, Viewer, actor_of, address_of, is_https
from web.schemas.access import LoginRequest, MeView, PasswordRequest, SessionView, TokenView
from web.schemas.problems import problems

router = APIRouter(tags=["auth"], route_class=GuardedRoute)

_Anyone = Annotated[Identity, Depends(RequiredRoles(Role.VIEWER, allows_kiosk=True, is_counted=False))]

_DEVICE_PATH = "/api/v1/auth"
"""Where log-ins go: nobody else is shown the cookie."""

log = logging.getLogger(__name__)


@router.post(
    "/auth/token",
    operation_id="create_token",
    summary="Log in to a token",
    response_model=TokenView,
    responses=problems(s401="Name or password is wrong."),
)
async def create_token(
    request: Request, parts: AppDependencies, form: Annotated[OAuth2PasswordRequestForm, Depends()]
) -> dict[str, object]:
    """Name and password in the form of OAuth2; the token is valid for `expires_in` seconds.

    Beyond ten failures of an address within five minutes the answer is 429. Beyond twenty of a user, wherever
    they come from, log-ins as that user are tried one a second: the answer takes longer.
    """
    row = await _log_in(request, parts, form.username, form.password)
    return {
        "access_token": parts.accounts.token(row),
        "token_type": "bearer",
        "expires_in": int(parts.accounts.tokens.seconds),
        "role": row.role,
    }


@router.post(
    "/auth/session",
    operation_id="create_session",
    summary="Log in to a browser session",
    response_model=SessionView,
    responses=problems(s401="Name or password is wrong."),
)
async def create_session(
    request: Request, response: Response, parts: AppDependencies, login: LoginRequest
) -> dict[str, str]:
    """Sets an HttpOnly, SameSite=Strict cookie. Changes then need `csrf_token` in the header X-CSRF-Token.

    A second cookie, which lets nobody in, says that this browser has logged in before: failures of others
    then do not slow it down. Pages of other sites may not ask.
    """
    check_origin(request, parts.options.own_origins)
    row = await _log_in(request, parts, login.username, login.password)
    token, session = parts.accounts.session_token(row)
    _set_cookie(response, request, parts, token)
    _set_device(response, request, parts, row.name)
    return {"name": row.name, "role": row.role, "csrf_token": parts.sessions.csrf_token(session)}


@router.delete(
    "/auth/session",
    operation_id="delete_session",
    summary="Log out",
    status_code=HTTPStatus.NO_CONTENT,
    response_class=Response,
    responses=problems(s409="There is no browser session: a token or key asks."),
)
async def delete_session(request: Request, parts: AppDependencies, who: Viewer) -> Response:
    """Ends the browser session and takes its cookie away; a copy of the cookie is worth nothing then.

    RequiredRoles the session's cookie with X-CSRF-Token: tokens and keys have no session to end.
    """
    if who.session is None:
        raise HttpProblem(409, "no-session", "only a browser session can be logged out of")
    parts.accounts.end_session(who.session)
    response = Response(status_code=HTTPStatus.NO_CONTENT)
    secure = is_https(request, parts)
    # also one from before there was TLS
    for name in (SECURE_SESSION_COOKIE, SESSION_COOKIE) if secure else (SESSION_COOKIE,):
        response.delete_cookie(name, path="/", secure=secure, httponly=True, samesite="strict")
    return response


@router.get(
    "/auth/me",
    operation_id="get_me",
    summary="Who am I",
    response_model=MeView,
    responses=problems(421),
)
async def get_me(
    request: Request, response: Response, parts: AppDependencies, who: _Anyone
) -> dict[str, str | None]:
    """Name and role behind the credentials. Renews a browser session that is half over.

    The kind is `kiosk` for whoever shows none, where the settings let anybody look. Asking counts against no
    limit.
    """
    cookie = session_cookie(request, is_https=is_https(request, parts))
    if who.session is not None and cookie is not None:
        renewed_token = parts.accounts.renewed(cookie)
        if renewed_token is not None:
            _set_cookie(response, request, parts, renewed_token)
    csrf = None if who.session is None else parts.sessions.csrf_token(who.session)
    return {"name": who.name, "kind": who.kind, "role": who.role, "csrf_token": csrf}


@router.post(
    "/auth/password",
    operation_id="change_password",
    summary="Change one's own password",
    status_code=HTTPStatus.NO_CONTENT,
    response_class=Response,
    responses=problems(s409="A key has no password."),
)
async def change_password(
    request: Request, parts: AppDependencies, who: Viewer, password_change: PasswordRequest
) -> Response:
    """Ends every token of the user. The browser session that asks goes on; programs log in again."""
    if who.kind is not IdentityKind.USER:
        raise HttpProblem(409, "no-password", "a key has no password; log in as a user")
    if await _verified(request, parts, who.name, password_change.current_password) is None:
        raise HttpProblem(403, "wrong-password", "current_password: is not your password")
    actor = actor_of(request, who)
    row = await asyncio.to_thread(
        parts.accounts.users.set_password, who.name, password_change.new_password, actor=actor
    )
    parts.accounts.forget_cached()
    response = Response(status_code=HTTPStatus.NO_CONTENT)
    cookie = session_cookie(request, is_https=is_https(request, parts))
    session_token = (
        None if cookie is None or who.session is None else parts.accounts.same_session(cookie, row)
    )
    if session_token is not None:
        _set_cookie(response, request, parts, session_token)
    return response


async def _log_in(request: Request, parts: Dependencies, name: str, password: str) -> AccountRow:
    row = await _verified(request, parts, name, password)
    if row is None:
        log.warning("a log-in from %s was refused", address_of(request))
        raise HttpProblem(
            401, "login-failed", "name or password is wrong", headers={"WWW-Authenticate": "Bearer"}
        )
    return row


async def _verified(request: Request, parts: Dependencies, name: str, password: str) -> AccountRow | None:
    device = parts.sessions.devices.device_of(request.cookies.get(DEVICE_COOKIE), name)
    async with parts.logins.attempt(name, address_of(request), device=device) as attempt:
        row = await parts.accounts.log_in(name, password)
        if row is None:
            attempt.fail()
        return row


def _set_device(response: Response, request: Request, parts: Dependencies, name: str) -> None:
    devices = parts.sessions.devices
    if devices.device_of(request.cookies.get(DEVICE_COOKIE), name) is None:
        response.set_cookie(
            DEVICE_COOKIE,
            devices.cookie(name),
            max_age=DEVICE_SECONDS,
            path=_DEVICE_PATH,
            secure=is_https(request, parts),
            httponly=True,
            samesite="strict",
        )


def _set_cookie(response: Response, request: Request, parts: Dependencies, token: str) -> None:
    secure = is_https(request, parts)
    name = cookie_name(is_https=secure)
    response.set_cookie(name, token, path="/", secure=secure, httponly=True, samesite="strict")
