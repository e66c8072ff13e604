"""The counter that tells other processes that a host has changed."""

from foundation.database.revision import RevisionCounter
from inventory.host_table.table import REVISION_ID, InventoryRevision

INVENTORY = RevisionCounter(InventoryRevision, REVISION_ID)
"""Grows with every change to any host."""
