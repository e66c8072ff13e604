"""The ssh program of this machine."""

import os
import shutil
import subprocess
from collections.abc import Mapping

_SECONDS = 5
_APPROXIMATELY = (
    "monctl reads ~/.ssh/config by itself, which is not exact (Match, Include, tokens), and not "
    "/etc/ssh/ssh_config: install openssh-client"
)


def ssh_program(environ: Mapping[str, str]) -> str | None:
    """The path of `ssh`, None where there is none."""
    return shutil.which("ssh", path=environ.get("PATH", os.defpath))


def described_ssh() -> str:
    """The program and its version, or what it means that there is none. Blocks."""
    program = ssh_program(os.environ)
    if program is None:
        return f"none here: {_APPROXIMATELY}"
    try:
        done = subprocess.run(  # noqa: S603 -- the user's own ssh
            [program, "-V"], capture_output=True, text=True, errors="replace", timeout=_SECONDS, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return f"{program} does not run ({error}): {_APPROXIMATELY}"
    said = (done.stderr or done.stdout).strip()
    if done.returncode != 0:
        return f"{program} does not run ({said}): {_APPROXIMATELY}"
    return f"{program}, {said}"
