"""The words for outcomes: every outcome has them, in the command line's catalogue and in the dashboard's."""

import re
from pathlib import Path

import pytest

from metrics.current.host_state import HostState
from metrics.outcomes import ADVICE, REASONS, advice_for, reason_text
from metrics.results import Outcome

_DASHBOARD = Path(__file__).parents[2] / "web/ui/src"
_ENTRY = re.compile(r'^  "([\w.]+)":\s*"(.*)",$', re.MULTILINE)


def _texts(file: str) -> dict[str, str]:
    return dict(_ENTRY.findall((_DASHBOARD / file).read_text(encoding="utf-8")))


@pytest.mark.parametrize("outcome", Outcome)
def test_every_outcome_has_a_reason_and_all_but_a_good_one_have_advice(outcome: Outcome) -> None:
    assert REASONS[outcome]
    assert bool(ADVICE[outcome]) is (outcome is not Outcome.OK)


def test_advice_names_the_host() -> None:
    assert advice_for(Outcome.HOST_KEY_UNKNOWN, "web-1").endswith("monctl hosts trust web-1")


def test_a_reason_of_another_version_reads_as_it_is() -> None:
    assert reason_text("moon_in_the_way") == "moon in the way"


@pytest.mark.parametrize("language", ["en", "ko"])
def test_the_dashboard_has_words_for_every_outcome_and_state(language: str) -> None:
    common, host = _texts(f"i18n/common.{language}.ts"), _texts(f"pages/host/strings.{language}.ts")
    assert {f"reason.{outcome}" for outcome in Outcome} == {
        key for key in common if key.startswith("reason.")
    }
    assert {f"state.{state}" for state in HostState} <= common.keys()
    assert {f"host.advice.{outcome}" for outcome in Outcome if outcome is not Outcome.OK} <= host.keys()


@pytest.mark.parametrize("outcome", Outcome)
def test_the_english_dashboard_says_what_messages_say(outcome: Outcome) -> None:
    words = _texts("i18n/common.en.ts")[f"reason.{outcome}"]
    assert words == REASONS[outcome][:1].upper() + REASONS[outcome][1:]
