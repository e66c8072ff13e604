"""Answers of a host that means harm: each a line of a given length that is as dear to read as it can be."""

import itertools
from collections.abc import Callable, Iterator

_HEAD = b'{"id":1,"time":1800000000.5,"monotonic":1.5,"boot":"b"'
_SPARE = 64


def corpus(size: int) -> dict[str, bytes]:
    """What makes it dear -> a line of `size` bytes or little less."""
    room = size - len(_HEAD) - _SPARE
    bodies = {**_damaged(room), **_numbers(room), **_crowds(room), **_tables(room)}
    lines = {name: _HEAD + b"," + body + b"}" for name, body in bodies.items()}
    for name, byte in (("a long boot", b"b"), ("a long boot that is no text", b"\xff")):
        lines[name] = _HEAD.replace(b'"b"', b'"' + byte * room + b'"') + b"}"
    return lines


def _filled(room: int, before: bytes, piece: bytes, after: bytes) -> bytes:
    """As many pieces as there is room for, with commas between them."""
    count = (room - len(before) - len(after)) // (len(piece) + 1)
    return before + b",".join([piece] * count) + after


def _numbered(room: int, before: bytes, piece: Callable[[int], bytes], after: bytes) -> bytes:
    """As many pieces, each of another number, as there is room for."""
    return before + b",".join(_pieces(room - len(before) - len(after), piece)) + after


def _pieces(room: int, piece: Callable[[int], bytes]) -> Iterator[bytes]:
    for number in itertools.count():
        text = piece(number)
        room -= len(text) + 1
        if room < 0:
            return
        yield text


def _mount(path: bytes) -> bytes:
    figures = b'"device":"d","fstype":"e","mode":"rw","total":9,"used":1,"free":8'
    return b'{"path":"' + path + b'",' + figures + b"}"


def _damaged(room: int) -> dict[str, bytes]:
    """What JSON does not allow."""
    return {
        "empty strings and NaN": _filled(room, b'"top":[', b'""', b",NaN]"),
        "NaN alone": _filled(room, b'"top":[', b"NaN", b"]"),
        "lone surrogates": _filled(room, b'"boots":[', rb'"\ud800"', b"]"),
        "escapes and NaN": _filled(room, b'"boots":["', rb"\n\\\"", b'",NaN]'),
        "control characters": b'"boots":"' + b"\x01" * room + b'"',
        "bytes that are no text": b'"boots":"' + b"\xff" * room + b'"',
        "quotes without an end": _filled(room, b'"boots":[', b'"', b""),
        "blanks and NaN": b" " * room + b'"x":NaN',
        "minus signs": b'"x":' + b"-" * room,
        "words": b'"x":' + b"NaN" * (room // 3),
    }


def _numbers(room: int) -> dict[str, bytes]:
    """What is long or deep."""
    return {
        "deep lists": b'"mem":' + b"[" * (room // 2 - 8) + b"]" * (room // 2 - 8),
        "deep objects": b'"mem":' + b'{"a":' * (room // 6) + b"1" + b"}" * (room // 6),
        "a number of very many digits": b'"cost":' + b"9" * room,
        "a fraction of very many digits": b'"cost":0.' + b"9" * room,
        "many long numbers": _filled(room, b'"boots":[', b"9" * 4300, b"]"),
        "very many digits and NaN": b'"swap":NaN,"cost":' + b"9" * (room - 16),
        "blanks": b" " * room + b'"x":1',
        "one long error": b'"errors":{"mem":"' + b"\xcc\x80" * (room // 2 - 16) + b'"}',
    }


def _crowds(room: int) -> dict[str, bytes]:
    """What is many."""
    override = "\N{RIGHT-TO-LEFT OVERRIDE}".encode()
    return {
        "many members": _numbered(room, b'"x":{', lambda number: b'"%x":1' % number, b"}"),
        "many members of an answer": _numbered(room, b'"x":1,', lambda number: b'"%x":1' % number, b""),
        "one member again and again": _filled(room, b'"x":1,', b'"mem":{"total":1}', b""),
        "many gauges": _numbered(room, b'"mem":{', lambda number: b'"%x":1' % number, b"}"),
        "many errors": _numbered(room, b'"errors":{', lambda number: b'"%x":"e"' % number, b"}"),
        "many mounts": _numbered(room, b'"disk":[', lambda number: _mount(b"/%x" % number), b"]"),
        "hostile mounts": _filled(room, b'"disk":[', _mount(b"/" + override * 250), b"]"),
        "mounts that are all alike": _filled(room, b'"disk":[', _mount(b"/"), b"]"),
        "many sensors": _numbered(room, b'"temp":{', lambda number: b'"%x":1.5' % number, b"}"),
        "many processes": _filled(room, b'"top":{"cpu":[', b'{"pid":1,"user":"u","name":"n","rss":1}', b"]}"),
        "many pressures": _numbered(
            room, b'"pressure":{', lambda number: b'"%x":{"some":[1,1,1,1]}' % number, b"}"
        ),
    }


def _tables(room: int) -> dict[str, bytes]:
    """Tables that are long or wide."""
    net = b'"net":{"names":['
    both = net + b'"bytes_recv","bytes_sent"],"rows":{'
    cpu = b'"cpu":{"names":["user","idle"],"rows":{'
    return {
        "many interfaces": _numbered(room, both, lambda number: b'"%x":[1,2]' % number, b"}}"),
        "a table of many names": _numbered(room, net, lambda number: b'"n%x"' % number, b'],"rows":{}}'),
        "a table of one name": _filled(room, net, b'"bytes_recv"', b'],"rows":{}}'),
        "rows of many values": _filled(room, net + b'"bytes_recv"],"rows":{"a":[', b"1", b"]}}"),
        "many processors": _numbered(room, cpu, lambda number: b'"cpu%d":[1.5,2.5]' % number, b"}}"),
    }
