"""How server-sent events are written: https://html.spec.whatwg.org/multipage/server-sent-events.html."""

MEDIA_TYPE = "text/event-stream"

RETRY = b"retry: 3000\n\n"
"""How many milliseconds a client waits before it connects again."""

HEARTBEAT = b":\n\n"
"""A comment, so that nobody on the way takes the connection for dead."""


def frame(event: str, identifier: str, data: bytes) -> bytes:
    """One event; `data` is JSON on one line."""
    return b"event: %b\nid: %b\ndata: %b\n\n" % (event.encode(), identifier.encode(), data)
