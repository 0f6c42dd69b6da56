from __future__ import annotations

from bot.domain.message import Button, Text
from bot.domain.rasa_message import as_rasa_messages


def test_what_only_some_channels_show_goes_by_itself_as_rasa_sends_it() -> None:
    extras = {
        "custom": {"map": [51.5, 0.1]},
        "attachment": {"type": "file", "payload": {"src": "https://example.com/a.pdf"}},
        "elements": [{"title": "Small", "subtitle": "for two", "buttons": [{"title": "Take", "payload": "/take"}]}],
    }
    content = Text("Hello.\n\nLook:", image="https://example.com/a.png", extras=extras)
    assert as_rasa_messages("ana", content) == [
        {"recipient_id": "ana", "text": "Hello."},
        {"recipient_id": "ana", "text": "Look:"},
        {"recipient_id": "ana", "custom": {"map": [51.5, 0.1]}},
        {"recipient_id": "ana", "image": "https://example.com/a.png"},
        {"recipient_id": "ana", "attachment": extras["attachment"]},
        {"recipient_id": "ana", "text": "Small : for two", "buttons": [{"title": "Take", "payload": "/take"}]},
    ]


def test_buttons_go_with_their_text() -> None:
    (message,) = as_rasa_messages("ana", Text("Which?", buttons=(Button("This", "/this"),)))
    assert message == {"recipient_id": "ana", "text": "Which?", "buttons": [{"title": "This", "payload": "/this"}]}


def test_a_button_that_is_a_link_says_so_as_in_rasa() -> None:
    page = "https://example.com/menu"
    (message,) = as_rasa_messages("ana", Text("Hungry?", buttons=(Button("The menu", page),)))
    assert message["buttons"] == [{"title": "The menu", "payload": page, "type": "web_url", "url": page}]


def test_buttons_without_a_text_have_none() -> None:
    (message,) = as_rasa_messages("ana", Text("", buttons=(Button("This", "/this"),)))
    assert message == {"recipient_id": "ana", "buttons": [{"title": "This", "payload": "/this"}]}


def test_where_an_answer_came_from_is_named_and_linked() -> None:
    content = Text("Behind the house.", source_title="Parking", source_url="https://example.com/parking")
    assert as_rasa_messages("ana", content)[1:] == [
        {"recipient_id": "ana", "text": "Parking: https://example.com/parking"}
    ]
    assert len(as_rasa_messages("ana", Text("Behind the house.", source_url="javascript:alert(1)"))) == 1
