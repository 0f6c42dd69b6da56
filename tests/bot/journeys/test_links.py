"""Which links of a message may be followed, and that nothing else of it changes when others take their place."""

from __future__ import annotations

import pytest

from bot.domain.assistant import Response, Variation
from bot.domain.message import Button, Text
from bot.journeys.links import followed_in, links_of, variable_links, with_links, with_parameters

OWN = "https://chat.example.com/l/"
PRICES = "https://example.com/prices"


def followed(*texts: str) -> frozenset[str]:
    return followed_in(Response("utter_tip", tuple(map(Variation, texts))), OWN)


def replaced(text: str) -> str:
    return with_links(Text(text), lambda link: f"<{link}>").text


@pytest.mark.parametrize(
    ("text", "reads"),
    [
        ("See https://example.com/a.", "See <https://example.com/a>."),
        ("https://example.com?", "<https://example.com>?"),
        ("(see https://example.com/a_(b)).", "(see <https://example.com/a_(b)>)."),
        ("[prices](https://example.com/a), and more", "[prices](<https://example.com/a>), and more"),
        ("«https://example.com/a»", "«<https://example.com/a>»"),
        ("HTTPS://EXAMPLE.com/a?b=1&c=%20#d now", "<HTTPS://EXAMPLE.com/a?b=1&c=%20#d> now"),
        ("https://例え.jp/値段。", "<https://例え.jp/値段>。"),
        ("mailto:a@example.com tel:+447700900123 sms:+447700900123", None),
        ("example.com, ftp://example.com, http:// and https://", None),
        ("x" * 100_000, None),
    ],
)
def test_links_are_found_without_what_follows_them_in_a_sentence(text: str, reads: str | None) -> None:
    assert replaced(text) == (text if reads is None else reads)


def test_only_links_that_an_author_wrote_whole_are_followed() -> None:
    assert followed(f"{PRICES} https://example.com/{{slot}} https://example.com/{{{{ event.cart }}}}/pay") == {PRICES}


def test_links_with_a_variable_are_named_to_their_author_as_they_are_written() -> None:
    said = Variation(f"{PRICES}, https://example.com/{{slot}}/a (https://example.com/{{{{ event.cart | url }}}}/pay).")
    button = Variation("Look", buttons=(Button("Pay", "https://example.com/pay?of={name}"), Button("Yes", "/affirm")))
    assert variable_links(Response("utter_tip", (said, button, said))) == [
        "https://example.com/{slot}/a",
        "https://example.com/{{ event.cart | url }}/pay",
        "https://example.com/pay?of={name}",
    ]


@pytest.mark.parametrize(
    ("link", "reads"),
    [
        (PRICES, f"{PRICES}?utm_source=us&utm_medium=e%20mail"),
        (f"{PRICES}?a=1#top", f"{PRICES}?a=1&utm_source=us&utm_medium=e%20mail#top"),
        (f"{PRICES}?", f"{PRICES}?utm_source=us&utm_medium=e%20mail"),
        (f"{PRICES}?utm_source=&b", f"{PRICES}?utm_source=&b&utm_medium=e%20mail"),
        (f"{PRICES}?utm_source=x&utm_medium=y", f"{PRICES}?utm_source=x&utm_medium=y"),
        (f"{PRICES}?{'a' * 2000}", f"{PRICES}?{'a' * 2000}"),
    ],
)
def test_parameters_stand_behind_those_that_an_author_wrote(link: str, reads: str) -> None:
    assert with_parameters(link, {"utm_source": "us", "utm_medium": "e mail"}) == reads


def test_links_of_all_variations_are_known() -> None:
    assert followed(f"A {PRICES}", "B https://example.com/b") == {PRICES, "https://example.com/b"}


def test_our_own_links_and_such_with_a_password_are_not_followed() -> None:
    texts = ("https://chat.example.com/preferences/x", "https://CHAT.example.com", "https://ana:secret@example.com/")
    assert followed(*texts, "https://[broken", f"https://example.com/{'a' * 3000}") == frozenset()


def test_a_message_has_those_links_that_are_among_them_each_once() -> None:
    message = Text(f"{PRICES} {PRICES}/more {PRICES}", buttons=(Button("Pay", "https://example.com/pay"),))
    among = frozenset({PRICES, "https://example.com/pay", "https://example.com/other"})
    assert links_of(message, among) == [PRICES, "https://example.com/pay"]


def test_buttons_and_cards_lead_elsewhere_and_pictures_stay() -> None:
    card = {"title": PRICES, "image_url": PRICES, "buttons": [{"type": "web_url", "url": PRICES}]}
    message = Text("Look", buttons=(Button("Open", PRICES), Button("Yes", "/affirm")), extras={"elements": [card]})
    led = with_links(message, lambda _: "https://chat.example.com/l/x")
    assert [one.payload for one in led.buttons] == ["https://chat.example.com/l/x", "/affirm"]
    assert led.extras == {
        "elements": [{**card, "buttons": [{"type": "web_url", "url": "https://chat.example.com/l/x"}]}]
    }


def test_a_message_in_which_nothing_takes_the_place_of_a_link_stays_as_it_is() -> None:
    extras = {"custom": {"list": ["https://example.com"], "number": 3}}
    message = Text(f"See {PRICES}", buttons=(Button("Open", PRICES),), extras=extras)
    assert with_links(message, lambda link: link) == message
