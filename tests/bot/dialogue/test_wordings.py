"""Every wording that a response may have on a channel."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from bot.dialogue.personal import Personal, Unsayable, nobody
from bot.dialogue.responses import render
from bot.dialogue.wordings import sayable, wordings
from bot.domain.assistant import Response, SlotCondition, Variation
from bot.domain.conversation import Tracker
from bot.domain.ids import ConversationId
from bot.domain.languages import LANGUAGE_SLOT
from bot.domain.message import Text

VIP = (SlotCondition("vip", True),)


def texts(channel: str, *variations: Variation) -> list[str]:
    return [one.text for one in sayable(Response("utter_x", variations), channel)]


def test_a_variation_for_the_channel_keeps_the_others_from_it() -> None:
    for_any, for_sms, for_web = Variation("any"), Variation("sms", channel="sms"), Variation("web", channel="webchat")
    assert texts("sms", for_any, for_sms, for_web) == ["sms"]
    assert texts("slack", for_any, for_sms, for_web) == ["any"]
    assert texts("slack", for_sms, for_web) == []


def test_a_condition_may_not_hold_so_the_others_stay() -> None:
    assert texts("sms", Variation("any"), Variation("vip", channel="sms", conditions=VIP)) == ["any", "vip"]


def test_each_language_has_its_own() -> None:
    german = Variation("Hallo", language="de")
    assert texts("sms", Variation("Hi"), Variation("Hi by text", channel="sms"), german) == ["Hi by text", "Hallo"]


def test_words_are_filled_in_or_it_is_said_what_is_missing() -> None:
    response = Response(
        "utter_x",
        (
            Variation("Hi {lead_name}"),
            Variation("Hi {{ profile.name }}", liquid=True),
            Variation('Hi {{ profile.name | default: "there" }}', liquid=True),
        ),
    )
    known = [
        one.words for one in wordings(response, "sms", slots={"lead_name": "Ana"}, personal=Personal({"name": "Bo"}))
    ]
    assert known == [Text("Hi Ana"), Text("Hi Bo"), Text("Hi Bo")]
    unknown = [one.words for one in wordings(response, "sms", personal=nobody("en"))]
    assert unknown == [Text("Hi"), Unsayable("profile.name is missing, and has no default"), Text("Hi there")]


VARIATIONS = st.builds(
    Variation,
    text=st.uuids().map(str),
    channel=st.sampled_from([None, "sms", "webchat"]),
    conditions=st.sampled_from([(), VIP]),
    language=st.sampled_from([None, "de", "fr"]),
)


@given(
    st.lists(VARIATIONS, min_size=1, max_size=6),
    st.sampled_from(["sms", "webchat", "slack"]),
    st.sampled_from([None, True, False]),
    st.sampled_from([None, "de", "fr", "it"]),
)
def test_whatever_is_said_is_among_them(
    variations: list[Variation], channel: str, vip: bool | None, language: str | None
) -> None:
    response = Response("utter_x", tuple(variations))
    said = render(response, Tracker(ConversationId("c"), slots={"vip": vip, LANGUAGE_SLOT: language}), channel)
    assert said.text == "" or said in [one.words for one in wordings(response, channel)]
