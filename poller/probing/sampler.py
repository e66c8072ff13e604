"""The sampler of a host's answers, set up by the intervals of the host."""

from inventory.host import HostSpec
from metrics.sampling.sampler import HostSampler

_GAP_INTERVALS = 10
_GAP_AT_LEAST_SECONDS = 300.0
_USERS_RUNS = 3


def host_sampler(host: HostSpec) -> HostSampler:
    """A sampler that takes rates over some missed polls, but not over a silence that would flatten them."""
    users_seconds = host.collectors.get("users") or 0.0
    return HostSampler(
        max_gap_seconds=max(_GAP_INTERVALS * host.interval, _GAP_AT_LEAST_SECONDS),
        users_max_age_seconds=_USERS_RUNS * max(users_seconds, host.interval),
    )
