"""Turns one value of a host entry into what a HostSpec holds.

The parsers keep to what `foundation.documents.values` says of parsers.
"""

import re

from foundation.documents.durations import format_duration, parse_duration
from foundation.documents.errors import ValueInvalid
from foundation.documents.report import nearest, shown
from foundation.documents.values import FALSE_WORDS, TRUE_WORDS, Parser, Place, attempt, quote_hint, text
from foundation.documents.variables import is_plain_reference
from inventory.collectors import DEFAULT_COLLECTORS, EVERY_POLL, OFF
from inventory.host import Secret
from inventory.names import check_name, check_tag, is_address, is_hop, is_user

DAY_SECONDS = 86400.0
MAX_HOPS = 8
"""How many jump hosts may stand between here and a host."""

_WITH_PORT = re.compile(r"[^:]+:[0-9]+")


def address(value: object, place: Place) -> str:
    """A name or an IP address, without user and port; `{}` in it is filled in later."""
    result = text(value, place)
    if "@" in result:
        raise ValueInvalid(f"must not hold a user: write it as `user:`, not in {shown(value)}")
    if _WITH_PORT.fullmatch(result):
        raise ValueInvalid(f"must not hold a port: write it as `port:`, not in {shown(value)}")
    if not is_address(result.replace("{}", "0")):
        raise ValueInvalid(f"must be a host name or an IP address, not {shown(value)}")
    return result


def user(value: object, place: Place) -> str:
    """The name of a user, as OpenSSH takes them."""
    result = text(value, place)
    if not is_user(result):
        raise ValueInvalid(
            "must be a user's name without quotation marks, brackets, any of ; & < > |, and a `-` at the "
            f"beginning of a word, not {shown(value)}"
        )
    return result


def port(value: object, place: Place) -> int:
    """A TCP port."""
    number = place.resolve(value) if isinstance(value, str) else value
    if isinstance(number, str) and re.fullmatch(r"[0-9]{1,5}", number):
        number = int(number)
    if not isinstance(number, int) or isinstance(number, bool) or not 1 <= number <= 65535:
        raise ValueInvalid(f"must be a port from 1 to 65535, not {shown(value)}")
    return number


def password(value: object, place: Place) -> Secret:
    """A password that stands in the environment; the file only names the variable."""
    if not isinstance(value, str) or not is_plain_reference(value):
        raise ValueInvalid('must be given by reference, such as "${NAME}": a password does not belong here')
    secret = place.resolve(value)
    if not secret:
        raise ValueInvalid(f"must not be empty, and the variable {value[2:-1]} is")
    return Secret(secret)


def interval(value: object, place: Place) -> float:
    """Seconds between two polls: 1 s to 24 h."""
    return _duration(value, place, low=1.0)


def timeout(value: object, place: Place) -> float:
    """Seconds that a poll may take: more than 0, at most 24 h."""
    return _duration(value, place, low=0.001)


def _duration(value: object, place: Place, *, low: float) -> float:
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise ValueInvalid(f"must be a duration such as 500ms, 5s, 5m, 1h or 2d, not {shown(value)}")
    duration = place.resolve(value) if isinstance(value, str) else value
    try:
        seconds = parse_duration(duration)
    except ValueInvalid as error:
        # the message shows what was written, never what a variable held
        message = error.message.replace(shown(duration), shown(value))
        raise ValueInvalid(message, error.suggestion) from None
    if not low <= seconds <= DAY_SECONDS:
        raise ValueInvalid(f"must be from {format_duration(low)} to 24h, not {shown(value)}")
    return seconds


def keys(value: object, place: Place) -> tuple[str, ...]:
    """One path or several, in order; `~` is left for the poller to expand."""
    if not isinstance(value, list | tuple):
        return (text(value, place),)
    return tuple(text(item, place) for item in value)


def groups(value: object, place: Place) -> tuple[str, ...]:
    """Names of groups, in order, each once; a single name may stand without a list."""
    names = [value] if isinstance(value, str) else value
    if not isinstance(names, list | tuple):
        raise ValueInvalid(f"must be a list of group names, not {shown(value)}")
    return tuple(dict.fromkeys(group_name(name) for name in names))


def group_name(value: object) -> str:
    """A name as groups may have; variables have no place in it."""
    if not isinstance(value, str):
        raise ValueInvalid(f"must hold names of groups, not {shown(value)}{quote_hint(value)}")
    if "${" in value:
        raise ValueInvalid("must name groups directly, without variables")
    check_name(value)
    return value


def tags(value: object, place: Place) -> dict[str, str | None]:
    """Tag -> text; None takes away a tag that a group gave."""
    if not isinstance(value, dict):
        raise ValueInvalid(f"must be a mapping such as {{env: prod}}, not {shown(value)}")
    result: dict[str, str | None] = {}
    for name, item in value.items():
        here = place.inside(value, name)
        result[name] = attempt(_tag_value(name), item, here)
    return result


def _tag_value(name: str) -> Parser:
    def parse(value: object, place: Place) -> str | None:
        check_tag(name)
        if value is None:
            return None
        if isinstance(value, bool):
            return str(value).lower()
        return text(str(value) if isinstance(value, int | float) else value, place)

    return parse


def collectors(value: object, place: Place) -> dict[str, float | None]:
    """Collector -> seconds between two runs, 0 for every poll, None for off."""
    if not isinstance(value, dict):
        raise ValueInvalid(f"must be a mapping such as {{disk: 5m, netstat: off}}, not {shown(value)}")
    result: dict[str, float | None] = {}
    for name, item in value.items():
        here = place.inside(value, name)
        if name not in DEFAULT_COLLECTORS:
            here.wrong(f"unknown collector {shown(name)}", nearest(name, DEFAULT_COLLECTORS))
            continue
        seconds = attempt(_collector(name), item, here)
        result[name] = seconds
    return result


def _collector(name: str) -> Parser:
    default = DEFAULT_COLLECTORS[name]

    def parse(value: object, place: Place) -> float | None:
        if value is None:
            return default
        word = place.resolve(value).lower() if isinstance(value, str) else None
        if value is True or word in TRUE_WORDS:
            return EVERY_POLL if default is None else default
        if value is False or word in FALSE_WORDS:
            return OFF
        try:
            return _duration(value, place, low=0.0)
        except ValueInvalid as error:
            raise ValueInvalid(f"{error.message} (or `on` or `off`)") from None

    return parse


def jump(value: object, place: Place) -> str:
    """Hops, comma-separated, none of them empty; at most MAX_HOPS."""
    hops = [hop.strip() for hop in text(value, place).split(",")]
    if not all(hops):
        raise ValueInvalid(f"must be hosts separated by commas, not {shown(value)}")
    if len(hops) > MAX_HOPS:
        raise ValueInvalid(f"must be at most {MAX_HOPS} hosts")
    if not all(map(is_hop, hops)):
        raise ValueInvalid(
            f"must be hosts of this inventory, aliases of ~/.ssh/config or user@host:port, not {shown(value)}"
        )
    return ",".join(hops)
