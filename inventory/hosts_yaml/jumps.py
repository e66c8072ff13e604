"""Finds hosts that would be reached through themselves."""

from collections.abc import Mapping


def jump_cycles(jumps: Mapping[str, str | None]) -> list[tuple[str, ...]]:
    """Each cycle once, as the names along it; a host that jumps over itself is a cycle of one.

    `jumps`: host -> its hops, comma-separated. Only hops that are hosts of the mapping can form a cycle.
    """
    hops = {name: _known_hops(jump, jumps) for name, jump in jumps.items() if jump}
    done: set[str] = set()
    cycles: list[tuple[str, ...]] = []
    for start in hops:
        if start not in done:
            cycles.extend(_walk(start, hops, done))
    return cycles


def _known_hops(jump: str, jumps: Mapping[str, str | None]) -> list[str]:
    return [hop for hop in jump.split(",") if hop in jumps]


def _walk(start: str, hops: Mapping[str, list[str]], done: set[str]) -> list[tuple[str, ...]]:
    """Depth first from one host without recursion: chains may be as long as the inventory."""
    cycles = []
    path = [start]
    depths = {start: 0}
    waiting = [iter(hops.get(start, []))]
    while path:
        following = next(waiting[-1], None)
        if following is None:
            del depths[path[-1]]
            done.add(path.pop())
            waiting.pop()
        elif following in depths:
            cycles.append(tuple(path[depths[following] :]))
        elif following not in done:
            depths[following] = len(path)
            path.append(following)
            waiting.append(iter(hops.get(following, [])))
    return cycles
