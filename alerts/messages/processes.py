"""The processes to look at first, for alerts about CPU and memory."""

from collections.abc import Callable, Iterator

from alerts.messages.context import word
from alerts.messages.quantities import quantity_text
from alerts.notice import Notice
from metrics.results import TopProcess

SHOWN_PROCESSES = 5

_BY_CPU = frozenset({"cpu", "system"})
_BY_MEMORY = frozenset({"mem", "memory", "swap"})
"""The measurements and resources for which processes are of use."""


def process_lines(notice: Notice) -> Iterator[str]:
    """A heading and up to five processes, by CPU, by memory, or nothing."""
    if notice.top is None:
        return
    subjects = {(reading.metric or "").partition(".")[0] for reading in notice.readings}
    subjects |= {reading.labels.get("resource", "") for reading in notice.readings}
    if subjects & _BY_CPU:
        # soon after its probe began, nobody knows yet what a host's processes use
        known = tuple(process for process in notice.top.by_cpu if process.cpu_percent is not None)
        yield from _table("Most CPU, in percent of one core:", known, _cpu_text)
    if subjects & _BY_MEMORY:
        yield from _table("Most memory:", notice.top.by_memory, _memory_text)


def _table(
    heading: str, processes: tuple[TopProcess, ...], amount: Callable[[TopProcess], str]
) -> Iterator[str]:
    if not processes:
        return
    yield heading
    for process in processes[:SHOWN_PROCESSES]:
        yield f"- {word(process.name)} {amount(process)} (pid {process.pid}, {word(process.user)})"


def _cpu_text(process: TopProcess) -> str:
    return quantity_text(process.cpu_percent, "percent")


def _memory_text(process: TopProcess) -> str:
    return quantity_text(process.rss, "bytes")
