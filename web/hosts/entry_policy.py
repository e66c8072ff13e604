"""What may be written in a host entry that comes over the API, looked at before any of it is resolved.

References to environment variables could carry this process' secrets out. What the entry may come to once it
is resolved: `inventory.host_table.api_policy`.
"""

from collections.abc import Mapping, Sequence

from foundation.documents.report import Report
from foundation.documents.values import Place
from inventory.errors import InventoryInvalid
from inventory.host_table.api_policy import MAX_ENTRY_WEIGHT, is_too_large
from inventory.hosts_yaml.entry import Entry
from inventory.hosts_yaml.references import refuse_references


def check_entries(entries: Mapping[str, Entry], *, variables: Sequence[str]) -> None:
    """Raise InventoryInvalid where an entry holds what only hosts.yaml may; `variables`: patterns allowed."""
    report = Report(None)
    for name, entry in entries.items():
        if is_too_large(entry):
            report.add(None, name, message=f"is larger than {MAX_ENTRY_WEIGHT // 1024} KiB")
    report.raise_if_any(InventoryInvalid)
    for name, entry in entries.items():
        refuse_references(entry, Place(report, name, None, None), variables)
    report.raise_if_any(InventoryInvalid)
