"""Optimistic concurrency: a version as an ETag, and what If-Match and If-None-Match say of it."""

import re

from web.http.problems import HttpProblem

_TAG = re.compile(r'(?:W/)?"([^"]*)"')


def etag(version: int) -> str:
    """The ETag of a version."""
    return f'"{version}"'


def expected_version(if_match: str | None) -> int | None:
    """The version that a change is meant for; None for any. Raises HttpProblem (412, 422)."""
    if if_match is None or if_match.strip() == "*":
        return None
    tags = _TAG.findall(if_match)
    if len(tags) != 1:
        raise HttpProblem(422, "if-match-invalid", 'If-Match takes one ETag, such as "3", or *')
    if not (tags[0].isascii() and tags[0].isdigit()) or len(tags[0]) > len(str(2**31)):
        raise HttpProblem(412, "never-that-version", "If-Match names a version that never was")
    return int(tags[0])


def is_known(if_none_match: str | None, version: int) -> bool:
    """Whether the client has this version already."""
    return if_none_match is not None and str(version) in _TAG.findall(if_none_match)
