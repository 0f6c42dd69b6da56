from __future__ import annotations

import pytest

from bot.dialogue.liquid import LiquidFault
from bot.dialogue.liquid_check import check_liquid


@pytest.mark.parametrize(
    ("source", "attributes"),
    [
        ('Hi {{ profile.first_name | default: "there" }}!', {"first_name"}),
        ("{% if profile.x and profile.y == 'a' %}{{ profile.x }}{{ profile.y }}{% endif %}", {"x", "y"}),
        ("{% unless profile.x %}Hi{% else %}{{ profile.x }}{% endunless %}", {"x"}),
        ("{% if profile.y %}a{% elsif profile.x > 5 %}{{ profile.x }}{% endif %}", {"x", "y"}),
        ("{% if profile.p %}{% for one in profile.p %}{{ forloop.index }} {{ one }}{% endfor %}{% endif %}", {"p"}),
        ("{% assign n = profile.x | default: 'you' %}{{ n | upcase }}", {"x"}),
        ("{% case profile.x %}{% when 'a' %}{{ profile.x }}{% else %}b{% endcase %}", {"x"}),
        ("{{ profile.price | default: 5 | money: 'EUR' }} {{ lead.grade }} {{ slots.size | default: 1 }}", {"price"}),
        ("{{ profile.created_on | date: 'long' }}", {"created_on"}),
        ("{% if event.items %}{% for one in event.items %}{{ one.name }}{% endfor %}{% endif %}", set()),
        ("{% if event.items[0].name %}{{ event.items[0].name }}{% endif %}", set()),
        ("{% if event.currency %}{{ 5 | money: event.currency }}{% endif %}", set()),
        ("No Liquid in here.", set()),
    ],
)
def test_a_text_whose_values_are_there_or_have_a_default_is_taken(source: str, attributes: set[str]) -> None:
    assert check_liquid(source, ["size"]) == attributes


@pytest.mark.parametrize(
    ("source", "told"),
    [
        (
            "Hi {{ profile.x }},",
            'profile.x may be missing. Give it a default first: {{ profile.x | default: "there" }}',
        ),
        ("{{ profile.x | upcase | default: 'a' }}", "profile.x may be missing."),
        ("{{ profile.x | default: profile.y }}", "profile.y may be missing."),
        ("{{ profile.x | default: '' }}", "the default of profile.x says nothing."),
        ("{% if profile.x %}a{% else %}{{ profile.x }}{% endif %}", "profile.x may be missing."),
        ("{% if profile.x or profile.y %}{{ profile.x }}{% endif %}", "profile.x may be missing."),
        ("{% if profile.x == nil %}{{ profile.x }}{% endif %}", "profile.x may be missing."),
        ("{% for one in profile.p %}{{ one }}{% endfor %}", "profile.p may be missing."),
        ("{% assign n = profile.x %}{{ n }}", "profile.x may be missing."),
        ("{% case profile.x %}{% when 'a' %}a{% else %}{{ profile.x }}{% endcase %}", "profile.x may be missing."),
        ("{{ slots.siz | default: 1 }}", 'there is no slot "siz". Did you mean "size"?'),
        ("{{ lead.grad }}", 'there is no "lead.grad". Did you mean "grade"?'),
        ("{% if profil.x %}a{% endif %}", 'there is no "profil" to look at. Did you mean "profile"?'),
        ("{{ profile }}", '"profile" is no single value.'),
        ("{{ profile.x | default: 1 | mony: 'EUR' }}", 'there is no filter "mony". Did you mean "money"?'),
        ("{{ profile.x | default: 1 | money }}", "money"),
        ("{{ 5 | money: 'EUX' }}", 'there is no currency "EUX". Write its three letters: money: "EUR".'),
        ("{{ 5 | money: 'gbp' }}", 'there is no currency "gbp". Write its three letters: money: "GBP".'),
        ("{{ profile.created_on | date: 'longg' }}", 'date takes no "longg". Did you mean "long"?'),
        ("{{ event.total }}", "event.total may be missing."),
        ("{{ event }}", '"event" is no single value.'),
        ("{% include 'x' %}", "include"),
        ("{% if profile.x %}", "end"),
        ("{{ profile.x", "expected"),
        ("{% if true %}" * 20 + "{% endif %}" * 20, "it is nested more than 10 deep."),
        ("x" * 4001, "it is longer than 4000 characters."),
    ],
)
def test_what_might_be_said_as_nothing_is_refused(source: str, told: str) -> None:
    with pytest.raises(LiquidFault) as fault:
        check_liquid(source, ["size"])
    assert told in str(fault.value)


def test_the_link_to_preferences_is_always_there() -> None:
    assert check_liquid("Choose what you get: {{ preferences_link }}", ()) == frozenset()
    with pytest.raises(LiquidFault, match='Did you mean "preferences_link"'):
        check_liquid("{{ preference_link }}", ())
