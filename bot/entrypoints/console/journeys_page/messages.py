"""What a step of a journey says, as it is on each channel: for looking at, before anybody gets it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from aiohttp import web

from bot.dialogue.forms import questions_for
from bot.dialogue.personal import Personal, Unsayable
from bot.dialogue.wordings import Worded, wordings
from bot.domain.assistant import Assistant, Response
from bot.domain.errors import WebhookRejected
from bot.domain.message import Text
from bot.domain.preview import Preview, Wording, as_speech
from bot.domain.sms_segments import segments_of
from bot.entrypoints.console.journeys_page.sample_person import fields_of, person_of, values_of
from bot.entrypoints.web.translate import json_object, private_json
from bot.entrypoints.wiring.connectors import channel_kinds, kinds_of
from bot.entrypoints.wiring.service import Service
from bot.journeys.channel_fit import misfits_of, shown
from bot.journeys.links import variable_links
from bot.ports import Abilities, ChannelKind
from bot.services.disclose import DISCLOSURE, with_disclosure

VOICE = "voice"


@dataclass(frozen=True, slots=True)
class Message:
    """A response, or an action that says something of its own; `slot` is what it asks for, in a form."""

    name: str
    response: Response | None
    slot: str | None = None


@dataclass(frozen=True, slots=True)
class Telling:
    """To whom a message is worded, whether it is the first of their conversation, and what is disclosed with that."""

    assistant: Assistant
    slots: Mapping[str, Any]
    person: Personal
    first: bool
    disclosure: Response | None


class Messages:
    """`besides` are connectors of which it is shown how they would say it, connected or not."""

    def __init__(self, service: Service, *, besides: Sequence[str] = ()) -> None:
        self._service = service
        self._connected = channel_kinds(service.settings)
        others = {name: kind for name, kind in kinds_of(besides).items() if name not in self._connected}
        self._kinds = {**self._connected, **others}

    async def show(self, request: web.Request) -> web.StreamResponse:
        """The messages of a `response` or `form`, on its `channels` and on the others that there are."""
        body = await json_object(request)
        assistant = self._service.library.current().assistant
        return private_json(self.worded(_messages(body, assistant), body))

    def worded(self, messages: Sequence[Message], body: Mapping[str, Any]) -> dict[str, Any]:
        """As JSON tells them: `known` of the person, `channels`, and whether links are followed (`follows`) are as the
        request's body says."""
        playbook = self._service.library.current()
        assistant = playbook.assistant
        responses = [one.response for one in messages if one.response is not None]
        fields = fields_of(responses, playbook, self._service.runtime.clock.now())
        values = values_of(fields, body.get("known"))
        person = person_of(values, assistant.configuration.language, self._service.runtime.region)
        disclosure = assistant.responses.get(DISCLOSURE)
        telling = Telling(assistant, values["slots"], person, body.get("first") is True, disclosure)
        chosen = [str(name) for name in body["channels"]] if isinstance(body.get("channels"), list) else []
        return {
            "fields": [asdict(field) for field in fields],
            "messages": [
                {
                    "name": one.name,
                    "slot": one.slot,
                    "is_action": one.response is None,
                    "not_followed": variable_links(one.response)
                    if one.response and body.get("follows") is True
                    else [],
                    "channels": list(self._on_channels(one.response, chosen, telling)) if one.response else [],
                }
                for one in messages
            ],
        }

    def words_on(self, response: Response, channel: str, number: int, body: Mapping[str, Any]) -> Text | Unsayable:
        """What the variation of this number says on the channel, to whom is `known` as the body says; raises
        WebhookRejected where another is said there."""
        playbook = self._service.library.current()
        fields = fields_of([response], playbook, self._service.runtime.clock.now())
        values = values_of(fields, body.get("known"))
        person = person_of(values, playbook.assistant.configuration.language, self._service.runtime.region)
        found = wordings(response, channel, slots=values["slots"], personal=person)
        said = {at: one.words for at, own in enumerate(response.variations) for one in found if one.variation == own}
        if number in said:
            return said[number]
        others = " or ".join(str(one + 1) for one in said)
        advice = f"; choose variation {others}, which is" if others else ", and no other is"
        raise WebhookRejected(422, f"variation {number + 1} is not said on {channel}{advice}")

    def _on_channels(self, response: Response, chosen: Sequence[str], telling: Telling) -> Iterator[dict[str, Any]]:
        looks = {name: _look(kind) for name, kind in self._kinds.items()}
        seen = {looks[name] for name in chosen if name in looks}
        for name in [*(one for one in chosen if one in looks), *(one for one in looks if one not in chosen)]:
            if name not in chosen and looks[name] in seen:
                continue  # a second chat looks like the first
            seen.add(looks[name])
            kind = self._kinds[name]
            if looks[name] == "speech":
                yield self._aloud(name, kind.abilities, response, telling, chosen=name in chosen)
                continue
            worded = wordings(response, name, slots=telling.slots, personal=telling.person)
            yield {
                "channel": name,
                "kind": looks[name],
                "chosen": name in chosen,
                "desk": kind.abilities.desk,
                "connected": name in self._connected,
                "wordings": [self._worded(response, name, kind, one, telling) for one in worded],
            }
        if "speech" not in seen:
            yield self._aloud(VOICE, Abilities(VOICE), response, telling, chosen=False)

    def _aloud(
        self, channel: str, abilities: Abilities, response: Response, telling: Telling, *, chosen: bool
    ) -> dict[str, Any]:
        """How a voice says it in the language of each variation, or would, where none is connected."""
        own = telling.assistant.configuration.language
        worded = wordings(response, channel, slots=telling.slots, personal=telling.person)

        def kind(language: str) -> ChannelKind:
            return ChannelKind(abilities, lambda content: as_speech(content, language))

        return {
            "channel": channel,
            "kind": "speech",
            "chosen": chosen,
            "desk": False,
            "connected": channel in self._connected,
            "wordings": [
                self._worded(response, channel, kind(one.variation.language or own), one, telling) for one in worded
            ],
        }

    def _worded(
        self, response: Response, channel: str, kind: ChannelKind, worded: Worded, telling: Telling
    ) -> dict[str, Any]:
        variation, words = worded.variation, worded.words
        told: dict[str, Any] = {
            "language": variation.language or telling.assistant.configuration.language,
            "number": [one is variation for one in response.variations].index(True),
            "place": f"{variation.place.path}:{variation.place.line}",
            "conditions": [f"{one.name} is {one.value}" for one in variation.conditions],
        }
        if isinstance(words, Unsayable):
            return told | {"unsayable": words.why, "previews": [], "notes": []}
        leaving: tuple[Text, ...] = (words,)
        if telling.first and (disclosure := _disclosure(channel, telling)) is not None:
            leaving = with_disclosure(words, disclosure, kind.abilities)
        wording = Wording(variation.place, leaving[-1], kind.preview(leaving[-1]))
        notes = [] if kind.abilities.desk else misfits_of(response.name, channel, kind.abilities, wording)
        return told | {
            "unsayable": None,
            "previews": [_preview(kind.preview(one)) for one in leaving],
            "notes": [
                {"message": one.message, "suggestion": one.suggestion, "only_warns": one.only_warns} for one in notes
            ],
        }


def _look(kind: ChannelKind) -> str:
    return "speech" if kind.abilities.spoken else kind.preview(Text("")).kind


def _disclosure(channel: str, telling: Telling) -> Text | None:
    response = telling.disclosure
    worded = wordings(response, channel, slots=telling.slots, personal=telling.person) if response else ()
    return next((one.words for one in worded if isinstance(one.words, Text)), None)


def _preview(preview: Preview) -> dict[str, Any]:
    told = asdict(preview)
    if preview.kind == "sms":
        segments = segments_of(preview.text)
        told["segments"] = {
            "count": segments.count,
            "encoding": segments.encoding.value,
            "units": segments.units,
            "because": [shown(one) for one in segments.beyond_gsm_7],
        }
    return told


def _messages(body: Mapping[str, Any], assistant: Assistant) -> list[Message]:
    """The response, or the questions of the form; raises WebhookRejected where there is no such thing."""
    match body:
        case {"response": str(name)} if name in assistant.responses:
            return [Message(name, assistant.responses[name])]
        case {"form": str(name)} if name in assistant.forms:
            return [
                Message(question, assistant.responses.get(question), slot)
                for slot in assistant.forms[name].required_slots
                for question in [_question(name, slot, assistant)]
                if question is not None
            ]
        case {"response": str(name)} | {"form": str(name)}:
            raise WebhookRejected(404, f'there is no "{name}" in force; save its file first')
    raise WebhookRejected(400, 'say which "response" or "form" it is about')


def _question(form: str, slot: str, assistant: Assistant) -> str | None:
    names = questions_for(form, slot)
    return next((name for name in names if name in assistant.actions or name in assistant.responses), None)
