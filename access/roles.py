"""Roles, and what each includes."""

from enum import StrEnum


class Role(StrEnum):
    """What a user or key may do.

    viewer reads; operator also acknowledges, silences, pauses and checks; admin also changes hosts, rules,
    channels, users and keys; collector may send samples and nothing else.
    """

    VIEWER = "viewer"
    OPERATOR = "operator"
    ADMIN = "admin"
    COLLECTOR = "collector"

    @property
    def included(self) -> frozenset["Role"]:
        """The roles whose routes this one may use."""
        return _INCLUDED[self]


_INCLUDED = {
    Role.VIEWER: frozenset({Role.VIEWER}),
    Role.OPERATOR: frozenset({Role.VIEWER, Role.OPERATOR}),
    Role.ADMIN: frozenset({Role.VIEWER, Role.OPERATOR, Role.ADMIN}),
    Role.COLLECTOR: frozenset({Role.COLLECTOR}),
}
