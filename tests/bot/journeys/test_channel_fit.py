"""What a step says, held against what its channels can do."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import pytest

from bot.documents import Faults, parse
from bot.domain.errors import ContentError, Place
from bot.domain.message import Button, Text
from bot.domain.preview import Preview, Wording, as_text
from bot.journeys.channel_fit import misfits
from bot.journeys.content import read_journey
from bot.journeys.known import Known
from bot.ports import Abilities, ChannelKind

PLACE = Place("nlu_data/responses/tips.yml", 4, 7)
KINDS = {
    "sms": ChannelKind(Abilities("phone", longest_text=1600), lambda content: Preview("sms", content.text)),
    "webchat": ChannelKind(
        Abilities("webchat", buttons=True),
        lambda content: Preview("chat", content.text, tuple(one.title for one in content.buttons), content.image),
    ),
    "rest": ChannelKind(Abilities("rest", extras=True), as_text),
    "alexa": ChannelKind(Abilities("alexa", proactive=False), as_text),
    "slack": ChannelKind(Abilities("slack", desk=True), as_text),
    "email": ChannelKind(Abilities("email", correspondence=True), as_text),
}


def known_with(responses: Mapping[str, Sequence[Text]]) -> Known:
    def wordings(response: str, channel: str) -> Sequence[Wording]:
        return [Wording(PLACE, one, KINDS[channel].preview(one)) for one in responses[response]]

    return Known(
        responses=frozenset(responses),
        forms={"booking_form": ("meeting_time",)},
        channels=frozenset({*KINDS, "console"}),
        questions={"booking_form": ("utter_ask_meeting_time",)},
        abilities={name: kind.abilities for name, kind in KINDS.items()},
        wordings=wordings,
    )


@pytest.fixture
def told() -> Callable[..., list[str]]:
    """What is wrong with the words on a channel; warnings begin with a question mark."""

    def tell(channel: str, *contents: Text) -> list[str]:
        found = misfits(channel, ("utter_x",), known_with({"utter_x": contents}))
        return [f"{'? ' if one.only_warns else ''}{one.message} {one.suggestion}" for one in found]

    return tell


def test_what_goes_by_e_mail_needs_a_subject(told: Callable[..., list[str]]) -> None:
    assert told("email", Text("A tip.", subject="This month")) == []
    assert told("email", Text("A tip.")) == [
        f'"utter_x" has no subject, which every message by email needs ({PLACE}). Add subject: beside its text.'
    ]


def test_how_the_websites_chat_shows_a_text_keeps_it_from_no_other_channel(told: Callable[..., list[str]]) -> None:
    shown = {"custom": {"widget": {"input": "email", "label": "E-mail"}}}
    assert told("sms", Text("Which address?", extras=shown)) == []
    (fault,) = told("sms", Text("Which address?", extras={"custom": {"widget": {"input": "email"}, "map": 1}}))
    assert fault.startswith('"utter_x" has custom, which sms cannot show')
    (fault,) = told("sms", Text("", extras=shown))
    assert fault.startswith('"utter_x" says nothing on sms')


def test_short_words_fit_everywhere(told: Callable[..., list[str]]) -> None:
    for channel in ("sms", "webchat", "rest", "console"):
        assert told(channel, Text("A tip.", (Button("More", "/more"),))) == []


@pytest.mark.parametrize(
    ("channel", "content", "fault"),
    [
        (
            "slack",
            Text("A tip."),
            'no customer is reached on "slack": it is where your colleagues are. '
            "Write to email or rest or sms or webchat; a step handoff: reaches colleagues.",
        ),
        (
            "alexa",
            Text("A tip."),
            '"alexa" only answers: nobody can be written to there first. Take it out of channels.',
        ),
        (
            "sms",
            Text("", image="https://example.com/a.png"),
            f'"utter_x" says nothing on sms: it has only an image, which sms cannot show ({PLACE}). '
            "Give it a text, or add a variation with a text and channel: sms.",
        ),
        (
            "webchat",
            Text("", extras={"custom": {"map": 1}}),
            f'"utter_x" says nothing on webchat: it has only custom, which webchat cannot show ({PLACE}). '
            "Give it a text, or add a variation with a text and channel: webchat.",
        ),
        (
            "sms",
            Text("The brochure:", extras={"attachment": "https://example.com/a.pdf"}),
            f'"utter_x" has attachment, which sms cannot show ({PLACE}). '
            "Add a variation without it, with channel: sms.",
        ),
        (
            "sms",
            Text("a" * 1601),
            f'"utter_x" has 1,601 characters on sms, which takes 1,600 ({PLACE}). '
            "Shorten it, or add a shorter variation with channel: sms.",
        ),
        (
            "sms",
            Text("It’s " + "a" * 100),
            f'? "utter_x" takes 2 segments instead of 1 for the sake of ’, which only UCS-2 has ({PLACE}). '
            "Write ' for ’.",
        ),
        (
            "sms",
            Text("A\u00a0tip 😀 " + "a" * 100),
            f'? "utter_x" takes 2 segments instead of 1 for the sake of no-break space, 😀, which only UCS-2 has '
            f"({PLACE}). Write space for no-break space. Leave 😀 out.",
        ),
        (
            "sms",
            Text("a" * 307),
            f'? "utter_x" takes 3 segments as a text message, each of which is paid for ({PLACE}). '
            "It is 307 units in GSM-7; 306 are 2 segments.",
        ),
        (
            "sms",
            Text("ж" * 135),
            f'? "utter_x" takes 3 segments as a text message, each of which is paid for ({PLACE}). '
            "It is 135 units in UCS-2; 134 are 2 segments.",
        ),
        (
            "sms",
            Text("See the picture.", image="https://example.com/a.png"),
            f'? "utter_x" has an image, which sms leaves out ({PLACE}). '
            "Say in words what it shows, in a variation with channel: sms.",
        ),
    ],
)
def test_what_a_channel_cannot_do_or_what_costs_is_told(
    told: Callable[..., list[str]], channel: str, content: Text, fault: str
) -> None:
    assert told(channel, content) == [fault]


def test_a_channel_that_takes_extras_needs_no_text(told: Callable[..., list[str]]) -> None:
    assert told("rest", Text("", extras={"custom": {"map": 1}})) == []


def test_a_response_of_other_channels_is_told(told: Callable[..., list[str]]) -> None:
    assert told("sms") == [
        '"utter_x" has no variation that may be said on sms. Add one without a channel, or with channel: sms.'
    ]


def test_writing_in_another_script_is_no_reason_to_warn(told: Callable[..., list[str]]) -> None:
    assert told("sms", Text("Où est le garçon ? Rendez-vous à la fenêtre, s'il vous plaît, à midi.")) == []
    assert told("sms", Text("Добрый день! Когда вам было бы удобно? Ответьте, пожалуйста, днём и временем.")) == []


STEPS = """\
journey: welcome
purpose: marketing
enter: {event: demo.requested}
steps:
  - send: {response: utter_tip, channels: [webchat, sms]}
  - ask: {form: booking_form, channels: [sms, slack]}
    silent: {after: 3d, go: end}
"""


def test_a_step_is_refused_at_the_channel_that_it_cannot_use_and_warned_of_there() -> None:
    known = known_with(
        {
            "utter_tip": [Text("a" * 307)],
            "utter_ask_meeting_time": [Text("", image="https://example.com/calendar.png")],
        }
    )
    warnings = Faults()
    with pytest.raises(ContentError) as caught:
        read_journey(parse("journeys/welcome.yml", STEPS), known, warnings)
    assert [(one.place.line, one.place.column, one.message.split(":")[0]) for one in caught.value.faults] == [
        (6, 42, '"utter_ask_meeting_time" says nothing on sms'),
        (6, 47, 'no customer is reached on "slack"'),
    ]
    assert [(one.place.line, one.place.column) for one in warnings.in_order()] == [(5, 53)]
