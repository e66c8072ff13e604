"""What can go wrong with users and keys.

AccessError
├── AccountUnknown    there is no such user or key
├── AccountExists     the name is taken
├── AccountInvalid    a name, password or role that cannot be used
└── LastAdmin         the change would leave nobody who may administer
"""


class AccessError(Exception):
    """Any error of this package."""


class AccountUnknown(AccessError):
    """There is no user or key of that name."""

    def __init__(self, kind: str, name: str) -> None:
        super().__init__(f"there is no {kind} `{name}`")
        self.kind = kind
        self.name = name


class AccountExists(AccessError):
    """There is a user or key of that name already."""

    def __init__(self, kind: str, name: str) -> None:
        super().__init__(f"there is already a {kind} `{name}`")
        self.kind = kind
        self.name = name


class AccountInvalid(AccessError):
    """A name, password or role that cannot be used; `field` says which."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(f"{field}: {message}")
        self.field = field
        self.message = message


class LastAdmin(AccessError):
    """The change would leave no active admin."""

    def __init__(self, name: str) -> None:
        super().__init__(f"`{name}` is the last active admin: make another one first")
        self.name = name
