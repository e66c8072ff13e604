"""Writes documents as people would write them."""

from typing import Any

import yaml

_WIDTH = 110


class _Dumper(getattr(yaml, "CSafeDumper", yaml.SafeDumper)):  # type: ignore[misc]
    """Writes a value that stands in several places at each of them, not as anchor and aliases."""

    def ignore_aliases(self, data: object) -> bool:
        return True


def write_yaml(document: dict[str, Any], *, has_short_lists: bool = False) -> str:
    """The YAML text; `has_short_lists`: mappings and lists that hold no others stand on one line."""
    text = yaml.dump(
        document,
        Dumper=_Dumper,
        default_flow_style=None if has_short_lists else False,
        sort_keys=False,
        allow_unicode=True,
        width=_WIDTH,
    )
    return str(text)
