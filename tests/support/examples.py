"""How many examples Hypothesis tries: few as a rule, all where `--hypothesis-profile=full` asks for it."""

import os

from hypothesis import HealthCheck, settings

CI, FULL, FUZZ = "ci", "full", "fuzz"

IS_FULL = os.environ.get("MONCTL_TEST_FULL") == "1"
"""Whether this is `make test-full`: all lives, kills and hosts of the tests that are long by their nature."""

_CI_EXAMPLES = 25
_FUZZ_EXAMPLES = 20_000


def register_profiles() -> None:
    """Make the profiles known, and choose the one of every run; the command line may choose the other.

    The few examples are the same in every run: what fails has been changed. The full profile looks further
    each time, and that of `make fuzz` for as long as somebody has patience.
    """
    # how long an example takes depends on what else the machine does, which is not what is tested
    base = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
    settings.register_profile(CI, base, max_examples=_CI_EXAMPLES, derandomize=True)
    settings.register_profile(FULL, base)
    settings.register_profile(FUZZ, base, max_examples=_FUZZ_EXAMPLES)
    settings.load_profile(CI)


def examples(full: int, *, few: int = _CI_EXAMPLES) -> int:
    """So many examples in the full profile, many more to fuzz, and at most `few` in every run."""
    match settings.get_current_profile_name():
        case "fuzz":
            return max(full, _FUZZ_EXAMPLES)
        case "full":
            return full
    return min(full, few)
