"""The Alexa channel: a custom skill, whose requests are answered by what the turn says."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import aiohttp
from cryptography.x509 import Certificate
from cryptography.x509.verification import Store

from bot.domain.errors import PermanentSendError, WebhookRejected
from bot.domain.message import CustomerMessage, OutboundMessage, Receipt, Text
from bot.domain.spoken import Spoken, named
from bot.domain.spoken_phrases import phrases_of
from bot.ports import Abilities, AwaitTurn, FeedWriter, Meanwhile, Reply, Said, Webhook, WebhookRequest
from connectors.alexa.envelope import AMAZONS_INTENTS, NO, SAID, STOPS, SkillRequest, read_envelope
from connectors.alexa.verification import check_certificate_url, check_signature, check_time, read_chain
from connectors.speech import choices_in, item_of, one_moment, phrase, speech_of
from connectors.spoken_session import Session

ANSWER_WITHIN = timedelta(seconds=6)
"""Alexa gives up after eight seconds."""

SAY_SO_AFTER = timedelta(seconds=2.5)
FETCH = aiohttp.ClientTimeout(total=5)
LARGEST_CHAIN = 64 * 1024
MOST_CHAINS = 20
LONGEST_SPEECH = 7900
"""Of 8,000 characters that Alexa takes."""


class AlexaChannel:
    """One skill. `roots` are the certificate authorities that are trusted to know Alexa.

    `stand_in` is the address of what takes the place of Amazon's servers in the sandbox.
    """

    name = "alexa"
    abilities = Abilities(
        identity="alexa", longest_text=3000, proactive=False, repeatable=True, extras=True, spoken=True
    )

    def __init__(self, skill_id: str, *, feed: FeedWriter, roots: Store, stand_in: str = "") -> None:
        self._skill_id = skill_id
        self._feed = feed
        self._roots = roots
        self._stand_in = stand_in
        self._chains: dict[str, Sequence[Certificate]] = {}
        self._http: aiohttp.ClientSession | None = None

    # ------------------------------------------------------------ in

    async def prepare(self, request: WebhookRequest) -> None:
        """Fetch the certificates that the request names, unless they are here; `parse` says what is wrong with them."""
        url = request.headers.get("signaturecertchainurl", "")
        if request.tail != "skill" or not url or url in self._chains:
            return
        check_certificate_url(url)
        try:
            async with self._session().get(self._place_of(url), allow_redirects=False, timeout=FETCH) as response:
                if response.status != 200:
                    raise WebhookRejected(400, f"SignatureCertChainUrl answered {response.status}.")
                pem = b"".join([chunk async for chunk in _at_most(response, LARGEST_CHAIN)])
        except (aiohttp.ClientError, TimeoutError) as error:
            raise WebhookRejected(400, "SignatureCertChainUrl cannot be reached.") from error
        self.keep_chain(url, pem)

    def keep_chain(self, url: str, pem: bytes) -> None:
        """Know the certificates at this address."""
        chain = read_chain(pem)
        while len(self._chains) >= MOST_CHAINS:
            del self._chains[next(iter(self._chains))]
        self._chains[url] = chain

    def parse(self, request: WebhookRequest) -> Webhook:
        if request.tail != "skill":
            raise WebhookRejected(404, "Alexa's requests come to skill; there is nothing else here.")
        if request.method != "POST":
            raise WebhookRejected(405, "Alexa's requests come by POST only.", headers={"Allow": "POST"})
        asked = self._verified(request)
        match asked.type:
            case "LaunchRequest":
                return self._turn(asked, opened=True)
            case "IntentRequest":
                return self._intent(asked)
            case _:  # the session ended, an event of the skill: nobody listens to an answer
                return Webhook(reply=_json({"version": "1.0", "response": {}}))

    def _verified(self, request: WebhookRequest) -> SkillRequest:
        url, signature = request.headers.get("signaturecertchainurl"), request.headers.get("signature-256")
        if not url or not signature:
            raise WebhookRejected(400, "The request has no SignatureCertChainUrl or no Signature-256.")
        check_certificate_url(url)
        chain = self._chains.get(url)
        if chain is None:
            raise WebhookRejected(400, "The certificates that the request names are not here.")
        check_signature(request.body, signature, chain, self._roots, request.received_at)
        asked = read_envelope(request.body)
        check_time(asked.timestamp, request.received_at)
        if asked.skill != self._skill_id:
            raise WebhookRejected(400, "The request is for another skill. Check ALEXA_SKILL_ID.")
        return asked

    def _intent(self, asked: SkillRequest) -> Webhook:
        if asked.dialog_state in ("STARTED", "IN_PROGRESS"):
            # The model has prompts of its own for slots that are missing: Alexa asks for them.
            return Webhook(reply=_answer(asked.session, [], directives=[{"type": "Dialog.Delegate"}]))
        if asked.intent in STOPS:
            return Webhook(reply=_answer(asked.session, [], ends=True))
        words = NO if asked.denied else AMAZONS_INTENTS.get(asked.intent) or asked.slots.get(SAID, "")
        if words:
            choice = named(words, asked.session.choices, asked.locale)
            return self._turn(asked, choice.title if choice else words, choice.payload if choice else None)
        if not asked.intent or asked.intent.startswith("AMAZON."):
            again = phrase(phrases_of(asked.locale).once_more, asked.locale)
            return Webhook(reply=_answer(asked.session, [again]))
        slots = json.dumps(dict(asked.slots)) if asked.slots else ""
        return self._turn(asked, _words_of(asked), f"/{asked.intent}{slots}")

    def _turn(
        self, asked: SkillRequest, text: str = "", payload: str | None = None, *, opened: bool = False
    ) -> Webhook:
        message = CustomerMessage(
            channel=self.name,
            vendor_id=asked.id,
            address=asked.user,
            text=text,
            payload=payload,
            opened=opened,
            locale=asked.locale,
        )
        waiting = AwaitTurn(
            feed=_feed_of(asked.user),
            within=ANSWER_WITHIN,
            reply=_reply_to(asked),
            behind=asked.session.heard,
            earlier=asked.session.late,
            meanwhile=self._meanwhile(asked),
        )
        return Webhook(inbound=(message,), await_turn=waiting)

    def _meanwhile(self, asked: SkillRequest) -> Meanwhile | None:
        """A progressive response: Alexa says at once that it takes a moment."""
        if asked.api is None:
            return None
        endpoint, token = asked.api
        speech = f"<speak>{one_moment(asked.locale).ssml()}</speak>"
        body = {
            "header": {"requestId": asked.id},
            "directive": {"type": "VoicePlayer.Speak", "speech": speech},
        }

        async def say() -> None:
            headers = {"Authorization": f"Bearer {token}"}
            url = self._place_of(f"{endpoint.rstrip('/')}/v1/directives")
            async with self._session().post(url, json=body, headers=headers, timeout=FETCH) as response:
                response.raise_for_status()

        return Meanwhile(SAY_SO_AFTER, say)

    # ------------------------------------------------------------ out

    async def send(self, message: OutboundMessage) -> Receipt:
        content = message.content
        if not isinstance(content, Text):
            raise PermanentSendError(f"Alexa cannot say a {content.kind}")
        if message.occasion == "proactive":
            raise PermanentSendError("Alexa does not let a skill speak first", code="not_proactive")
        item = {**item_of(message.key, content), "card": _card_in(content)}
        await self._feed.append(_feed_of(message.address), message.key, item)
        return Receipt(message.key)

    async def find(self, message: OutboundMessage) -> Receipt | None:
        return None

    async def close(self) -> None:
        if self._http is not None:
            await self._http.close()
            self._http = None

    def _session(self) -> aiohttp.ClientSession:
        if self._http is None or self._http.closed:
            self._http = aiohttp.ClientSession(trust_env=not self._stand_in)
        return self._http

    def _place_of(self, url: str) -> str:
        """Where what Amazon has at this address is fetched: there, or from the stand-in."""
        return f"{self._stand_in}{urlsplit(url).path}" if self._stand_in else url


async def _at_most(response: aiohttp.ClientResponse, size: int) -> AsyncIterator[bytes]:
    """The body, which is no certificate where it is longer than that."""
    read = 0
    async for chunk in response.content.iter_any():
        read += len(chunk)
        if read > size:
            raise WebhookRejected(400, "SignatureCertChainUrl leads to more than certificates.")
        yield chunk


def _words_of(asked: SkillRequest) -> str:
    """What the customer said, as far as Alexa tells: the values of the slots, else only the intent's name."""
    return " ".join(asked.slots.values()) or asked.intent.replace("_", " ")


def _feed_of(user: str) -> str:
    return f"alexa:{user}"


def _card_in(content: Text) -> str:
    """`custom: {alexa_card: LinkAccount}` in a response asks the customer to link their account."""
    custom = content.extras.get("custom")
    wanted = custom.get("alexa_card") if isinstance(custom, Mapping) else None
    return "LinkAccount" if wanted == "LinkAccount" else ""


def _reply_to(asked: SkillRequest) -> Callable[[Said], Reply]:
    def reply(said: Said) -> Reply:
        """What was said by now; the rest of a turn that is late comes with the customer's next words."""
        spoken = speech_of(said.items, keypad=False, links="card", language=asked.locale)
        heard = said.position or asked.session.heard
        if not said.finished:
            late = (*asked.session.late, asked.id)
            return _answer(Session(heard, (), late), [*spoken, one_moment(asked.locale)])
        links = any(found.item.get("card") for found in said.items)
        return _answer(Session(heard, choices_in(spoken)), spoken, links_account=links)

    return reply


def _answer(
    session: Session,
    spoken: Sequence[Spoken],
    *,
    ends: bool = False,
    links_account: bool = False,
    directives: Sequence[Mapping[str, Any]] = (),
) -> Reply:
    """The response envelope. Whoever says nothing hears the last sentence again."""
    response: dict[str, Any] = {"shouldEndSession": ends}
    if spoken:
        response["outputSpeech"] = _speech(spoken)
    if spoken and not ends:
        response["reprompt"] = {"outputSpeech": _speech(spoken[-1:])}
    links = [link for one in spoken for link in one.links]
    if links_account:
        response["card"] = {"type": "LinkAccount"}
    elif links:
        response["card"] = {"type": "Simple", "title": "Overture", "content": "\n".join(links)}
    if directives:
        response["directives"] = list(directives)
    return _json({"version": "1.0", "sessionAttributes": session.attributes(), "response": response})


def _speech(spoken: Sequence[Spoken]) -> Mapping[str, str]:
    """SSML as long as Alexa takes it, cut between messages, never within a mark."""
    kept, length = list[str](), 0
    for one in spoken:
        length += len(one.ssml()) + 1
        if length > LONGEST_SPEECH:
            break
        kept.append(one.ssml())
    return {"type": "SSML", "ssml": f"<speak>{' '.join(kept)}</speak>"}


def _json(body: Mapping[str, Any]) -> Reply:
    return Reply(200, json.dumps(body).encode(), "application/json; charset=utf-8")
