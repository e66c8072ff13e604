"""What answers at a port where an SSH server should."""

from foundation.display.text import clean_text
from metrics.results import Outcome
from poller.errors import PollFailed

_SAID_CHARACTERS = 60
_PROTOCOLS: tuple[tuple[bytes, str], ...] = (
    (b"HTTP/", "HTTP"),
    (b"<!DOCTYPE", "HTTP"),
    (b"<html", "HTTP"),
    (b"220 ", "SMTP or FTP"),
    (b"220-", "SMTP or FTP"),
    (b"421 ", "SMTP or FTP"),
    (b"554 ", "SMTP"),
    (b"+OK", "POP3"),
    (b"* OK", "IMAP"),
    (b"RFB 0", "VNC"),
    (b"-ERR ", "Redis or POP3"),
    (b"@RSYNCD:", "rsync"),
    (b"\x15\x03", "TLS"),
    (b"\xff\xfb", "Telnet"),
    (b"\xff\xfd", "Telnet"),
)
"""How servers that are none of SSH begin; SSH servers may say other lines before their banner."""

_MYSQL_AT = 4
_ADVICE = "Correct the port, or start sshd on the host."


def foreign_server(first: bytes, where: str) -> PollFailed | None:
    """What it means that a server begins with these bytes, None where it may be one of SSH."""
    for beginning, protocol in _PROTOCOLS:
        if first.startswith(beginning):
            return _failure(first, protocol, where)
    # a packet: three bytes of length, a number, the protocol's version
    is_mysql = first[1:_MYSQL_AT] == b"\0\0\0" and first[_MYSQL_AT : _MYSQL_AT + 1] in (b"\x0a", b"\xff")
    return _failure(b"", "MySQL", where) if is_mysql else None


def _failure(first: bytes, protocol: str, where: str) -> PollFailed:
    line = first.split(b"\n", 1)[0].strip()
    words = clean_text(line.decode("latin-1"), limit=_SAID_CHARACTERS) if line.isascii() else ""
    said = f", and says: {words}" if words else ""
    detail = f"{where} is no SSH server: it speaks {protocol}{said}"
    return PollFailed(Outcome.UNREACHABLE, detail, advice=_ADVICE)
