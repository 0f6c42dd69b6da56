"""The lines of a conversation: words, and what was shown beside them, as the customer saw it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot.domain.consent import Purpose
from bot.domain.delivery import ChannelMessage, OutboxEntry, OutboxStatus
from bot.domain.files import FileState, SentFile
from bot.domain.ids import ConversationId, MessageId, OutboxId, ProfileId
from bot.domain.message import ASSISTANT, CUSTOMER, Attachment, Author, Beside, Button, Speech, Text
from bot.entrypoints.console.conversations_page.lines import sent_lines, short_line, spoken_lines
from bot.ports import Abilities
from bot.services.runtime import Links

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
CHAT = Abilities(identity="webchat", buttons=True, extras=True)
SMS = Abilities(identity="phone")
YES_NO = (Button("Yes", "/affirm"), Button("No", "/deny"))
CARDS = {
    "elements": [
        {
            "title": "Team",
            "subtitle": "£3 per person",
            "image_url": "/team.png",
            "default_action": {"url": "https://x.example/team"},
            "buttons": [{"title": "Choose", "payload": '/choose{"plan": "team"}'}],
        },
        "no card",
    ]
}


LINKS = Links(transcript=lambda _: "", preferences=lambda *_: "", confirmation=lambda _: "")


def lines(*said: Speech, files: tuple[SentFile, ...] = (), abilities: Abilities = CHAT) -> list[dict[str, Any]]:
    return list(spoken_lines(said, files, abilities, LINKS))


def asks(text: str = "Shall I?", *, buttons: tuple[Button, ...] = YES_NO, beside: Beside | None = None) -> Speech:
    return Speech(NOW, ASSISTANT, text, buttons=buttons, beside=beside)


def says(text: str, *attachments: Attachment) -> Speech:
    return Speech(NOW, CUSTOMER, text, MessageId("webchat:1"), attachments=attachments)


def pressed(line: dict[str, Any]) -> list[str]:
    return [one["title"] for one in line["buttons"] if one.get("pressed")]


def test_the_button_that_the_customer_pressed_is_marked_and_named() -> None:
    asked, answered = lines(asks(), says("yes"))
    assert (pressed(asked), asked["pressable"], answered["pressed"]) == (["Yes"], True, "Yes")
    asked, answered = lines(asks(), says("/deny"))
    assert (pressed(asked), answered["pressed"]) == (["No"], "No")


def test_words_press_no_button_of_what_the_customer_has_answered_already() -> None:
    asked, _, later = lines(asks(), says("what for?"), says("yes"))
    assert (pressed(asked), "pressed" in later) == ([], False)
    asked, _, later = lines(asks(), says("what for?"), says("/affirm"))
    assert (pressed(asked), later["pressed"]) == (["Yes"], "Yes"), "one that stayed to be pressed"


def test_where_the_channel_has_no_buttons_they_are_words() -> None:
    asked, answered = lines(asks(), says("yes"), abilities=SMS)
    assert (asked["pressable"], "pressed" in answered) == (False, False)


def test_cards_pictures_sources_and_fields_are_there_as_the_channel_shows_them() -> None:
    beside = Beside(
        "/media/1", "A plan", "Prices", "https://x.example", CARDS | {"custom": {"widget": {"input": "tel"}}}
    )
    [chat] = lines(asks(buttons=(), beside=beside))
    assert (chat["image"], chat["source"]) == (
        {"address": "/media/1", "alt": "A plan"},
        {"title": "Prices", "address": "https://x.example"},
    )
    assert chat["cards"] == [
        {
            "title": "Team",
            "text": "£3 per person",
            "image": "/team.png",
            "address": "https://x.example/team",
            "buttons": [{"title": "Choose", "address": ""}],
        }
    ]
    assert chat["asks"] == "A field for a phone number"
    [sms] = lines(asks(buttons=(), beside=beside), abilities=SMS)
    assert ("cards" in sms, "asks" in sms, sms["image"]["address"]) == (False, False, "/media/1")


def test_a_button_of_a_card_is_pressed_like_any_other() -> None:
    shown, chosen = lines(asks(buttons=(), beside=Beside(extras=CARDS)), says('/choose{"plan": "team"}'))
    assert (shown["cards"][0]["buttons"][0]["pressed"], chosen["pressed"]) == (True, "Choose")


@pytest.mark.parametrize(
    ("widget", "asks"),
    [
        ({"input": "tel"}, "A field for a phone number"),
        ({"show": "list", "input": "email", "label": "Work e-mail"}, "A field for an e-mail address: Work e-mail"),
        ({"show": "consent", "label": 5}, "A box to tick"),
    ],
)
def test_a_field_of_the_chat_is_named(widget: dict[str, Any], asks: str) -> None:
    [line] = lines(asks_by(widget))
    assert line["asks"] == asks


def asks_by(widget: dict[str, Any]) -> Speech:
    return asks(buttons=(), beside=Beside(extras={"custom": {"widget": widget}}))


@pytest.mark.parametrize(
    "extras",
    [{"elements": 5}, {"elements": [None]}, {"attachment": "x"}, {"custom": [1]}, {"custom": {"widget": {"show": []}}}],
)
def test_what_no_channel_can_show_shows_nothing(extras: dict[str, Any]) -> None:
    [line] = lines(asks(buttons=(), beside=Beside(extras=extras)))
    assert line.keys() == {"at", "by", "speaker", "text"}


FILE = SentFile(
    "f1", "webchat:1:file:0", ProfileId("ana"), ConversationId("c"), "p", "plan.pdf", "application/pdf", 12_000, NOW
)


def test_a_file_of_the_customers_is_in_the_line_that_it_came_with() -> None:
    came = says("look", Attachment("", "application/pdf", "plan.pdf"))
    [line] = lines(came, files=(replace(FILE, state=FileState.CLEAN),))
    assert line["files"] == [{"name": "plan.pdf", "address": "/files/f1", "about": "12 kB"}]
    [line] = lines(came, files=(FILE,))
    assert (line["files"][0]["address"], line["files"][0]["about"]) == ("", "not opened yet: it is being looked at")
    [line] = lines(came)
    assert line["files"][0]["about"] == "is not kept here"


def test_a_file_without_a_line_has_one_of_its_own_and_a_colleagues_is_in_what_they_said() -> None:
    [line] = lines(files=(FILE, replace(FILE, id="f2", key="k", sender="Ana Rep")))
    assert (line["by"], line["files"][0]["name"]) == ("customer", "plan.pdf")


def entry(content: Text, *, response: str = "", status: OutboxStatus = OutboxStatus.SENT) -> OutboxEntry:
    message = ChannelMessage("sms", "+44", content, response=response)
    later = NOW + timedelta(hours=1)
    return OutboxEntry(
        OutboxId("1"), "k", message, Purpose.SERVICE, None, NOW, NOW, status=status, first_tried_at=later
    )


def test_what_a_journey_sent_is_shown_when_it_left() -> None:
    sent = entry(Text("Your demo is tomorrow.", YES_NO), response="utter_remind")
    [line] = sent_lines([sent], [], CHAT)
    assert (line["by"], line["text"], line["at"]) == (
        "assistant",
        "Your demo is tomorrow.",
        (NOW + timedelta(hours=1)).isoformat(),
    )
    assert [one["title"] for one in line["buttons"]] == ["Yes", "No"]


@pytest.mark.parametrize("status", [one for one in OutboxStatus if one is not OutboxStatus.SENT])
def test_what_has_not_left_was_not_seen(status: OutboxStatus) -> None:
    assert list(sent_lines([entry(Text("Hi"), response="utter_hi", status=status)], [], CHAT)) == []


def test_word_of_who_is_here_is_shown_once() -> None:
    joined = entry(Text("Ana has joined.", author=Author.SYSTEM))
    [line] = sent_lines([joined], [], CHAT)
    assert line["by"] == "system"
    assert list(sent_lines([joined], [Speech(NOW, ASSISTANT, "Ana has joined.")], CHAT)) == []
    assert list(sent_lines([entry(Text("A reply"))], [], CHAT)) == [], "the log has it"


def test_a_list_says_in_words_what_has_none() -> None:
    assert short_line(says("", Attachment("", "image/png")))["text"] == "sent a file"
    assert short_line(asks("", buttons=YES_NO))["text"] == "showed something"
