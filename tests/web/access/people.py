"""Users, and how they come in."""

from typing import Any

import httpx

from access.accounts import Accounts
from access.audit.log import Actor
from access.roles import Role
from tests.support.api import ApiUnderTest

PASSWORD = "a long pass phrase"
TEST = Actor("test:setup")


class Door:
    """An API with users, and requests to it as anybody."""

    def __init__(self, api: ApiUnderTest) -> None:
        self.api = api
        for name, role in (("root", Role.ADMIN), ("oscar", Role.OPERATOR), ("vera", Role.VIEWER)):
            self.accounts.users.add(name, PASSWORD, role, actor=TEST)

    @property
    def accounts(self) -> Accounts:
        """Those of the API."""
        return self.api.parts.accounts

    async def ask(
        self, method: str, path: str, *, address: str = "127.0.0.1", headers: Any = None, **arguments: Any
    ) -> httpx.Response:
        """A request to a path under /api/v1 from an address, without any memory of cookies."""
        transport = httpx.ASGITransport(app=self.api.app, client=(address, 40000), raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://monctl.test") as client:
            return await client.request(method, f"/api/v1{path}", headers=headers, **arguments)

    async def log_in(
        self, name: str, password: str = PASSWORD, *, address: str = "127.0.0.1"
    ) -> httpx.Response:
        """POST /auth/token."""
        form = {"username": name, "password": password}
        return await self.ask("POST", "/auth/token", data=form, address=address)

    async def token(self, name: str) -> dict[str, str]:
        """The headers of somebody who has logged in."""
        answer = await self.log_in(name)
        assert answer.status_code == 200, answer.text
        return {"Authorization": f"Bearer {answer.json()['access_token']}"}

    async def session(self, name: str) -> tuple[dict[str, str], str]:
        """A browser that has logged in: the headers with its cookie, and its CSRF token."""
        login = {"username": name, "password": PASSWORD}
        answer = await self.ask("POST", "/auth/session", json=login)
        assert answer.status_code == 200, answer.text
        return {"Cookie": cookie_of(answer)}, answer.json()["csrf_token"]

    async def status(self, headers: Any, *, path: str = "/auth/me", method: str = "GET") -> int:
        """What a request with these headers is answered."""
        return (await self.ask(method, path, headers=headers)).status_code


def cookie_of(answer: httpx.Response) -> str:
    """The name and value of the cookie that an answer sets."""
    return answer.headers["set-cookie"].partition(";")[0]
