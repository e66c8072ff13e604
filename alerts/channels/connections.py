"""What one delivery may connect to, and what it saw, whichever plugin of Apprise it runs.

A plugin works in the thread of its delivery. Python's own audit events tell of every connection before it is
made, with the address that was looked up: what the policy does not allow is refused there, so that neither a
name whose address changes in between nor a service's own way to connect gets around it. What such a thread
could hide a connection behind, such as another program, is refused as well; services that connect in threads
of their own are none for whoever is held to a policy (`alerts.channels.plugin.THREADED_SCHEMES`).
"""

import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from functools import cache
from typing import Any
from urllib.parse import SplitResult, urljoin, urlsplit

from alerts.late_modules import LateModule
from foundation.addresses import AddressPolicy, is_literal
from foundation.late_import import late_import

PUBLIC_ADDRESSES = AddressPolicy("alerts.channel_addresses")
"""What channels that were made over the API may reach where the setting allows nothing more."""

_CONNECTIONS = frozenset({"socket.connect", "socket.sendto", "socket.sendmsg"})
_DETOURS = frozenset(
    {
        "os.exec",
        "os.fork",
        "os.forkpty",
        "os.posix_spawn",
        "os.system",
        "pty.spawn",
        "subprocess.Popen",
    }
)
_KEEPING_REDIRECTS = frozenset({307, 308})
_PORTS = {"http": 80, "https": 443}


class ConnectionNotAllowed(OSError):
    """A connection that a delivery may not make; an OSError, so that plugins take it for a failure."""


@dataclass(slots=True)
class Watch:
    """One delivery. `policy`: what it may connect to, None for anything.

    `refusals`: why it was not let go on. `statuses`: those of the answers over HTTP, in their order.
    `redirect`: the host that an answer wanted to send it to, None where there was none. `has_connected`:
    whether it sent anything at all. `has_lost_text`: whether a redirect was followed without the text that
    the request had, `lossy_target`: where such a redirect would lead.
    `retry_after`: how many seconds the last answer asks to be left alone, None where it does not.
    """

    policy: AddressPolicy | None
    refusals: list[str] = field(default_factory=list)
    statuses: list[int] = field(default_factory=list)
    redirect: str | None = None
    has_connected: bool = False
    has_lost_text: bool = False
    lossy_target: str | None = None
    retry_after: float | None = None

    @property
    def is_refused(self) -> bool:
        """Whether no answer over HTTP, of those that there were, took anything."""
        return bool(self.statuses) and not any(200 <= status < 300 for status in self.statuses)

    def refuse(self, reason: str) -> ConnectionNotAllowed:
        """Note why, for whoever tells how the delivery went."""
        self.refusals.append(reason)
        return ConnectionNotAllowed(reason)


class _Current(threading.local):
    """The delivery of the thread that asks."""

    watch: Watch | None = None


_CURRENT = _Current()


@contextmanager
def watched(policy: AddressPolicy | None) -> Iterator[Watch]:
    """Hold what this thread does to a policy, and note what its services answer."""
    _install()
    before, watch = _CURRENT.watch, Watch(policy)
    _CURRENT.watch = watch
    try:
        yield watch
    finally:
        _CURRENT.watch = before


@cache
def _install() -> None:
    """Listen to what Python and requests do; once in a process, and of no consequence to other threads."""
    sys.addaudithook(_audit)
    session = late_import(LateModule.REQUESTS).Session
    session.get_redirect_target = _held_to_its_host(session.get_redirect_target)


def _audit(event: str, arguments: tuple[Any, ...]) -> None:
    if event not in _CONNECTIONS and event not in _DETOURS:
        return
    watch = _CURRENT.watch
    if watch is None:
        return
    watch.has_connected = True  # another program may have sent it, too
    if watch.policy is None:
        return
    if event in _DETOURS:
        raise watch.refuse("this service starts programs, which cannot be held")
    address = arguments[1]
    if address is not None:  # of a socket that is connected already
        _check(watch, watch.policy, address)


def _check(watch: Watch, policy: AddressPolicy, address: object) -> None:
    host = address[0] if isinstance(address, tuple) and address else None
    if not isinstance(host, str):
        raise watch.refuse("this service uses a socket of the monitoring machine")
    if is_literal(host):
        reason = policy.refusal(host)
    elif policy.allows_name(host):
        reason = None
    else:
        reason = f"this service looks names up by itself, and {policy.setting} does not list {host}"
    if reason is not None:
        raise watch.refuse(reason)


def _held_to_its_host(
    get_redirect_target: Callable[[Any, Any], str | None],
) -> Callable[[Any, Any], str | None]:
    """Requests' way to find where an answer sends it, which it asks for each answer."""

    def held_target(session: Any, response: Any) -> str | None:
        target = get_redirect_target(session, response)
        watch = _CURRENT.watch
        if watch is None:
            return target
        watch.statuses.append(response.status_code)
        watch.retry_after = retry_after_seconds(response.headers.get("Retry-After"), now=time.time())
        watch.has_lost_text |= response.url == watch.lossy_target and response.request.method == "GET"
        if target is not None:
            _check_redirect(watch, urlsplit(response.url), urlsplit(target))
            if response.request.body and response.status_code not in _KEEPING_REDIRECTS:
                watch.lossy_target = urljoin(response.url, target)
        return target

    return held_target


def _check_redirect(watch: Watch, source: SplitResult, target: SplitResult) -> None:
    if not target.netloc:
        return
    try:
        is_elsewhere = target.hostname != source.hostname or not _is_port_kept(source, target)
    except ValueError:  # a port that is none
        is_elsewhere = True
    if is_elsewhere:
        watch.redirect = target.hostname or target.netloc
        reason = "the service sends to another host, which is not followed"
        raise late_import(LateModule.REQUESTS).RequestException(reason)


def retry_after_seconds(text: str | None, *, now: float) -> float | None:
    """What a Retry-After header asks for, in seconds or as a date; None where that cannot be read."""
    if text is None:
        return None
    try:
        seconds = float(text) if text.strip().isdigit() else parsedate_to_datetime(text).timestamp() - now
    except (ValueError, OverflowError):
        return None
    return max(0.0, seconds)


def _is_port_kept(source: SplitResult, target: SplitResult) -> bool:
    """Whether only the scheme gets better, or nothing changes."""
    before, after = (url.port or _PORTS.get(url.scheme or "http") for url in (source, target))
    return before == after or (before, after) == (80, 443)
