from __future__ import annotations

import pytest

from bot.journeys.rule_edit import said_of, with_rule
from bot.yaml_lines import CannotEdit

HOURS = """\
# By the clock of the person.
sending_hours:
  - id: us-hours
    jurisdiction: US
    channels: [sms, voice]   # both
    hours: "08:00-21:00"     # at their place
    days: [mon, tue, wed]
    from: 2020-01-01
    source: "47 CFR 64.1200(c)(1)"

  # Ours.
  - id: house-hours
    jurisdiction: default
    channels: [sms]
    hours: "09:00-20:00"
    from: 2026-01-01
    source: House rule
"""
US = {
    "id": "us-hours",
    "jurisdiction": "US",
    "channels": ["voice", "sms"],
    "hours": "09:00-21:00",
    "days": ["mon-wed"],
    "from": "2020-01-01",
    "source": "47 CFR 64.1200(c)(1)",
}
CAPS = "caps:\n  - {id: house, jurisdiction: default, purpose: marketing, channels: [sms], at_most: 3, within: 24h, from: 2026-01-01, source: House rule}\n"  # noqa: E501  as authors write it


def test_what_changes_is_written_anew_and_all_else_stays() -> None:
    assert with_rule(HOURS, "sending_hours", "us-hours", US) == HOURS.replace('"08:00-21:00"', '"09:00-21:00"')


def test_an_end_is_a_day_without_quotes() -> None:
    text = with_rule(HOURS, "sending_hours", "us-hours", {**US, "hours": "08:00-21:00", "to": "2026-12-31"})
    assert text == HOURS.replace("    from: 2020-01-01\n", "    from: 2020-01-01\n    to: 2026-12-31\n")


def test_a_cap_in_one_line_stays_in_it_and_its_time_as_it_was_spelled() -> None:
    says = {**said_of(CAPS, "caps", "house"), "at_most": 2, "within": "1d"}
    assert with_rule(CAPS, "caps", "house", says) == CAPS.replace("at_most: 3", "at_most: 2")


def test_a_new_rule_stands_last_and_begins_a_list_or_a_file() -> None:
    new = {**US, "id": "fr", "jurisdiction": "FR", "hours": "10:00-18:00", "days": ["mon-sat"], "from": "2026-12-01"}
    row = (
        "  - id: fr\n    jurisdiction: FR\n    channels: [voice, sms]\n    hours: 10:00-18:00\n    days: [mon-sat]\n"
        "    from: 2026-12-01\n    source: 47 CFR 64.1200(c)(1)\n"
    )
    assert with_rule(HOURS, "sending_hours", "fr", new) == f"{HOURS}\n{row}"
    assert with_rule(CAPS, "sending_hours", "fr", new) == f"{CAPS}\nsending_hours:\n{row}"
    assert with_rule("", "sending_hours", "fr", new) == f"sending_hours:\n{row}"


def test_a_rule_that_is_taken_out_leaves_the_others_and_a_list_without_rules_goes() -> None:
    without = with_rule(HOURS, "sending_hours", "house-hours", None)
    assert "house-hours" not in without
    assert without.startswith("# By the clock of the person.\nsending_hours:\n  - id: us-hours\n")
    assert with_rule(CAPS, "caps", "house", None) == ""
    both = f"{CAPS}retention: []\n"
    assert with_rule(both, "caps", "house", None) == "retention: []\n"


def test_what_is_no_list_cannot_be_edited() -> None:
    with pytest.raises(CannotEdit, match="no list of rules"):
        with_rule("caps: many\n", "caps", "house", None)
    with pytest.raises(CannotEdit, match="no rules yet"):
        with_rule("- a\n", "caps", "house", None)
