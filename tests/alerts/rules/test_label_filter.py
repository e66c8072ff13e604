"""Which label sets a rule is about."""

from fnmatch import fnmatchcase

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alerts.rules.label_filter import LabelFilter
from metrics.results import Labels

VAR: Labels = (("device", "sda1"), ("fstype", "ext4"), ("mode", "rw"), ("path", "/var"))
SNAP: Labels = (("device", "loop1"), ("fstype", "squashfs"), ("mode", "ro"), ("path", "/snap/core"))


@pytest.mark.parametrize(
    ("labels", "var", "snap"),
    [
        ({}, True, True),
        ({"path": ("/var*",)}, True, False),
        ({"path": ("/VAR",)}, False, False),
        ({"path": ("/opt", "/snap*")}, False, True),
        ({"fstype": ("!squashfs", "!iso9660")}, True, False),
        ({"path": ("/*", "!/snap*")}, True, False),
        ({"path": ("/*",), "mode": ("ro",)}, False, True),
        ({"interface": ("eth0",)}, True, True),
    ],
)
def test_every_label_must_fit_its_patterns(labels: dict[str, tuple[str, ...]], var: bool, snap: bool) -> None:
    chosen = LabelFilter(labels, ("disk",))
    assert (chosen.matches(VAR), chosen.matches(SNAP)) == (var, snap)


def test_of_cpu_a_rule_means_all_processors_together_unless_it_says_otherwise() -> None:
    whole, first = (("cpu", "cpu-total"),), (("cpu", "cpu0"),)
    by_default = LabelFilter({}, ("cpu", "system"))
    assert by_default.matches(whole)
    assert not by_default.matches(first)
    each = LabelFilter({"cpu": ("!cpu-total",)}, ("cpu",))
    assert not each.matches(whole)
    assert each.matches(first)


def test_a_measurement_without_labels_always_fits() -> None:
    assert LabelFilter({"path": ("/var",)}, ("cpu", "disk", "mem")).matches(())


def test_a_label_that_is_missing_counts_as_empty() -> None:
    bare: Labels = (("path", "/"),)
    assert not LabelFilter({"fstype": ("ext4",)}, ("disk",)).matches(bare)
    assert LabelFilter({"fstype": ("!ext4",)}, ("disk",)).matches(bare)


_texts = st.text("ab*?![]", min_size=1, max_size=4)


@settings(deadline=None)
@given(st.lists(_texts, min_size=1, max_size=4), st.text("ab", max_size=4))
def test_a_value_fits_one_of_the_patterns_and_none_of_those_left_out(patterns: list[str], value: str) -> None:
    wanted = [pattern for pattern in patterns if not pattern.startswith("!")]
    unwanted = [pattern[1:] for pattern in patterns if pattern.startswith("!")]
    fits = not wanted or any(fnmatchcase(value, pattern) for pattern in wanted)
    fits = fits and not any(fnmatchcase(value, pattern) for pattern in unwanted)
    assert LabelFilter({"name": tuple(patterns)}, ("diskio",)).matches((("name", value),)) is fits
