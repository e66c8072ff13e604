"""What can go wrong in the API beyond what the rooms below raise.

WebError
├── AccountUnknown    there is no such user or key
├── AccountExists     the name is taken
├── AccountInvalid    a name, password or role that cannot be used
├── LastAdmin         the change would leave nobody who may administer
└── ServerUnusable    the address cannot be listened on, or the certificate cannot be read
"""


class WebError(Exception):
    """Any error of this package."""


class AccountUnknown(WebError):
    """There is no user or key of that name."""

    def __init__(self, kind: str, name: str) -> None:
        super().__init__(f"there is no {kind} `{name}`")
        self.kind = kind
        self.name = name


class AccountExists(WebError):
    """There is a user or key of that name already."""

    def __init__(self, kind: str, name: str) -> None:
        super().__init__(f"there is already a {kind} `{name}`")
        self.kind = kind
        self.name = name


class AccountInvalid(WebError):
    """A name, password or role that cannot be used; `field` says which."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(f"{field}: {message}")
        self.field = field
        self.message = message


class LastAdmin(WebError):
    """The change would leave no active admin."""

    def __init__(self, name: str) -> None:
        super().__init__(f"`{name}` is the last active admin: make another one first")
        self.name = name


class ServerUnusable(WebError):
    """The address cannot be listened on, or the certificate cannot be read; the message says what to do."""
