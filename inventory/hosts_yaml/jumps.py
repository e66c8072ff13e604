"""Finds hosts that would be reached through themselves."""

from collections.abc import Mapping


def jump_cycles(jumps: Mapping[str, str | None]) -> list[tuple[str, ...]]:
    """Each cycle once, as the names along it; a host that jumps over itself is a cycle of one.

    `jumps`: host -> its hops, comma-separated. Only hops that are hosts of the mapping can form a cycle.
    """
    # the hosts of a range share their jump hosts
    hops_by_jump = {jump: _known_hops(jump, jumps) for jump in set(jumps.values()) if jump}
    hops = {name: hops_by_jump[jump] for name, jump in jumps.items() if jump}
    walked_hosts: set[str] = set()
    cycles: list[tuple[str, ...]] = []
    for start in hops:
        if start not in walked_hosts:
            cycles.extend(_walk(start, hops, walked_hosts))
    return cycles


def _known_hops(jump: str, jumps: Mapping[str, str | None]) -> list[str]:
    return [hop for hop in dict.fromkeys(jump.split(",")) if hop in jumps]


def _walk(start: str, hops: Mapping[str, list[str]], walked_hosts: set[str]) -> list[tuple[str, ...]]:
    """Depth first from one host without recursion: chains may be as long as the inventory."""
    cycles = []
    path = [start]
    depths = {start: 0}
    hops_ahead = [iter(hops.get(start, []))]
    while path:
        following = next(hops_ahead[-1], None)
        if following is None:
            del depths[path[-1]]
            walked_hosts.add(path.pop())
            hops_ahead.pop()
        elif following in depths:
            cycles.append(tuple(path[depths[following] :]))
        elif following not in walked_hosts:
            depths[following] = len(path)
            path.append(following)
            hops_ahead.append(iter(hops.get(following, [])))
    return cycles
