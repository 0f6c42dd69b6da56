"""A call: where it stands, and the TwiML with which it goes on."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta

from bot.domain.message import CustomerMessage
from bot.domain.phone_forms import dialled
from bot.domain.spoken import Choice, Spoken
from bot.domain.spoken_phrases import phrases_of
from bot.ports import AwaitTurn, FeedItem, Reply, Said, Webhook
from connectors.speech import a_person_speaks, choices_in, one_moment, phrase, speech_of
from connectors.twilio_voice import twiml
from connectors.twilio_voice.account import CHANNEL, E164, SPELT_BY_KEYS, VoiceAccount
from connectors.twilio_voice.place import Place, read_place

BY_WHATSAPP = "whatsapp:"
"""What stands before the number of somebody who calls by WhatsApp."""

MOST_SILENCES = 2
"""How often in a row a caller is asked again; after that we hang up."""

MOST_SILENCES_WITH_A_PERSON = 60
"""A colleague who writes takes their time: five minutes."""

ANSWER_WITHIN = timedelta(seconds=3)
"""A caller hears silence for so long; then that it takes a moment."""

WAIT_WITHIN = timedelta(seconds=8)
"""Twilio gives up after 15 seconds."""

MOST_WAITS = 8


PLACE = "place"
"""What notes on a caller's feed where their call stands, while it is talked over a WebSocket."""

STOP = Choice("0", "stop", "/opt_out")
"""What somebody whom we have called may press; by its title it is an opt-out like any."""


MOST_TRIES = 2
"""How often in a row ConversationRelay is connected again; after that the call goes on by `<Gather>`."""


def feed_of(caller: str) -> str:
    return f"{CHANNEL}:{caller}"


def caller_of(sid: str, caller: str, called: str, direction: str) -> tuple[str, bool]:
    """The address of whoever talks with us, and whether it says nothing of who they are: withheld, or no telephone."""
    number = (called if direction.startswith("outbound") else caller).removeprefix(BY_WHATSAPP)
    known = E164.fullmatch(number) and number not in SPELT_BY_KEYS
    return (dialled(number), False) if known else (f"withheld:{sid}", True)


def feed_of_call(key: str) -> str:
    """What is to be said in a call that we place for the message of this key."""
    return f"{CHANNEL}:call:{key}"


@dataclass(frozen=True, slots=True)
class Call:
    """One webhook of a call: who is on the line, and where the call stood before it.

    `webhooks` is the address that all of ours begin with. Of a `nameless` caller no number is known. `answered_by` is
    what Twilio makes of whoever took a call that we have placed.
    """

    account: VoiceAccount
    webhooks: str
    sid: str
    caller: str
    nameless: bool
    place: Place
    answered_by: str = ""

    def address(self, tail: str, place: Place) -> str:
        query = place.query()
        return f"{self.webhooks}/{tail}" + (f"?{query}" if query else "")

    # ------------------------------------------------------------ in

    def hears(self, text: str = "", payload: str | None = None, *, opened: bool = False) -> Webhook:
        """The caller said this, and what comes of it is the answer. Twilio's second try has the same turn and id."""
        message = self.message(text, payload, opened=opened)
        waiting = AwaitTurn(feed_of(self.caller), ANSWER_WITHIN, self.answer, behind=self.place.heard)
        return Webhook(inbound=(message,), await_turn=waiting)

    def message(self, text: str, payload: str | None, *, opened: bool = False, language: str = "") -> CustomerMessage:
        return CustomerMessage(
            channel=CHANNEL,
            vendor_id=f"{self.sid}:{self.place.turn}",
            address=self.caller,
            text=text,
            payload=payload,
            opened=opened,
            locale=language or self.account.language,
            nameless=self.nameless,
        )

    def waits(self) -> Webhook:
        """The caller was asked for a moment."""
        turn = f"{self.sid}:{self.place.turn}"
        waiting = AwaitTurn(feed_of(self.caller), WAIT_WITHIN, self.answer, behind=self.place.heard, earlier=(turn,))
        return Webhook(await_turn=waiting)

    def is_silent(self) -> Webhook:
        behind = self.place.since if self.place.heard is not None else self.place.heard
        waiting = AwaitTurn(feed_of(self.caller), timedelta(), self.after_silence, behind=behind)
        return Webhook(await_turn=waiting)

    # ------------------------------------------------------------ out

    def answer(self, said: Said) -> Reply:
        """What was said so far. While the turn goes on, the caller is asked for a moment, and Twilio to come back."""
        spoken = self._speech(said)
        heard = said.position or self.place.heard
        if not said.finished and self.place.waits < MOST_WAITS:
            waiting = replace(self.place, heard=heard, waits=self.place.waits + 1)
            spoken = [*spoken, one_moment(self.account.language)]
            return twiml.respond(twiml.say(self.account, spoken), twiml.redirect(self.address("wait", waiting)))
        if not said.finished:
            spoken.append(self._phrase("once_more"))
        for found in said.items:
            if found.item["type"] == "transfer":
                return self._put_through(found.item["handoff"], found.position, spoken, heard)
        after = Place(
            turn=self.place.turn + 1,
            heard=heard,
            since=(self.place.heard or min((found.position for found in said.items), default=1) - 1),
            with_person=a_person_speaks(said.items) or (not said.items and self.place.with_person),
            choices=choices_in(spoken),
            tries=self.place.tries,
        )
        return self._listen(after, spoken)

    def after_silence(self, said: Said) -> Reply:
        """Say what came meanwhile; else ask again, and hang up in the end."""
        new = [
            found for found in said.items if found.position > (self.place.heard or 0) and found.item["type"] != PLACE
        ]
        if new:
            before = replace(self.place, turn=self.place.turn - 1)
            return replace(self, place=before).answer(Said(new, finished=True))
        silent = replace(self.place, silences=self.place.silences + 1)
        if self.place.with_person and silent.silences <= MOST_SILENCES_WITH_A_PERSON:
            return self._listen(silent, [])
        if silent.silences > MOST_SILENCES:
            return self.says_goodbye()
        return self._listen(silent, [self._phrase("still_there"), *self._speech(said)[-1:]])

    def goes_on(self, said: Said) -> Reply:
        """ConversationRelay broke off: connect it again where the call stands, or go on without it.

        What was said last may not have been heard, so it is said again.
        """
        noted = [found.item["place"] for found in said.items if _is_place_in(found, self.sid)]
        place = read_place(noted[-1]) if noted else self.place
        tries = self.place.tries + 1 if place.turn == self.place.turn else 1
        place = replace(place, tries=tries)
        if place.waits:
            if tries > MOST_TRIES:
                waiting = replace(place, turn=place.turn - 1, waits=1)
                return twiml.respond(twiml.redirect(self.address("wait", waiting)))
            return self._listen(place, [])
        items = [found for found in said.items if found.position > (place.since or 0)]
        spoken = self._speech(Said(items, finished=True))
        heard = max([place.heard or 0, *(found.position for found in items)]) or None
        after = replace(place, heard=heard, choices=choices_in(spoken))
        return self._listen(after, spoken)

    def says_goodbye(self) -> Reply:
        return twiml.respond(twiml.say(self.account, [self._phrase("goodbye")]), twiml.hang_up())

    def tell(self, said: Said) -> Reply:
        """Somebody has answered our call: what it is for, how to have no more of them, and then what they say.

        Nothing is heard before all of that is said: it could be the greeting of a mailbox.
        """
        spoken = self._speech(said)
        if not spoken:
            return twiml.respond(twiml.hang_up())
        after = Place(heard=said.position, since=said.position, choices=(*choices_in(spoken), STOP))
        heard = self.address("heard", after)
        words = [*spoken, self._phrase("no_more_calls")]
        listen = twiml.gather(self.account, heard, [], one_key=True)
        return twiml.respond(twiml.say(self.account, words), listen, twiml.redirect(heard))

    def leave_message(self, said: Said) -> Reply:
        """A mailbox has answered our call, and its greeting is over."""
        spoken = speech_of(said.items, keypad=False, links="unsaid", language=self.account.language)
        words = [*spoken, self._phrase("call_back_to_stop")]
        return twiml.respond(twiml.say(self.account, words), twiml.hang_up())

    @property
    def met_machine(self) -> bool:
        return self.answered_by.startswith(("machine", "fax"))

    @property
    def leaves_message(self) -> bool:
        return self.account.leaves_messages and self.answered_by.startswith("machine_end")

    def _speech(self, said: Said) -> list[Spoken]:
        texts = self.account.offers_links and not self.nameless
        return speech_of(said.items, keypad=True, links="text" if texts else "unsaid", language=self.account.language)

    def _phrase(self, name: str) -> Spoken:
        return phrase(getattr(phrases_of(self.account.language), name), self.account.language)

    def _listen(self, place: Place, spoken: list[Spoken]) -> Reply:
        """Gather what the caller says; where Twilio could not gather at all, it goes on as if they had said nothing."""
        if self.account.relays and place.tries <= MOST_TRIES:
            return twiml.respond(self._relay(place, spoken))
        heard = self.address("heard", place)
        one_key = any(choice.key for choice in place.choices)
        return twiml.respond(twiml.gather(self.account, heard, spoken, one_key=one_key), twiml.redirect(heard))

    def _relay(self, place: Place, spoken: list[Spoken]) -> str:
        """The first words of a call say that this is a machine: nobody may talk over them."""
        kept = replace(place, choices=())
        return twiml.connect(
            self.account,
            action=self.address("relayed", kept),
            socket=f"{self.webhooks}/relay/{self.sid}".replace("http", "ws", 1),
            place=kept.query(),
            greeting=" ".join(one.plain() for one in spoken),
            interruptible=self.place.turn > 0,
        )

    def _put_through(self, handoff: str, position: int, spoken: list[Spoken], heard: int | None) -> Reply:
        """Ring the desk. What the colleague hears first stands on the caller's feed, behind `position`."""
        after = Place(turn=self.place.turn + 1, heard=heard, handoff=handoff)
        whisper = self.address("whisper", Place(heard=position - 1, handoff=handoff, caller=self.caller))
        put_through = twiml.dial(self.account, action=self.address("dialled", after), whisper=whisper)
        return twiml.respond(twiml.say(self.account, spoken), put_through)


def _is_place_in(found: FeedItem, sid: str) -> bool:
    return bool(found.item["type"] == PLACE and found.item["call"] == sid)
