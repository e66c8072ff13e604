"""monctl as somebody starts it whose umask lets everybody read and write."""

import os

from monctl.cli.main import main as monctl_main


def main() -> None:
    """Run monctl."""
    os.umask(0)
    monctl_main()
