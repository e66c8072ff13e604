"""The user of the first start."""

import secrets

from access.audit.log import Actor
from access.credentials.passwords import check_password
from access.errors import AccountInvalid
from access.names import FIRST_ADMIN
from access.roles import Role
from access.users import Users

_PASSWORD_BYTES = 15


def ensure_admin(users: Users, *, password: str | None) -> str | None:
    """Make the user `admin` when there is nobody at all.

    `password`: MONCTL_ADMIN_PASSWORD, None to make one up, which is returned to be shown once. Raises
    AccountInvalid for a password that cannot be one.
    """
    if not users.is_empty():
        return None
    if password is not None:
        try:
            check_password(password)
        except AccountInvalid as error:
            raise AccountInvalid("MONCTL_ADMIN_PASSWORD", error.message) from error
    admin_password = password or secrets.token_urlsafe(_PASSWORD_BYTES)
    is_made = users.add_first(FIRST_ADMIN, admin_password, Role.ADMIN, actor=Actor("monctl:first-start"))
    return admin_password if is_made and password is None else None
