from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from random import Random

import pytest

from bot.documents import parse
from bot.domain.audience import Attribute, AttributeType, ProfileSchema
from bot.domain.errors import ContentError
from bot.journeys.known import Known
from bot.journeys.people import Behaviour, Crowd, Day, Occurrence, OneOf, Reaction, WholeNumber, after, example_number
from bot.journeys.people_yaml import read_people, read_people_csv

CHANNELS = {"sms": "phone", "webchat": "webchat"}
PEOPLE = """
people: 3000
countries: {GB: 60, US: 40}
zone_known: 60%
consent: {sms: 80%}
reachable: {webchat: 50%}
tags: {trial: 30%}
profile: {team_size: {from: 1, to: 120}, stage: {lead: 80, customer: 20}, renews_on: {from: 2026-12-01, to: 2026-12-31}}
behaviour:
  arrive: 45d
  comes_with: {size: [5, 50]}
  answers: {chance: 30%, within: 8h}
  opts_out: 3%
  answer: {timeline: now}
  events: {meeting.booked: {chance: 12%, within: 20d}, link.clicked: {of_messages: 10%, within: 2h}}
  colleague: {chance: 90%, within: 5m, talks: 20m}
  fails: 1%
"""


@pytest.fixture
def knowing(known: Known) -> Known:
    """With attributes that are declared."""
    declared = [
        Attribute("team_size", AttributeType.NUMBER),
        Attribute("stage", AttributeType.TEXT, ("lead", "customer")),
        Attribute("renews_on", AttributeType.DATE),
        Attribute("qualified", AttributeType.YES_NO),
    ]
    return replace(known, profile=ProfileSchema({one.name: one for one in declared}))


def test_a_file_says_who_they_are_and_how_they_behave(knowing: Known) -> None:
    said = read_people(parse("people.yml", PEOPLE), knowing)
    assert said.crowd == Crowd(
        3000,
        OneOf(("GB", "US"), (60, 40)),
        0.6,
        reachable={"webchat": 0.5},
        consent={"sms": 0.8},
        profile={
            "team_size": WholeNumber(1, 120),
            "stage": OneOf(("lead", "customer"), (80, 20)),
            "renews_on": Day(date(2026, 12, 1), date(2026, 12, 31)),
        },
        tags={"trial": 0.3},
    )
    own = Behaviour()
    assert said.behaviour == Behaviour(
        timedelta(days=45),
        {"size": OneOf((5, 50), (1, 1))},
        Reaction(0.3, timedelta(hours=8)),
        own.refuses,
        Reaction(0.03, own.opts_out.within),
        {"timeline": OneOf(("now",), (1,))},
        (
            Occurrence("meeting.booked", Reaction(0.12, timedelta(days=20))),
            Occurrence("link.clicked", Reaction(0.1, timedelta(hours=2)), of_messages=True),
        ),
        Reaction(0.9, timedelta(minutes=5)),
        timedelta(minutes=20),
        0.01,
    )


def test_made_up_people_are_as_the_shares_say_and_the_same_each_time(knowing: Known) -> None:
    crowd = replace(read_people(parse("people.yml", PEOPLE), knowing).crowd, count=800)
    people = [crowd.someone(number, Random(number), CHANNELS) for number in range(800)]
    assert people[7] == crowd.someone(7, Random(7), CHANNELS)
    assert 420 < sum(one.attributes["country"] == "GB" for one in people) < 540
    assert 590 < sum("sms" in one.consents for one in people) < 690
    assert all(one.attributes["team_size"] in range(1, 121) for one in people)
    assert all(one.addresses["phone"].startswith(("+44", "+1")) for one in people)
    assert 340 < sum("webchat" in one.addresses for one in people) < 460


def test_example_numbers_are_of_their_country() -> None:
    assert example_number("DE").startswith("+49")
    assert example_number("ZZ").startswith("+44")


def test_nine_of_ten_come_within_the_time() -> None:
    chance = Random(3)
    pauses = [after(timedelta(hours=8), chance) for _ in range(4000)]
    assert 0.88 < sum(pause <= timedelta(hours=8) for pause in pauses) / 4000 < 0.92


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("people: many", 'people.yml:1:1: "people" is neither a number of people nor a CSV file: many.'),
        ("peple: 3", 'a file of people has no "peple". Did you mean "people"?'),
        ("consent: {smss: 10%}", 'people.yml:1:11: there is no channel "smss". Did you mean "sms"?'),
        ("consent: {sms: 110%}", '"110%" is no share of people. Write a percentage, such as 35%.'),
        ("countries: {Britain: 1}", '"Britain" is no country. Write its two letters, such as GB.'),
        ("profile: {teamsize: 1}", 'there is no attribute "teamsize". Did you mean "team_size"?'),
        ("profile: {renews_on: {from: 2026-12-02, to: 2026-12-01}}", '"renews_on" ends before it begins.'),
        ("profile: {team_size: {from: a, to: b}}", '"a" is neither a number nor a day.'),
        ("behaviour: {answer: {x: {now: often}}}", '"often" is no weight.'),
        ("countries: {GB: 0, US: 0}", '"countries" has nothing with a weight above 0. Write one, such as 70.'),
        ("behaviour: {events: {booked: {chance: 1%}}}", '"booked" is no event.'),
        ("behaviour: {events: {a.b: {within: 1d}}}", '"a.b" is either of people or of messages.'),
        ("behaviour: {answers: {chance: 10%, within: soon}}", '"soon" is no length of time.'),
        ("[1]", "a file of people must be a mapping"),
    ],
)
def test_what_is_wrong_is_told_with_its_place(knowing: Known, text: str, told: str) -> None:
    with pytest.raises(ContentError) as raised:
        read_people(parse("people.yml", text), knowing)
    assert told in str(raised.value)
    assert str(raised.value).startswith("people.yml:1:")


CSV = """\
id,time_zone,phone,webchat,consent,tags,team_size,stage,qualified,renews_on
a1,Europe/Berlin,+4915112345678,v1,sms;webchat,trial; vip,50,lead,yes,2026-12-24
a2,,,,,,,,,
"""


def test_people_of_a_table_are_read_as_they_are_declared(knowing: Known) -> None:
    first, second = read_people_csv("people.csv", CSV.splitlines(), knowing, CHANNELS)
    assert first.attributes == {"team_size": 50, "stage": "lead", "qualified": True, "renews_on": "2026-12-24"}
    assert first.addresses == {"phone": "+4915112345678", "webchat": "v1"}
    assert first.tags == {"trial", "vip"}
    assert first.consents == {"sms": True, "webchat": True}
    assert (second.attributes, second.addresses, second.consents) == ({}, {}, {})


def test_a_table_of_people_may_name_a_zone_as_windows_does(knowing: Known) -> None:
    written = CSV.replace("Europe/Berlin", "W. Europe Standard Time").splitlines()
    assert read_people_csv("people.csv", written, knowing, CHANNELS)[0].time_zone == "Europe/Berlin"


@pytest.mark.parametrize(
    ("before", "after_", "told"),
    [
        (",50,", ",fifty,", 'people.csv:2:1: the attribute "team_size" cannot be "fifty". It is a number.'),
        ("a2", "a1", 'people.csv:3:1: the id "a1" is there twice.'),
        ("team_size", "teamsize", 'there is no attribute "teamsize". Did you mean "team_size"?'),
        ("Europe/Berlin", "Berlin", 'people.csv:2:1: there is no time zone "Berlin".'),
        ("sms;webchat", "sms;web", 'people.csv:2:1: there is no channel "web". Did you mean "webchat"?'),
    ],
)
def test_faults_of_a_table_are_told_with_their_row(knowing: Known, before: str, after_: str, told: str) -> None:
    with pytest.raises(ContentError) as raised:
        read_people_csv("people.csv", CSV.replace(before, after_).splitlines(), knowing, CHANNELS)
    assert told in str(raised.value)


def test_a_day_that_is_none_is_told_with_its_row(knowing: Known) -> None:
    with pytest.raises(ContentError, match=r'people.csv:3:1: "3/4/2026" is no day. Write it as 2026-11-24, or leave'):
        read_people_csv("people.csv", ["id,created_on", "a1,2026-11-24", "a2,3/4/2026", "a3,"], knowing, CHANNELS)


def test_a_table_without_rows_is_refused(knowing: Known) -> None:
    with pytest.raises(ContentError, match="there is nobody in this file"):
        read_people_csv("people.csv", ["id,phone"], knowing, CHANNELS)
