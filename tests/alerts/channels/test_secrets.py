"""What counts as secret in a URL, and that it is hidden."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.channels.plugin import open_plugin
from alerts.channels.secrets import HIDDEN, Scrubber, hidden_parts, literal_parts
from tests.support.receivers import APPRISE_WARNINGS

pytestmark = APPRISE_WARNINGS

TOKEN = st.text("abcdefghijklmnopqrstuvwxyz0123456789", min_size=6, max_size=30)


@pytest.mark.parametrize(
    ("url", "secrets"),
    [
        ("slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ/#general", ["T1JJ3T3L2", "A1BRTD4JD"]),
        ("json://user:p%40ss@host/path", ["p", "ss"]),
        ("jsons://host/?+Authorization=Bearer%20abc", ["Bearer abc"]),
        ("json://bot:bot@host/", ["bot"]),
        ("tgram://123456789:abcdefg_hijklmnop/12345/", ["123456789", "abcdefg_hijklmnop"]),
        ("mailtos://me:hunter2@example.com?to=you@example.com", ["hunter2"]),
        ("json://host/open", []),
        ("ntfys://topic", []),
    ],
)
def test_what_apprise_hides_and_what_is_called_a_secret_is_secret(url: str, secrets: list[str]) -> None:
    found = hidden_parts(open_plugin(url))
    assert set(secrets) <= set(found)
    assert bool(secrets) == bool(found)


@pytest.mark.parametrize(
    ("hidden", "values", "literal"),
    [
        (["abc"], ["abc"], []),
        (["abc"], ["xabcx"], []),
        (["p@ss"], ["p%40ss"], []),
        (["ABC"], ["abc"], []),
        (["abc"], [], ["abc"]),
        (["abc"], [""], ["abc"]),
        (["abc"], ["ab"], ["abc"]),
        (["Bearer abc"], ["abc"], []),
        (["secret-abc"], ["abc"], ["secret-abc"]),
        (["a", "b"], ["a"], ["b"]),
    ],
)
def test_a_secret_has_to_lie_within_a_variable(
    hidden: Sequence[str], values: Sequence[str], literal: list[str]
) -> None:
    assert literal_parts(hidden, values) == literal


@given(TOKEN, TOKEN, TOKEN, TOKEN, st.text(max_size=20))
def test_nothing_secret_is_left_in_a_text(user: str, password: str, path: str, value: str, rest: str) -> None:
    url = f"https://{user}:{password}@example.com/{path}/x?k={value}"
    text = f"{rest}{user}-{password} {path},{value}: {url}{rest}"
    scrubbed = Scrubber(url).scrub(text)
    for secret in (user, password, path, value):
        assert secret not in scrubbed.replace(HIDDEN, "").lower() or secret in rest.lower()
    assert HIDDEN in scrubbed


def test_a_host_is_no_secret_unless_it_may_be_a_token() -> None:
    text = "cannot reach mail.example.com, 127.0.0.1:80 or localhost; xoxbtoken is not known"
    scrubbed = [
        Scrubber(f"x://{host}/").scrub(text) for host in ("mail.example.com", "127.0.0.1:80", "localhost")
    ]
    assert scrubbed == [text] * 3
    assert Scrubber("x://xoxbtoken/").scrub(text).endswith("localhost; *** is not known")


def test_a_short_password_is_hidden_only_where_it_stands_alone() -> None:
    assert Scrubber("json://u:ab@h.example/").scrub("about ab: u") == "about ***: ***"
