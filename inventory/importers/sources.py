"""What is no list of hosts itself but makes one, or hides it: told by name, with the command that helps."""

import re
import shlex
from pathlib import Path

from inventory.errors import ImportUnreadable

_SCRIPT = re.compile(r"#!\s*/")
_PLUGIN = re.compile(r"""^(?:"plugin"|'plugin'|plugin)[ \t]*:[ \t]+["']?([\w.-]+)""", re.MULTILINE)


def is_vaulted(text: str) -> bool:
    """Whether Ansible Vault has encrypted the whole text."""
    return text.lstrip().startswith("$ANSIBLE_VAULT;")


def refuse_generated(text: str, *, path: Path | None) -> None:
    """Raise ImportUnreadable for a script, a plug-in's configuration, TOML, and an encrypted file."""
    if is_vaulted(text):
        raise _unreadable(path, "is encrypted by Ansible Vault", options=" --ask-vault-pass")
    if _SCRIPT.match(text):
        raise _unreadable(path, "is a script that makes an inventory")
    if path is not None and path.suffix == ".toml":
        raise _unreadable(path, "is an inventory in TOML")
    plugin = _PLUGIN.search(text)
    if plugin is not None and "\n[" not in text:
        raise _unreadable(path, f"is a configuration of the inventory plug-in {plugin.group(1)}")


def _unreadable(path: Path | None, what: str, *, options: str = "") -> ImportUnreadable:
    name = shlex.quote(str(path)) if path else "FILE"
    command = f"ansible-inventory -i {name} --list{options} > hosts.json"
    return ImportUnreadable(str(path) if path else None, f"{what}: run `{command}` and import hosts.json")
