"""A call that is talked over ConversationRelay's WebSocket: what was said to us, and what the caller hears.

What comes of a turn, and what a colleague writes, comes over the caller's feed, as for `<Gather>`. Where the call
stands is noted there, too: a WebSocket that breaks off is connected again, maybe to another process, and goes on there.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial

from bot.domain.errors import WebhookRejected
from bot.domain.message import Interruption
from bot.domain.spoken import Choice, Links, Spoken, named, pressed, written
from bot.domain.spoken_phrases import phrases_of
from bot.ports import AwaitTurn, Clock, FeedItem, FeedWriter, Said, TalkStep
from connectors.speech import a_person_speaks, choices_in, one_moment, phrase, texts_and_speech
from connectors.twilio_voice.account import CHANNEL, VoiceAccount
from connectors.twilio_voice.call import (
    ANSWER_WITHIN,
    MOST_SILENCES,
    MOST_SILENCES_WITH_A_PERSON,
    MOST_WAITS,
    PLACE,
    WAIT_WITHIN,
    Call,
    caller_of,
    feed_of,
)
from connectors.twilio_voice.place import Place, read_place
from connectors.twilio_voice.relay_frames import (
    GONE_SILENT,
    HANDED_OFF,
    Interrupt,
    Key,
    Other,
    Prompt,
    Refusal,
    Setup,
    end,
    read_frame,
    speak_in,
    texts,
)
from connectors.twilio_voice.twiml import LISTEN_FOR

KEYS_WITHIN = timedelta(seconds=3)
"""After the last key that is no choice; then it is taken for the whole number."""

SPOKEN_A_SECOND = 14
"""Characters: Twilio tells nobody when it has finished speaking, and silence counts from then."""

MOST_KEYS = 40
MOST_PENDING = 8
"""Turns that a WebSocket waits for which begins in their middle."""

LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8}){0,2}")

Utterance = list[tuple[str, str]]
"""Texts that are spoken in one go, each with how it sounds; a phrase of the voice's own has no text."""


class RelayTalk:
    """One WebSocket of the call `sid`. `seen` is told that its caller is on the line."""

    def __init__(
        self,
        account: VoiceAccount,
        webhooks: str,
        sid: str,
        *,
        feed: FeedWriter,
        clock: Clock,
        seen: Callable[[Call], None],
    ) -> None:
        self._account = account
        self._webhooks = webhooks
        self._sid = sid
        self._feed = feed
        self._clock = clock
        self._seen = seen
        self._language = account.language
        self._call: Call | None = None
        self._ended = False
        self._pending: tuple[str, ...] = ()
        self._moments = 0
        self._digits = ""
        self._choices: tuple[Choice, ...] = ()
        self._said_last: list[tuple[str, Spoken]] = []
        self._utterances: list[Utterance] = []
        now = clock.now()
        self._answer_by = self._silence_by = self._keys_by = now

    def hear(self, frame: str) -> TalkStep:
        told = read_frame(frame)
        if self._ended:
            return TalkStep()
        if self._call is None:
            # Before the setup it is nobody's call, and what else is said in it does not count.
            return self._set_up(told) if isinstance(told, Setup) else TalkStep()
        self._seen(self._call)
        match told:
            case Prompt(text=text, language=language, last=last):
                return self._prompt(text, language, finished=last and bool(text))
            case Key(digit=digit):
                return self._press(digit)
            case Interrupt(heard=heard):
                return self._interrupted(heard)
            case Refusal():
                return self._listen(trouble="Twilio could not do what a message of ours said")
            case Setup() | Other():
                return self._listen()
            case None:
                return self._listen(trouble="a frame that is no message of ConversationRelay's")

    # ------------------------------------------------------------ in

    def _set_up(self, told: Setup) -> TalkStep:
        try:
            place = read_place(told.parameters.get("place", ""))
        except WebhookRejected:
            return TalkStep(trouble="the setup names no place of ours", over=True)
        if told.call != self._sid or told.account not in ("", self._account.sid):
            return TalkStep(trouble="the setup is that of another call", over=True)
        address, nameless = caller_of(told.call, told.caller, told.called, told.direction)
        self._call = Call(self._account, self._webhooks, told.call, address, nameless, place)
        first = place.turn - min(place.waits, place.turn, MOST_PENDING)
        self._pending = tuple(f"{told.call}:{turn}" for turn in range(first, place.turn))
        self._seen(self._call)
        self._silence_by = self._clock.now() + timedelta(seconds=LISTEN_FOR)
        self._answer_by = self._clock.now() + ANSWER_WITHIN
        if place.since is None:
            return self._listen()
        begin = AwaitTurn(feed_of(address), timedelta(), self._begin, behind=place.since)
        return TalkStep(await_turn=begin, undisturbed=True)  # what is said next may be one of its choices

    def _begin(self, said: Said) -> TalkStep:
        """What the greeting has said, and what has come since."""
        heard = self._place.heard or 0
        greeting = self._speech([found for found in said.items if found.position <= heard])
        self._said_last = greeting
        self._choices = choices_in([spoken for _, spoken in greeting])
        again = self._place.tries > 0  # and so it was heard before
        self._utterances = [[("" if again else text, spoken) for text, spoken in _utterance(greeting)]]
        self._silence_by = self._after_speaking(greeting)
        new = [found for found in said.items if found.position > heard]
        return self._tell(new) if new and not self._pending else self._listen()

    def _prompt(self, text: str, language: str, *, finished: bool) -> TalkStep:
        """Nothing comes of what is not finished but that the caller is not silent."""
        self._silence_by = self._clock.now() + timedelta(seconds=LISTEN_FOR)
        if not finished:
            return self._listen()
        switched = self._switch(language)
        choice = named(text, self._choices, self._language)
        if choice is not None:
            return self._says(choice.title, choice.payload, frames=switched)
        return self._says(written(text, self._language), None, frames=switched)

    def _switch(self, language: str) -> Sequence[str]:
        """Speak the language that Twilio hears, where it listens for several."""
        same = language.partition("-")[0].lower() == self._language.partition("-")[0].lower()
        if same or not LANGUAGE.fullmatch(language):
            return ()
        self._language = language
        return (speak_in(language),)

    def _press(self, digit: str) -> TalkStep:
        """A key that is a choice is that; others make up a number, which ends with # or a pause."""
        self._silence_by = self._clock.now() + timedelta(seconds=LISTEN_FOR)
        choice = None if self._digits else pressed(digit, self._choices)
        if choice is not None:
            return self._says(choice.title, choice.payload)
        if digit == "#" or len(self._digits) == MOST_KEYS:
            return self._says(self._digits, None) if self._digits else self._listen()
        self._digits += digit
        self._keys_by = self._clock.now() + KEYS_WITHIN
        return self._listen()

    def _says(self, text: str, payload: str | None, *, frames: Sequence[str] = ()) -> TalkStep:
        message = self._call_now.message(text, payload, language=self._language)
        self._pending = (*self._pending, message.vendor_id)
        self._digits, self._moments = "", 0
        self._answer_by = self._clock.now() + ANSWER_WITHIN
        self._move_to(replace(self._place, turn=self._place.turn + 1, waits=len(self._pending), silences=0))
        return replace(self._listen(frames), inbound=(message,), then=self._note())

    def _interrupted(self, heard: str) -> TalkStep:
        """Twilio has stopped speaking by itself. Of replies that were not heard to their end, the beginning stays."""
        self._silence_by = self._clock.now() + timedelta(seconds=LISTEN_FOR)
        said = tuple(_cut(self._utterances, heard))
        self._utterances = []
        if not said:
            return self._listen()
        vendor_id = f"{self._sid}:interrupted:{self._place.heard}"
        return replace(self._listen(), inbound=(Interruption(CHANNEL, vendor_id, self._call_now.caller, said),))

    # ------------------------------------------------------------ out

    def _answer(self, said: Said) -> TalkStep:
        """What came of the turns that are waited for. While they go on, the caller is asked for a moment."""
        if said.finished:
            self._pending, self._moments = (), 0
            self._silence_by = self._clock.now() + timedelta(seconds=LISTEN_FOR)
            return self._tell(said.items)
        self._moments += 1
        ready = [] if _hands_over(said.items) else said.items  # all of that is said when it can be done
        if self._moments > MOST_WAITS:
            self._pending = ()
            return self._tell(ready, further=self._phrase("once_more"))
        self._answer_by = self._clock.now() + WAIT_WITHIN
        return self._tell(ready, further=one_moment(self._language))

    def _news(self, said: Said) -> TalkStep:
        """Something has come that nobody waited for; or nothing has, and the caller is silent."""
        self._seen(self._call_now)
        if said.items:
            return self._tell(said.items)
        if self._digits:
            return self._says(self._digits, None) if self._clock.now() >= self._keys_by else self._listen()
        return self._silent() if self._clock.now() >= self._silence_by else self._listen()

    def _silent(self) -> TalkStep:
        self._move_to(replace(self._place, silences=self._place.silences + 1))
        most = MOST_SILENCES_WITH_A_PERSON if self._place.with_person else MOST_SILENCES
        if self._place.silences > most:
            return self._end(GONE_SILENT)
        if self._place.with_person:
            self._silence_by = self._clock.now() + timedelta(seconds=LISTEN_FOR)
            return self._listen()
        again = [self._phrase("still_there"), *(spoken for _, spoken in self._said_last[-1:])]
        return self._listen(self._speak([("", spoken) for spoken in again]))

    def _tell(self, items: Sequence[FeedItem], *, further: Spoken | None = None) -> TalkStep:
        if _hands_over(items):
            return self._end(HANDED_OFF)
        before = self._place
        spoken = self._speech(items)
        if spoken:
            self._said_last, self._choices = spoken, choices_in([one for _, one in spoken])
            since = before.heard or min(found.position for found in items) - 1
            self._move_to(replace(self._place, since=since, silences=0))
        if any(found.item["type"] == "said" for found in items):
            self._move_to(replace(self._place, with_person=a_person_speaks(items)))
        heard = max([before.heard or 0, *(found.position for found in items)]) or None
        self._move_to(replace(self._place, heard=heard, waits=len(self._pending)))
        frames = self._speak([*spoken, *([("", further)] if further else [])])
        noted = (self._place.waits, self._place.since) != (before.waits, before.since)
        return replace(self._listen(frames), then=self._note() if noted else None)

    def _end(self, reason: str) -> TalkStep:
        """Leave the call to TwiML: it says what is still to be said, and puts through or hangs up."""
        self._ended = True
        return TalkStep(frames=(end(reason, replace(self._place, waits=0, silences=0, choices=()).query()),))

    def _listen(self, frames: Sequence[str] = (), *, trouble: str = "") -> TalkStep:
        """Wait for what comes first: a frame, an answer or other news, or the moment at which there was none."""
        now, feed = self._clock.now(), feed_of(self._call_now.caller)
        if self._pending:
            waiting = AwaitTurn(
                feed, _until(self._answer_by, now), self._answer, behind=self._place.heard, earlier=self._pending
            )
        else:
            by = self._keys_by if self._digits else self._silence_by
            waiting = AwaitTurn(feed, _until(by, now), self._news, behind=self._place.heard)
        return TalkStep(frames=frames, await_turn=waiting, trouble=trouble)

    def _speak(self, spoken: Sequence[tuple[str, Spoken]]) -> Sequence[str]:
        if not spoken:
            return ()
        if self._clock.now() + timedelta(seconds=LISTEN_FOR) >= self._silence_by:
            self._utterances = []  # those were heard to their end
        self._utterances.append(_utterance(spoken))
        self._silence_by = self._after_speaking(spoken)
        return texts([one for _, one in spoken], self._language)

    def _after_speaking(self, spoken: Sequence[tuple[str, Spoken]]) -> datetime:
        seconds = sum(len(one.plain()) for _, one in spoken) / SPOKEN_A_SECOND + LISTEN_FOR
        return self._clock.now() + timedelta(seconds=seconds)

    def _speech(self, items: Iterable[FeedItem]) -> list[tuple[str, Spoken]]:
        links: Links = "text" if self._account.offers_links and not self._call_now.nameless else "unsaid"
        return texts_and_speech(items, keypad=True, links=links, language=self._language)

    def _phrase(self, name: str) -> Spoken:
        return phrase(getattr(phrases_of(self._language), name), self._language)

    # ------------------------------------------------------------ where the call stands

    @property
    def _call_now(self) -> Call:
        if self._call is None:
            raise RuntimeError("nothing is said in a call that is not set up")
        return self._call

    @property
    def _place(self) -> Place:
        return self._call_now.place

    def _move_to(self, place: Place) -> None:
        self._call = replace(self._call_now, place=place)

    def _note(self) -> Callable[[], Awaitable[None]]:
        """Note the place on the caller's feed, once."""
        query = replace(self._place, choices=(), tries=0).query()
        key = f"{self._sid}:place:{hashlib.sha256(query.encode()).hexdigest()[:16]}"
        item = {"type": PLACE, "call": self._sid, "place": query}
        return partial(self._feed.append, feed_of(self._call_now.caller), key, item)


def _hands_over(items: Iterable[FeedItem]) -> bool:
    return any(found.item["type"] == "transfer" for found in items)


def _until(moment: datetime, now: datetime) -> timedelta:
    return max(timedelta(), moment - now)


def _utterance(spoken: Iterable[tuple[str, Spoken]]) -> Utterance:
    return [(text, one.plain()) for text, one in spoken]


def _cut(utterances: Sequence[Utterance], heard: str) -> Iterator[tuple[str, str]]:
    """Of texts that are being spoken, those that were not heard to their end, each with what was.

    Twilio tells of the utterance that it was at, in blanks and marks of its own; so words are compared, and counted.
    """
    told = _words(heard)
    rests = [[one for utterance in utterances[number:] for one in utterance] for number in range(len(utterances))]
    begins = [rest for rest in rests if _words(" ".join(spoken for _, spoken in rest))[: len(told)] == told]
    left = len(told)
    for text, spoken in [*begins, *rests, []][0]:
        words = spoken.split()
        if left < len(words) and text:
            yield text, " ".join(words[:left])
        left = max(0, left - len(words))


def _words(text: str) -> list[str]:
    return ["".join(character for character in word if character.isalnum()).casefold() for word in text.split()]
