"""`monctl version`."""

import platform

from monctl.cli.options import JsonOption
from monctl.render.printing import fail, out, print_json
from monctl.version import version as installed_version


def version(as_json: JsonOption = False) -> None:
    """Print monctl's version."""
    number = installed_version()
    if number is None:
        fail("run from a source tree that is not installed: it has no version")
    if as_json:
        print_json({"version": number, "python": platform.python_version()})
    else:
        out.print(f"monctl {number}")
