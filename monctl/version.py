"""The version that is installed."""

from importlib.metadata import PackageNotFoundError
from importlib.metadata import version as installed_version

_DISTRIBUTION = "monctl-ssh"


def version() -> str | None:
    """The version, None in a source tree that is not installed."""
    try:
        return installed_version(_DISTRIBUTION)
    except PackageNotFoundError:
        return None
