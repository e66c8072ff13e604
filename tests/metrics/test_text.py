"""Hostile text becomes fit to be shown."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foundation.display.text import clean_text


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        ("eth0", "eth0"),
        ("", ""),
        ("Gerät ☂ 日本", "Gerät ☂ 日本"),
        ("no\u00a0break", "no\u00a0break"),
        ("\x1b[31mred", "\ufffd[31mred"),
        ("a\nb\tc\x7f\x9b", "a\ufffdb\ufffdc\ufffd\ufffd"),
        ("\u202egnp.exe\u2066", "\ufffdgnp.exe\ufffd"),
        ("\ud800x", "\ufffdx"),
        ("\ue000\U0010fffd", "\ufffd\ufffd"),
        ("a\u2028b\u2029c", "a\ufffdb\ufffdc"),
    ],
)
def test_hostile_characters_are_replaced_and_others_kept(text: str, cleaned: str) -> None:
    assert clean_text(text, limit=100) == cleaned


def test_a_long_text_is_cut_and_ends_in_an_ellipsis() -> None:
    assert clean_text("abcdef", limit=6) == "abcdef"
    assert clean_text("abcdefg", limit=6) == "abcde…"


@given(st.text(st.characters()), st.integers(1, 20))
def test_cleaned_text_is_short_encodable_and_free_of_hostile_characters(text: str, limit: int) -> None:
    cleaned = clean_text(text, limit=limit)
    assert len(cleaned) <= limit
    assert not {unicodedata.category(c) for c in cleaned} & {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"}
    assert cleaned.encode().decode() == cleaned
    assert clean_text(cleaned, limit=limit) == cleaned
