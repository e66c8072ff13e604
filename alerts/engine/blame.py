"""Rules on hosts themselves: one alert stands for all hosts that one jump host keeps from being reached.

Two hundred hosts behind a dead jump host are one fault and must be one message. So a host that fails counts
for the alert of its subject: itself, or the jump host that is to blame. The alert is open as long as any host
counts for it; a host whose failure turns out to be its jump host's moves from one subject to the other.
"""

from alerts.engine.changes import AlertKey


class HostGroups:
    """Which alert each host counts for, by rule.

    Kept in both directions: every failure asks for the subject of a host and for the members of a subject.
    """

    def __init__(self) -> None:
        self._subjects: dict[str, dict[str, str]] = {}
        self._members: dict[tuple[str, str], set[str]] = {}

    def put(self, rule: str, host: str, subject: str | None) -> tuple[str, ...]:
        """Have a host count for the alert of `subject` (None: for none); the subjects to evaluate again."""
        previous = self.subject(rule, host)
        if previous == subject:
            # also then: its alert has to be evaluated at every poll for its `for` to pass
            return () if subject is None else (subject,)
        if previous is not None:
            self._leave(rule, host, previous)
        if subject is not None:
            self._subjects.setdefault(host, {})[rule] = subject
            self._members.setdefault((rule, subject), set()).add(host)
        # The previous one as well: this host may have been the last that kept it open.
        return tuple(one for one in (previous, subject) if one is not None)

    def hosts(self) -> frozenset[str]:
        """Every host that counts for an alert."""
        return frozenset(self._subjects)

    def counts(self, host: str) -> bool:
        """Whether a host counts for any alert."""
        return host in self._subjects

    def subject(self, rule: str, host: str) -> str | None:
        """The alert that a host counts for."""
        return self._subjects.get(host, {}).get(rule)

    def members(self, rule: str, subject: str) -> frozenset[str]:
        """The hosts that count for an alert, the subject itself perhaps among them."""
        return frozenset(self._members.get((rule, subject), ()))

    def has_members(self, rule: str, subject: str) -> bool:
        """Whether any host counts for an alert."""
        return (rule, subject) in self._members

    def remove(self, host: str) -> tuple[AlertKey, ...]:
        """Have a host count for nothing; the alerts that it counted for."""
        subjects = dict(self._subjects.get(host, {}))
        for rule, subject in subjects.items():
            self._leave(rule, host, subject)
        return tuple(AlertKey(rule, subject, ()) for rule, subject in subjects.items())

    def remove_rule(self, rule: str) -> None:
        """Forget everything of a rule."""
        for host, subjects in list(self._subjects.items()):
            if rule in subjects:
                self._leave(rule, host, subjects[rule])

    def _leave(self, rule: str, host: str, subject: str) -> None:
        subjects = self._subjects[host]
        del subjects[rule]
        # Nothing empty stays: `hosts`, `counts` and `has_members` go by the keys alone.
        if not subjects:
            del self._subjects[host]
        members = self._members[rule, subject]
        members.discard(host)
        if not members:
            del self._members[rule, subject]
