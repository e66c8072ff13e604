"""Which alerts a silence is about."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase

_TAG = "tag:"


@dataclass(frozen=True, slots=True, kw_only=True)
class Matchers:
    """What an alert must be like; without any it may be like anything.

    `hosts`: selectors as in `inventory.selectors`, any of them. `rules`: patterns, any of them. `labels`:
    label name -> pattern, all of them; a label that an alert has not matches nothing.
    """

    hosts: tuple[str, ...] = ()
    rules: tuple[str, ...] = ()
    labels: Mapping[str, str] = field(default_factory=dict, hash=False)

    @property
    def is_everything(self) -> bool:
        """Whether every alert matches."""
        return not (self.hosts or self.rules or self.labels)

    def match(self, host: str, tags: Mapping[str, str], rule: str, labels: Mapping[str, str]) -> bool:
        """Whether an alert of this host ("" for the poller itself) matches."""
        return (
            (not self.hosts or any(is_host_selected(host, tags, one) for one in self.hosts))
            and (not self.rules or any(is_rule_selected(rule, one) for one in self.rules))
            and all(
                name in labels and fnmatchcase(labels[name], pattern) for name, pattern in self.labels.items()
            )
        )


def is_host_selected(host: str, tags: Mapping[str, str], selector: str) -> bool:
    """Whether a selector chooses a host of this name with these tags; the poller itself ("") never.

    A selector is a name, a pattern (`web-*`) or a tag (`tag:env=prod`, `tag:env`). A host whose name looks
    like a pattern is chosen by its name too.
    """
    if not host:
        return False
    if not selector.startswith(_TAG):
        return selector == host or fnmatchcase(host, selector)
    name, equals, value = selector.removeprefix(_TAG).partition("=")
    if name not in tags:
        return False
    return not equals or fnmatchcase(tags[name], value)


def is_rule_selected(rule: str, pattern: str) -> bool:
    """Whether a name or pattern chooses a rule of this name."""
    return pattern == rule or fnmatchcase(rule, pattern)
