"""What a long-running process asks of Python and of the system."""

import gc
import resource
import sys

_SWITCH_SECONDS = 0.001
_GC_THRESHOLDS = (20_000, 20, 100)


def calm_garbage_collector() -> None:
    """Spare the collector what is there to stay, and let it look less often: polls make no cycles."""
    gc.set_threshold(*_GC_THRESHOLDS)
    gc.collect()
    gc.freeze()


def share_interpreter() -> None:
    """Let the event loop have Python back soon from threads that read and pack metrics."""
    sys.setswitchinterval(_SWITCH_SECONDS)


def raise_file_limit() -> None:
    """Let this process open as many files as it may: each host and each client takes one."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != hard:
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
