"""The top processes of an answer, cleaned for people's eyes."""

from collections.abc import Iterable

from foundation.display.text import clean_text
from metrics.results import TopProcess, TopProcesses
from metrics.sampling.rounding import one_decimal
from metrics.sampling.wire import Process, Top

MAX_NAME = 200
"""Characters kept of a process' or a user's name."""


def top_processes(top: Top) -> TopProcesses:
    """Both lists, the largest first; a process whose CPU use is not known yet comes last."""
    by_cpu = sorted(_clean_processes(top.cpu), key=lambda process: process.cpu_percent or 0.0, reverse=True)
    by_memory = sorted(_clean_processes(top.memory), key=lambda process: process.rss, reverse=True)
    return TopProcesses(tuple(by_cpu), tuple(by_memory))


def _clean_processes(processes: Iterable[Process]) -> Iterable[TopProcess]:
    for process in processes:
        user = clean_text(process.user, limit=MAX_NAME)
        name = clean_text(process.name, limit=MAX_NAME)
        percent = None if process.cpu_percent is None else one_decimal(process.cpu_percent)
        yield TopProcess(process.pid, user, name, percent, process.rss)
