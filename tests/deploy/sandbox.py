"""Runs a command under the system calls and the memory rules that a systemd unit allows.

`python -m tests.deploy.sandbox CALL,CALL,… COMMAND…`: other system calls fail with EPERM, and no memory can
be made executable. Both hold for what the command starts as well.
"""

import ctypes
import errno
import os
import sys

_ALLOW = 0x7FFF0000
_REFUSE = 0x00050000 | errno.EPERM
_PR_SET_MDWE = 65
_PR_MDWE_REFUSE_EXEC_GAIN = 1


def allow_only(calls: list[str]) -> None:
    """Refuse every system call but these; raises OSError where libseccomp cannot."""
    library = ctypes.CDLL("libseccomp.so.2", use_errno=True)
    library.seccomp_init.restype = ctypes.c_void_p
    context = ctypes.c_void_p(library.seccomp_init(ctypes.c_uint32(_REFUSE)))
    for call in calls:
        number = library.seccomp_syscall_resolve_name(call.encode())
        if number >= 0:
            _checked(library.seccomp_rule_add(context, ctypes.c_uint32(_ALLOW), number, 0), call)
    _checked(library.seccomp_load(context), "load")


def refuse_executable_memory() -> None:
    """As MemoryDenyWriteExecute=yes; raises OSError on kernels before 6.3."""
    library = ctypes.CDLL(None, use_errno=True)
    if library.prctl(_PR_SET_MDWE, _PR_MDWE_REFUSE_EXEC_GAIN, 0, 0, 0):
        raise OSError(ctypes.get_errno(), "prctl")


def _checked(status: int, what: str) -> None:
    if status:
        raise OSError(-status, what)


if __name__ == "__main__":
    refuse_executable_memory()
    allow_only(sys.argv[1].split(","))
    os.execv(sys.argv[2], sys.argv[2:])
