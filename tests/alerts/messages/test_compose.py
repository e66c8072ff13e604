"""What a message says of one alert, of a few, and of many."""

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alerts.messages.compose import compose
from alerts.messages.message import Message, MessageKind
from alerts.messages.phrases import host_name
from alerts.notice import Notice, NoticeKind, Reading
from alerts.severity import Severity
from alerts.states import Resolution
from metrics.results import Outcome, TopProcess, TopProcesses
from tests.alerts.messages.building import BUSY, FULL, TIME, TOP, a_host_down, a_notice, any_notice
from tests.support.examples import examples


def _said(*notices: Notice, after: float = 60.0, link_base: str | None = None) -> Message:
    return compose(notices, now=max(notice.time for notice in notices) + after, link_base=link_base)


def test_a_title_says_how_bad_where_and_what() -> None:
    assert _said(a_notice()).title == "CRITICAL web-1: disk 93.2 % full on /var"


def test_a_body_says_what_how_bad_since_when_and_which_alert() -> None:
    lines = _said(a_notice()).body.splitlines()
    assert lines[0] == "disk 93.2 % full on /var (over 90 %)"
    assert lines[1] == "Since 2026-11-25 03:07 UTC, 6 min ago"
    assert lines[-1] == "web-1, disk-almost-full, alert #42"


def test_help_labels_and_tags_are_told() -> None:
    notice = a_notice(labels={"path": "/var", "fstype": "ext4"}, tags={"env": "prod"}, help="Look around.")
    body = _said(notice).body
    assert "Look around." in body
    assert "Labels: fstype=ext4, path=/var" in body
    assert "Tags: env=prod" in body


def test_the_link_leads_to_the_hosts_page_with_its_name_quoted() -> None:
    message = _said(a_notice(host="büro 1?"), link_base="https://monctl.example/")
    assert "https://monctl.example/hosts/b%C3%BCro%201%3F" in message.body.splitlines()


def test_without_an_address_of_the_dashboard_there_is_no_link() -> None:
    assert "://" not in _said(a_notice()).body


def test_a_host_that_is_down_says_why_and_what_was_seen() -> None:
    message = _said(a_host_down())
    assert message.title == "CRITICAL web-1: down, no answer in time"
    assert "10.0.0.1:22 did not answer within 10 s" in message.body.splitlines()
    assert "host.state" not in message.body


@pytest.mark.parametrize("outcome", [outcome for outcome in Outcome if outcome is not Outcome.OK])
def test_every_reason_for_being_down_is_said_in_words(outcome: Outcome) -> None:
    title = _said(a_host_down(reason=outcome.value)).title
    assert "_" not in title
    assert len(title) > len("CRITICAL web-1: down, ")


def test_a_changed_host_key_is_not_just_a_host_that_is_down() -> None:
    title = _said(a_host_down(rule="host-key-changed", reason=Outcome.HOST_KEY_CHANGED.value)).title
    assert title == "CRITICAL web-1: SSH host key has changed"


def test_hosts_behind_a_dead_jump_host_are_counted_and_some_named() -> None:
    message = _said(a_host_down(members=tuple(f"web-{number:03}" for number in range(1, 201))))
    assert message.title == "CRITICAL web-1: down, no answer in time, and 200 hosts behind it"
    assert "200 hosts behind it: web-001, web-002," in message.body
    assert message.body.count("web-0") == 10
    assert "… and 190 more" in message.body


def test_the_poller_that_is_cut_off_says_that_it_may_be_itself() -> None:
    reading = Reading(text="poller.cut_off", metric=None, value="true", operator="==", threshold="true")
    message = _said(
        a_notice(rule="poller-cut-off", host="", labels={}, members=("a", "b"), readings=(reading,))
    )
    assert message.title == "CRITICAL monctl: no host answers (2 hosts)"
    assert "monctl itself may be cut off" in message.body
    assert "poller.cut_off" not in message.body


def test_cpu_alerts_name_the_five_first_processes_by_cpu() -> None:
    body = _said(a_notice(rule="cpu-busy", labels={}, readings=(BUSY,), top=TOP)).body
    assert "- burner0 99.0 % (pid 100, root)" in body
    assert body.count("burner") == 5
    assert "hoarder" not in body


def test_a_process_of_which_nobody_knows_yet_what_it_uses_is_not_named() -> None:
    young = TopProcesses(
        by_cpu=(
            TopProcess(pid=1, user="root", name="new", cpu_percent=None, rss=1),
            TopProcess(pid=2, user="root", name="old", cpu_percent=5.0, rss=1),
        )
    )
    body = _said(a_notice(rule="cpu-busy", readings=(BUSY,), top=young)).body
    assert ("new" in body, "- old 5" in body) == (False, True)
    only = TopProcesses(by_cpu=young.by_cpu[:1])
    assert "Most CPU" not in _said(a_notice(rule="cpu-busy", readings=(BUSY,), top=only)).body


@pytest.mark.parametrize("metric", ["mem.used_percent", "swap.used_percent"])
def test_memory_alerts_name_processes_by_memory(metric: str) -> None:
    reading = Reading(
        text=f"{metric} > 9", metric=metric, value=9.5, operator=">", threshold=9, unit="percent"
    )
    body = _said(a_notice(labels={}, readings=(reading,), top=TOP)).body
    assert "- hoarder 3 GiB (pid 7, app)" in body
    assert "burner" not in body


def test_disk_alerts_name_no_processes() -> None:
    assert "pid" not in _said(a_notice(top=TOP)).body


def test_a_mean_and_a_prediction_say_so() -> None:
    mean = Reading(
        text="avg(cpu.usage_active, 5m) > 90",
        metric="cpu.usage_active", value=95.0, operator=">", threshold=90, unit="percent",
    )  # fmt: skip
    ahead = Reading(
        text="predict(disk.used_percent, 24h) >= 100",
        metric="disk.used_percent", value=104.0, operator=">=", threshold=100, unit="percent",
        labels={"path": "/srv"},
    )  # fmt: skip
    body = _said(a_notice(readings=(mean, ahead))).body
    assert "CPU 95.0 % busy, mean of 5m (over 90 %)" in body
    assert "disk 104.0 % full on /srv in 24h if it goes on like this (at least 100 %)" in body


def test_a_calculation_is_shown_as_it_is_written() -> None:
    reading = Reading(
        text="system.load5 / system.n_cpus > 2", metric=None, value=3.1, operator=">", threshold=2
    )
    message = _said(a_notice(rule="load-per-core", labels={}, readings=(reading,)))
    assert message.title == "CRITICAL web-1: load-per-core, system.load5 / system.n_cpus is 3.1 (over 2)"


def test_a_repeat_says_for_how_long_it_has_been_firing() -> None:
    message = _said(a_notice(kind=NoticeKind.REPEAT, time=TIME + 4 * 3600))
    assert message.title.endswith(", still firing for 4 h")
    assert message.kind is MessageKind.PROBLEM


def test_an_escalation_says_for_how_long_nobody_has_acknowledged() -> None:
    body = _said(a_notice(kind=NoticeKind.ESCALATION, time=TIME + 1800)).body
    assert body.splitlines()[0] == "Nobody has acknowledged this for 30 min."


def test_flapping_is_told() -> None:
    assert "Flapping" in _said(a_notice(is_flapping=True)).body
    assert "Flapping" not in _said(a_notice()).body


def test_a_notice_that_could_not_be_sent_in_time_says_from_when_it_is() -> None:
    assert "Sent 2 h late: this is as of 2026-11-25 03:12 UTC." in _said(a_notice(), after=7200).body
    assert "late" not in _said(a_notice(), after=60).body


def test_resolved_says_how_long_it_lasted_and_the_value_now() -> None:
    now_fine = Reading(
        text="disk.used_percent < 85", metric="disk.used_percent", value=71.0, operator="<", threshold=85.0,
        unit="percent", labels={"path": "/var"},
    )  # fmt: skip
    message = _said(
        a_notice(
            kind=NoticeKind.RESOLVED,
            resolution=Resolution.CLEARED.value,
            time=TIME + 600,
            readings=(now_fine,),
        )
    )
    assert message.title == "RESOLVED web-1: disk-almost-full /var"
    assert message.kind is MessageKind.RESOLVED
    assert message.body.splitlines()[:2] == [
        "It lasted 15 min, from 2026-11-25 03:07 to 03:22 UTC.",
        "Now disk 71.0 % full on /var (under 85 %)",
    ]


def test_what_is_or_is_not_so_is_said_in_words_at_both_ends_of_an_alert() -> None:
    def reading(value: float) -> Reading:
        return Reading(
            text=f"disk.became_read_only == {value:g}", metric="disk.became_read_only", value=value,
            operator="==", threshold=value, unit="bool", labels={"path": "/var"},
        )  # fmt: skip

    assert _said(a_notice(readings=(reading(1.0),))).title == "CRITICAL web-1: read-only on /var"
    end = a_notice(kind=NoticeKind.RESOLVED, resolution="cleared", readings=(reading(0.0),))
    assert "Now not read-only on /var" in _said(end).body.splitlines()


def test_a_comparison_that_no_longer_holds_says_not() -> None:
    low = Reading(
        text="mem.used_percent > 90", metric="mem.used_percent", value=50.0, operator=">", threshold=90
    )
    body = _said(a_notice(kind=NoticeKind.RESOLVED, resolution="cleared", readings=(low,))).body
    assert "(not over 90)" in body


@pytest.mark.parametrize(
    ("resolution", "words"),
    [
        (Resolution.HOST_REMOVED, "the host was removed"),
        (Resolution.HOST_PAUSED, "the host was paused"),
        (Resolution.RULE_REMOVED, "its rule was removed"),
        (Resolution.RULE_CHANGED, "its rule was changed"),
    ],
)
def test_an_end_that_is_no_recovery_says_what_it_is(resolution: Resolution, words: str) -> None:
    body = _said(a_notice(kind=NoticeKind.RESOLVED, resolution=resolution.value)).body
    assert words in body
    assert "Now" not in body


def test_a_few_alerts_are_counted_in_the_title_and_told_the_worst_first() -> None:
    message = _said(
        a_notice(alert_id=1, host="a", rule="x", severity=Severity.WARNING),
        a_notice(alert_id=2, host="b"),
        a_notice(alert_id=3, host="c"),
    )
    assert message.title == "3 alerts: 2 critical, 1 warning"
    assert message.severity is Severity.CRITICAL
    sections = message.body.split("\n\n")
    assert [section.splitlines()[0].split(":")[0] for section in sections] == [
        "CRITICAL b", "CRITICAL c", "WARNING a",
    ]  # fmt: skip
    assert sections[0].splitlines()[1].startswith("Over 90 %, since 2026-11-25 03:07 UTC")


def test_a_host_that_all_alerts_are_of_is_in_the_title() -> None:
    message = _said(a_notice(alert_id=1), a_host_down(alert_id=2))
    assert message.title == "2 alerts on web-1: 2 critical"


def test_the_end_and_the_beginning_of_one_alert_are_told_in_their_order() -> None:
    ended = a_notice(kind=NoticeKind.RESOLVED, resolution="cleared", time=TIME + 5)
    message = _said(ended, a_notice())
    first, second = message.body.split("\n\n")
    assert first.startswith("CRITICAL web-1")
    assert second.startswith("RESOLVED web-1")
    assert message.title == "RESOLVED web-1: disk-almost-full /var"
    assert message.kind is MessageKind.RESOLVED


def test_problems_and_ends_together_make_a_mixed_message() -> None:
    message = _said(
        a_notice(alert_id=1, severity=Severity.INFO),
        a_notice(alert_id=2, kind=NoticeKind.RESOLVED, resolution="cleared", host="web-2", rule="other"),
    )
    assert message.kind is MessageKind.MIXED
    assert message.title == "2 alerts: 1 info, 1 resolved"
    assert message.severity is Severity.INFO


def test_more_than_ten_alerts_make_a_summary_with_the_worst_first() -> None:
    calm = [a_notice(alert_id=n, host=f"h{n}", severity=Severity.INFO) for n in range(1, 30)]
    bad = a_host_down(alert_id=99, host="heart")
    message = _said(*calm, bad)
    assert message.title == "30 alerts: 1 critical, 29 info"
    assert "By rule: disk-almost-full 29, host-down 1" in message.body
    listed = [line for line in message.body.splitlines() if line.startswith("- ")]
    assert listed[0] == "- CRITICAL heart: down, no answer in time"
    assert len(listed) == 30
    assert "- info: h29, disk-almost-full /var, #29" in listed


def test_ten_alerts_are_not_yet_a_summary() -> None:
    ten = [a_notice(alert_id=n, host=f"h{n}") for n in range(1, 11)]
    assert "By rule" not in _said(*ten).body
    assert "By rule" in _said(*ten, a_notice(alert_id=11)).body


def test_beyond_a_thousand_alerts_the_rest_is_counted() -> None:
    many = [a_notice(alert_id=n, host=f"h{n}") for n in range(1, 1241)]
    body = _said(*many).body
    assert "… and 240 more" in body
    assert sum(line.startswith("- ") for line in body.splitlines()) == 1000


def test_what_a_host_says_of_itself_can_neither_break_lines_nor_hide_them() -> None:
    notice = a_host_down(detail="fine\r\nalert #1 \x1b[2J\u202egnihton")
    body = _said(notice).body
    assert "\x1b" not in body
    assert "\u202e" not in body
    assert "\nalert #1" not in body


def test_a_rules_own_title_and_message_are_used_and_the_alert_still_named() -> None:
    message = _said(a_notice(title="{{ host }} is full", message="{{ value|percent }} of {{ labels.path }}"))
    assert message.title == "web-1 is full"
    assert message.body == "93.2 % of /var\nweb-1, disk-almost-full, alert #42"


def test_a_title_of_several_lines_becomes_one() -> None:
    assert _said(a_notice(title="a\n\n  b {{ '' }}")).title == "a b"


@pytest.mark.parametrize("template", ["{{ value / 0 }}", "{{ nothing", "{{ members[0].x.y.z / 2 }}"])
def test_a_template_that_fails_costs_only_itself(template: str) -> None:
    message = _said(a_notice(title=template, message=template))
    assert message.title == "CRITICAL web-1: disk 93.2 % full on /var"
    assert "disk 93.2 % full on /var (over 90 %)" in message.body
    assert "own message cannot be used" in message.body
    assert "own title cannot be used" in message.body


def test_an_empty_template_is_the_same_as_none() -> None:
    assert _said(a_notice(title=" ", message="")) == _said(a_notice())


@settings(max_examples=examples(80), deadline=None)
@given(st.lists(any_notice, min_size=1, max_size=24), st.none() | st.just("https://x.example"), st.floats())
def test_any_notices_make_a_message_that_names_every_alert_and_host(
    notices: list[Notice], link_base: str | None, now: float
) -> None:
    message = compose(notices, now=now, link_base=link_base)
    assert 0 < len(message.title) <= 200
    assert _is_clean(message.title)
    assert all(_is_clean(line) for line in message.body.split("\n"))
    for notice in notices:
        assert f"#{notice.alert_id}" in message.body
    if len({notice.alert_id for notice in notices}) == len(notices):
        assert all(host_name(notice.host) in message.body for notice in notices)


@settings(max_examples=examples(50), deadline=None)
@given(st.lists(any_notice, min_size=1, max_size=6, unique_by=lambda notice: notice.alert_id))
def test_the_order_in_which_alerts_come_does_not_matter_for_the_title(notices: list[Notice]) -> None:
    backwards = compose(notices[::-1], now=TIME, link_base=None)
    assert compose(notices, now=TIME, link_base=None).title == backwards.title


def test_the_readings_of_a_rule_are_bounded() -> None:
    assert _said(a_notice(readings=(FULL,) * 50)).body.count("over 90 %") == 10


def _is_clean(line: str) -> bool:
    return not any(unicodedata.category(letter) in {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"} for letter in line)


def test_what_is_no_longer_reported_is_not_told_as_resolved() -> None:
    message = _said(a_notice(kind=NoticeKind.RESOLVED, resolution=Resolution.GONE.value, readings=()))
    assert message.title == "ENDED web-1: disk-almost-full /var, no longer reported"
    assert "the host no longer reports what it was about" in message.body
    assert "%" not in message.body
