"""What a long-running process asks of Python and of the system."""

import gc
import resource
import sys

_SWITCH_SECONDS = 0.001
_GC_THRESHOLDS = (20_000, 20, 100)


def calm_garbage_collector() -> None:
    """Exempt the objects that are there now from garbage collection, and collect less often.

    What is there after the first round stays, and polls make hardly any cycles: collections would cost time
    and find nothing.
    """
    gc.set_threshold(*_GC_THRESHOLDS)
    gc.collect()
    gc.freeze()


def share_interpreter() -> None:
    """Shorten the interpreter's switch interval, so that threads which pack metrics do not delay the loop."""
    sys.setswitchinterval(_SWITCH_SECONDS)


def raise_file_limit() -> None:
    """Raise the limit of open files to the greatest allowed: each host and each client takes one."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != hard:
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
