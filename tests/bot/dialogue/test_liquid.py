from __future__ import annotations

from time import process_time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.dialogue.liquid import FILTERS, LONGEST_OUTPUT, LiquidFault, locale_for, render_liquid, template_of
from bot.dialogue.personal import Personal, Unsayable

ANA = {
    "first_name": "Ana",
    "plans": ["lite", "pro"],
    "price": 1234.5,
    "team_size": 50.0,
    "renews_on": "2026-12-01T09:00:00+00:00",
    "evil": "{{ profile.price }}",
    "nothing": None,
    "middle_name": "  ",
    "none": [],
    "group": {"a": 1},
    "right_to_left": "ליאת",
}


def said(source: str, locale: str = "en-GB", zones: tuple[str, ...] = (), **slots: Any) -> str | Unsayable:
    return render_liquid(source, Personal(ANA, {"grade": "A1"}, zones=zones), slots, locale.replace("-", "_"))


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ('Hi {{ profile.first_name | default: "there" }}!', "Hi Ana!"),
        ('Hi {{ profile.last_name | default: "there" }}!', "Hi there!"),
        ('Hi {{ profile.middle_name | default: "there" }}!', "Hi there!"),
        ("Hi {{ profile.nothing | default: profile.first_name }}!", "Hi Ana!"),
        ("{% if profile.last_name %}Mrs {{ profile.last_name }}{% else %}Hi{% endif %}", "Hi"),
        ("{% if profile.team_size > 20 %}Big{% endif %} {{ profile.team_size }}", "Big 50"),
        ("{% if profile.unknown > 20 %}Big{% else %}Small{% endif %}", "Small"),
        (
            "{% for plan in profile.plans %}{{ plan }}{% unless forloop.last %}, {% endunless %}{% endfor %}",
            "lite, pro",
        ),
        ('{{ profile.plans | join: " and " | upcase }}', "LITE AND PRO"),
        ("{{ slots.size }} {{ lead.grade }}", "7 A1"),
        ("{{ profile.right_to_left }}", "ליאת"),
        ("{{ profile.evil }}", "{{ profile.price }}"),
        ("a }} b { c }", "a }} b { c }"),
    ],
)
def test_a_text_says_what_is_known_of_the_person(source: str, text: str) -> None:
    assert said(source, size=7.0) == text


@pytest.mark.parametrize(
    ("source", "name"),
    [
        ("Hi {{ profile.last_name }},", "profile.last_name"),
        ("Hi {{ profile.middle_name }},", "profile.middle_name"),
        ("Hi {{ profile.last_name | upcase }},", "profile.last_name"),
        ("{{ profile.none | join: ', ' }}", "profile.none"),
        ("{% for plan in profile.none %}{{ plan }}{% endfor %}", "profile.none"),
        ("{{ slots.size }}", "slots.size"),
        ("{{ profile.address.size }}", "profile.address"),
        ("{{ profile.group }}", "one value of a group"),
        ("{{ profile.price | money: profile.currency }}", "profile.currency"),
    ],
)
def test_what_is_missing_is_never_said_as_nothing(source: str, name: str) -> None:
    words = said(source)
    assert isinstance(words, Unsayable)
    assert name in words.why


@pytest.mark.parametrize(
    ("source", "locale", "text"),
    [
        ("{{ profile.price | number }}", "en-GB", "1,234.5"),
        ("{{ profile.price | number }}", "de-DE", "1.234,5"),
        ('{{ profile.price | money: "EUR" }}', "de-DE", "1.234,50\xa0€"),
        ('{{ profile.price | money: "EUR" }}', "en-GB", "€1,234.50"),
        ('{{ profile.renews_on | date: "long" }}', "en-GB", "1 December 2026"),
        ('{{ profile.renews_on | date: "long" }}', "en-US", "December 1, 2026"),
        ('{{ profile.renews_on | date: "long" }}', "de-DE", "1. Dezember 2026"),
    ],
)
def test_numbers_money_and_days_are_written_as_in_the_locale(source: str, locale: str, text: str) -> None:
    assert said(source, locale) == text


STARTS = "2026-12-01T23:30:00+00:00"
SYDNEY, BERLIN = "Australia/Sydney", "Europe/Berlin"


@pytest.mark.parametrize(
    ("at", "locale", "zones", "text"),
    [
        (STARTS, "en-AU", (SYDNEY,), "2 Dec 2026 10:30 am"),
        (STARTS, "de-DE", (BERLIN, "Europe/Vienna"), "02.12.2026 00:30"),
        (STARTS, "en-US", ("America/Denver",), "Dec 1, 2026 4:30 PM"),
        (STARTS, "en-GB", (), "1 Dec 2026 23:30 GMT+00:00"),
        (STARTS, "en-GB", (SYDNEY, BERLIN), "1 Dec 2026 23:30 GMT+00:00"),
        ("2026-12-01T09:00:00+01:00", "fr-FR", (), "1er déc. 2026 09:00 UTC+01:00"),
        ("2026-12-01T09:00", "de-DE", (SYDNEY,), "01.12.2026 09:00"),
    ],
)
def test_a_moment_is_told_on_the_clock_of_the_person_or_with_its_zone(
    at: str, locale: str, zones: tuple[str, ...], text: str
) -> None:
    """Somebody whose zone is not known, or who may be in two, would come an hour late."""
    assert said("{{ slots.at | date }} {{ slots.at | time }}", locale, zones, at=at) == text


@pytest.mark.parametrize(
    ("locale", "region", "text"),
    [
        ("en", "GB", "1 Dec 2026 14:30 1,234.5"),
        ("en", "US", "Dec 1, 2026 2:30 PM 1,234.5"),
        ("en", "DE", "1 Dec 2026 14:30 1,234.5"),
        ("en", "", "Dec 1, 2026 2:30 PM 1,234.5"),
        ("de", "AT", "01.12.2026 14:30 1.234,5"),
        ("fr", "GB", "1er déc. 2026 14:30 1\u202f234,5"),
        ("en_US", "GB", "Dec 1, 2026 2:30 PM 1,234.5"),
    ],
)
def test_days_and_times_are_written_as_in_the_country_of_who_says_no_locale(
    locale: str, region: str, text: str
) -> None:
    words = "{{ slots.at | date }} {{ slots.at | time }} {{ slots.price | number }}"
    brought = {"at": "2026-12-01T14:30", "price": 1234.5}
    assert render_liquid(words, Personal(region=region), brought, locale) == text


@pytest.mark.parametrize("at", ["2026-12-01", "soon", 5, "2026-12-01T25:00"])
def test_what_names_no_time_of_day_is_not_told_as_one(at: object) -> None:
    assert isinstance(said("{{ slots.at | time }}", at=at), Unsayable)


@pytest.mark.parametrize(
    ("language", "locale", "written"),
    [(None, "en-US", "en_US"), (None, "de-DE", "en"), ("de", "de-AT", "de_AT"), ("de", None, "de"), ("xx", None, "en")],
)
def test_the_locale_is_the_persons_where_it_is_of_the_texts_language(
    language: str | None, locale: str | None, written: str
) -> None:
    assert locale_for(Personal(locale=locale), language) == written


@pytest.mark.parametrize(
    "source",
    [
        "{{ profile.first_name | money: 'EUR' }}",
        "{{ profile.price | money: 'EURO' }}",
        "{{ profile.first_name | date }}",
        "{{ 1 | divided_by: 0 }}",
        "{{ profile.price | nope }}",
        "{{",
        "{% include 'other' %}",
        "{% render 'other' %}",
        "{{ profile.price | replace: '1', '11' }}",
    ],
)
def test_what_cannot_be_worded_is_told(source: str) -> None:
    assert isinstance(said(source), Unsayable)


@pytest.mark.parametrize("name", FILTERS)
@pytest.mark.parametrize("argument", ["", ": 0", ": 'x'", ": profile.text", ": profile.list"])
@pytest.mark.parametrize("value", ["profile.text", "profile.list", "profile.group", "5"])
def test_why_a_text_cannot_be_worded_tells_nothing_that_is_known(name: str, argument: str, value: str) -> None:
    """Whoever may not see the values reads it: on the page Queues, and among what was decided of messages."""
    known = {"text": "asthma", "list": ["asthma", 1], "group": {"asthma": "asthma"}}
    words = render_liquid(f"{{{{ {value} | {name}{argument} }}}}", Personal(known), {}, "en")
    assert not isinstance(words, Unsayable) or "asthma" not in words.why


@pytest.mark.parametrize(
    "source",
    [
        "{% for i in (1..100000000) %}x{% endfor %}",
        "{% for i in (1..1000) %}{% for j in (1..1000) %}x{% endfor %}{% endfor %}",
        "{% for i in (1..900) %}{{ profile.first_name }} has a very long name.{% endfor %}",
        "{% assign a = 'aaaaaaaaaa' %}{% for i in (1..100) %}{% assign a = a | append: a %}{% endfor %}{{ a }}",
        "{% if true %}" * 300 + "{% endif %}" * 300,
        "x" * 5000,
    ],
    ids=["long loop", "loop in a loop", "long output", "a text that doubles", "deep nesting", "long template"],
)
def test_bombs_are_stopped_at_once(source: str) -> None:
    begun = process_time()
    assert isinstance(said(source), Unsayable)
    assert process_time() - begun < 1


@pytest.mark.parametrize(
    "source",
    [
        "{{ (1..9) }}",
        "{{ (1..slots.much) | join: 'x' }}",
        "{{ 'a' | append: (1..9) }}",
        "{% assign a = (1..9) %}{{ a | sort | first }}",
        "{% if 1 == 2 %}{% elsif (1..9) contains 'a' %}{% endif %}",
        "{% unless (1..9) contains 'a' %}{% endunless %}",
        "{% case 1 %}{% when (1..9) %}{% else %}{% endcase %}",
        "{% case 1 %}{% when 1 %}{% else %}{{ (1..9) | uniq }}{% endcase %}",
        "{% for i in (1..9) reversed %}{% endfor %}",
        "{% for i in (1..9) offset: 8 limit: 1 %}{% endfor %}",
        "{% for i in (1..9) %}{{ (1..9) | last }}{% endfor %}",
    ],
)
def test_a_range_stands_only_where_its_rounds_are_counted(source: str) -> None:
    """All of it would be made, or gone through, before any limit is looked at."""
    with pytest.raises(LiquidFault, match=r"^a range stands behind for, .*: {% for one in \(1\.\."):
        template_of(source)


def test_a_range_that_is_longer_than_what_is_asked_of_it_costs_nothing() -> None:
    assert said("{% for i in (1..100000000) limit: 2 %}{{ i }} {% endfor %}") == "1 2"


odd = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | st.just("2026-11-24"),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=4,
)
PIECES = """
{{ profile.a }}
{{ profile.a.b | default: 5 }}
{% if profile.a > 1 %}
{% endif %}
{% else %}
Hi
{{ x }}
{%
{% for x in profile.a %}
{% endfor %}
{{ profile.a | money: 'EUR' }}
{{ profile.a | number }}
{{ profile.a | date }}
{{ profile.a | plus: profile.b | times: 9 }}
{{ profile.a | join: profile.b }}
{{ profile.a | sort | first }}
{% assign y = profile.b %}{{ y }}
{% case profile.a %}{% when 1 %}
{% endcase %}
{{ profile.a | truncate: profile.b }}
{{ profile.a | uniq | size }}
{{ profile.a contains 1
{{ profile.a.size }}
{{ profile.a | append: profile.b }}
"""
pieces = st.sampled_from(PIECES.strip().split("\n"))


@given(st.lists(pieces, max_size=6).map("".join) | st.text(alphabet="{}%| profile.a:'<", max_size=30), odd, odd)
def test_wording_never_raises_and_never_grows(source: str, a: Any, b: Any) -> None:
    words = render_liquid(source, Personal({"a": a, "b": b}), {}, "de")
    assert isinstance(words, Unsayable) or len(words) <= LONGEST_OUTPUT
