"""What WhatsApp shows by itself is sent as that; whatever does not fit stands in the text."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.errors import PermanentSendError
from bot.domain.message import Button, Template, Text
from connectors.whatsapp_cloud.bodies import LONGEST_BESIDE, LONGEST_TEXT, parts_of, shown_buttons, shown_text
from connectors.whatsapp_cloud.sandbox import refusal

YES, NO = Button("Yes", "/affirm"), Button("No", "/deny")
PAGE = Button("Our prices", "https://example.com/prices")
PICTURE = "https://example.com/a.png"


def choices(count: int) -> tuple[Button, ...]:
    return tuple(Button(f"Choice {number}", f"/choose{number}") for number in range(count))


def kinds(content: Text) -> list[str]:
    return [
        part["interactive"]["type"] if part["type"] == "interactive" else part["type"] for part in parts_of(content)
    ]


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (Text("Hello"), ["text"]),
        (Text("Hello", (YES, NO)), ["button"]),
        (Text("Hello", choices(4)), ["list"]),
        (Text("Hello", choices(11)), ["text"]),
        (Text("Hello", (Button("A title that is longer than 24", "/a"),)), ["text"]),
        (Text("Hello", (Button("Yes", "/a"), Button("Yes", "/b"))), ["text"]),
        (Text("Hello", (Button("A bit more than twenty", "/a"),)), ["list"]),
        (Text("Hello", (PAGE,)), ["cta_url"]),
        (Text("Hello", (PAGE, YES)), ["button"]),
        (Text("Hello", (PAGE, PAGE)), ["text"]),
        (Text("Hello", image=PICTURE), ["image"]),
        (Text("Hello", image="https://example.com/a.PDF", image_alt="a.pdf"), ["document"]),
        (Text("", image="https://example.com/files/1?sig=2", image_alt="Offer.pdf"), ["document"]),
        (Text("Hello", image="http://example.com/a.png"), ["text"]),
        (Text("Hello", (YES,), image=PICTURE), ["button"]),
        (Text("Hello", choices(4), image=PICTURE), ["image", "list"]),
        (Text("a " * 600, (YES,)), ["text", "button"]),
        (Text("a " * 600, image=PICTURE), ["image", "text"]),
        (Text("a " * 3000), ["text", "text"]),
        (Text("Hello", source_title="Prices", source_url="https://example.com"), ["text"]),
    ],
)
def test_each_content_has_its_kind(content: Text, expected: list[str]) -> None:
    assert kinds(content) == expected


def test_a_button_says_what_it_stands_for() -> None:
    [part] = parts_of(Text("Shall we?", (YES, NO)))
    assert part["interactive"] == {
        "type": "button",
        "body": {"text": "Shall we?"},
        "action": {
            "buttons": [
                {"type": "reply", "reply": {"id": "/affirm", "title": "Yes"}},
                {"type": "reply", "reply": {"id": "/deny", "title": "No"}},
            ]
        },
    }


def test_buttons_without_words_stand_below_one_in_their_language() -> None:
    [part] = parts_of(Text("", (YES, NO), language="de"))
    assert part["interactive"]["body"] == {"text": "Antwort"}


def test_a_link_beside_choices_is_a_line_of_the_text() -> None:
    [part] = parts_of(Text("Shall we?", (PAGE, YES)))
    assert part["interactive"]["body"]["text"] == "Shall we?\nOur prices: https://example.com/prices"


TITLES = st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs")), max_size=30)
PAYLOADS = st.one_of(st.text("/abc{}", max_size=300), st.just("https://example.com/page"))
CONTENTS = st.builds(
    Text,
    st.text(max_size=1500),
    st.lists(st.builds(Button, TITLES, PAYLOADS), max_size=12).map(tuple),
    image=st.sampled_from([None, PICTURE, "https://example.com/a.pdf"]),
)


@given(CONTENTS.filter(lambda one: bool(shown_text(one).strip())))
def test_whatever_is_said_fits_what_meta_takes_and_every_title_is_there(content: Text) -> None:
    parts = parts_of(content)
    assert parts
    assert not [part for part in parts if refusal({"messaging_product": "whatsapp", **part}) is not None]
    sent = repr(parts)
    for button in content.buttons:
        assert repr(button.title)[1:-1] in sent
    longest = [len(part["interactive"]["body"]["text"]) for part in parts if part["type"] == "interactive"]
    assert all(length <= LONGEST_BESIDE for length in longest)
    assert all(len(part["text"]["body"]) <= LONGEST_TEXT for part in parts if part["type"] == "text")


def test_what_is_shown_is_told_apart_from_what_is_read() -> None:
    assert (shown_text(Text("Hi", (YES,))), shown_buttons(Text("Hi", (YES,)))) == ("Hi", ["Yes"])
    assert shown_text(Text("Hi", choices(11))).startswith("Hi\nReply: Choice 0 / ")
    assert (shown_text(Text("Hi", (PAGE,))), shown_buttons(Text("Hi", (PAGE,)))) == ("Hi", ["Our prices"])


# ---------------------------------------------------------------- templates


def template(identity: str, **variables: str) -> Any:
    named = {name.replace("_", " "): value for name, value in variables.items()}
    [part] = parts_of(Text("as it reads", template=Template(identity, named)))
    return part["template"]


def test_a_template_is_named_with_its_language() -> None:
    assert template("demo_reminder/en_GB") == {"name": "demo_reminder", "language": {"code": "en_GB"}}


def test_its_variables_go_by_their_numbers() -> None:
    [part] = parts_of(Text("x", template=Template("a/de", {"2": "zwei", "10": "zehn", "1": "eins"})))
    assert [one["text"] for one in part["template"]["components"][0]["parameters"]] == ["eins", "zwei", "zehn"]


def test_its_variables_may_have_names() -> None:
    [body] = template("a/de", name="Ana\n Maria")["components"]
    assert body["parameters"] == [{"type": "text", "parameter_name": "name", "text": "Ana Maria"}]


def test_its_header_and_its_buttons_have_variables_of_their_own() -> None:
    header, body, page, answer = template("a/de", header=PICTURE, name="Ana", button_1="orders/17", button_2="/affirm")[
        "components"
    ]
    assert header["parameters"] == [{"type": "image", "image": {"link": PICTURE}}]
    assert body["parameters"][0]["text"] == "Ana"
    assert (page["sub_type"], page["index"], page["parameters"][0]["text"]) == ("url", "0", "orders/17")
    assert (answer["sub_type"], answer["index"], answer["parameters"][0]["payload"]) == ("quick_reply", "1", "/affirm")


@pytest.mark.parametrize("identity", ["HX" + "0" * 32, "demo_reminder", "Demo Reminder/en", "a/en_gb", "a/b/c"])
def test_an_id_that_is_none_of_metas_is_told(identity: str) -> None:
    with pytest.raises(PermanentSendError, match="such as demo_reminder/en_GB"):
        template(identity)


def test_an_empty_variable_is_told_before_meta_refuses_it() -> None:
    with pytest.raises(PermanentSendError, match='"name" of the template a/de is empty'):
        template("a/de", name=" ")
