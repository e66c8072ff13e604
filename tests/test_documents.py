"""What the documents name is there: links lead somewhere, paths of the source tree exist."""

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
ROOMS = "foundation|access|inventory|metrics|alerts|poller|web|monctl|tests|benchmarks|deploy|docs"

_LINK = re.compile(r"\]\((?!https?:|mailto:|#)([^)#\s]+)[^)]*\)")
_MADE_LATER = ("NAME", "deploy/etc", "deploy/secrets")
"""Placeholders, and what the reader makes."""

_PATH = re.compile(rf"`((?:{ROOMS})/[\w./-]+)`")


def _documents() -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard", "*.md"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return [ROOT / name for name in listed.stdout.splitlines() if (ROOT / name).exists()]


@pytest.mark.parametrize("document", _documents(), ids=lambda path: str(path.relative_to(ROOT)))
def test_a_document_leads_only_to_what_is_there(document: Path) -> None:
    text = document.read_text("utf-8")
    links = [link for link in _LINK.findall(text) if not (document.parent / link).exists()]
    paths = [path for path in _PATH.findall(text) if not _is_there(document, path)]
    assert (links, paths) == ([], [])


def _is_there(document: Path, path: str) -> bool:
    if any(word in path for word in _MADE_LATER):
        return True
    return (ROOT / path).exists() or (document.parent / path).exists()
