"""Hear: what a customer's message means to its turn, whoever or whatever reads it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from time import perf_counter

from bot.dialogue.corrections import as_correction, told_correction
from bot.domain.assistant import Assistant
from bot.domain.conversation import REQUESTED_SLOT, Tracker
from bot.domain.message import CustomerMessage, Text
from bot.domain.preference import Preference, StatedPreference
from bot.domain.privacy import RequestKind
from bot.domain.second_thoughts import wants_texts
from bot.domain.sending_rules import Meaning, SendingRules
from bot.domain.told_questions import LANGUAGES, TIME, asks_what_was_told
from bot.domain.understanding import (
    ASK_TOLD_INTENT,
    FALLBACK_INTENT,
    LEAVING_INTENTS,
    OPT_OUT_INTENT,
    WRONG_NUMBER_INTENT,
    IntentScore,
    Understood,
)
from bot.domain.word_forms import spelled
from bot.nlu.leaving import asks_to_be_left
from bot.nlu.marketing_refused import refuses_marketing
from bot.ports import Playbook
from bot.services.earlier_press import heed
from bot.services.interpret import interpret
from bot.services.opt_out import is_opted_out
from bot.services.other_languages import as_stop, language_of, stops_in_words
from bot.services.prefer_channel import as_no_to_a_channel, leaves_for_another
from bot.services.press_button import THUMB_STAGE, thumb_pressed, title_pressed, words_pressed
from bot.services.read_consent import read_consent
from bot.services.reconsider import Reconsidered, reconsidered
from bot.services.respond import OPENED, SENT_FILE, read_by_vendor
from bot.services.runtime import Runtime
from bot.services.situation import Situation, asker_of
from bot.services.take_preference import as_preference
from bot.services.take_request import as_request
from bot.services.thought import Thought
from bot.services.understand import read_payload, understand
from bot.services.wrong_number import says_wrong_number

_GUESSED = frozenset({"classifier", "fallback", "knowledge"})
"""Stages in which the words were compared with examples."""

_CERTAIN = 1.0
"""Confidence of an opt-out that is told by its words."""

WRONG_NUMBER = IntentScore(WRONG_NUMBER_INTENT, 1.0)


@dataclass(frozen=True, slots=True)
class Hearing:
    """What a message means to its turn.

    `understood` is what is answered, and `reading` what the words alone were taken for, where it is something else that
    is `asked` for by law. `keyword` is one that was written, or "stop" or "wrong_number" where the words say it.
    `opens` is a form to go to instead of an answer. What it takes back of an answer on consent is `reconsidered`. With
    a `preference`, `reading` is of what the message says besides.
    """

    understood: Understood
    reading: Understood
    keyword: Meaning | None = None
    asked: Sequence[RequestKind] = ()
    opens: str | None = None
    reconsidered: Reconsidered | None = None
    preference: StatedPreference | None = None


async def hear(
    runtime: Runtime,
    thought: Thought,
    situation: Situation,
    message: CustomerMessage,
    keyword: Meaning | None,
    asked: Sequence[RequestKind],
    *,
    reading: Understood | None = None,
    earlier: Text | None = None,
) -> Hearing:
    """Read the message, unless its `reading` is given; nothing is answered of what it says besides while a colleague
    has the floor. `earlier` is the message whose button was pressed, or that is quoted, where that is
    not the latest."""
    understood = reading or await _understand(runtime, thought, situation, message, keyword)
    if earlier is not None and keyword is None:
        understood = await heed(runtime, thought, situation, message, earlier, understood)
    understood = read_consent(runtime.library.current(), thought.tracker, _unless_texts_are_wanted(understood))
    understood = as_no_to_a_channel(runtime.library.current(), thought.tracker, understood)
    interpreted = await interpret(runtime, thought, situation, understood)
    playbook, loop = runtime.library.current(), thought.tracker.loop
    corrected = None
    if tuple(asked) == (RequestKind.RECTIFICATION,):  # "my e-mail is wrong, it's ..." is done at once, and not noted
        corrected = told_correction(playbook.assistant, thought.tracker, interpreted.understood)
        asked = () if corrected is not None else asked
    understood = corrected or as_request(playbook.rules, interpreted.understood, asked)
    if keyword is None and (
        stops_in_words(playbook, loop, understood, message.text, asked=bool(asked))
        or await leaves_for_another(runtime, situation, message)
    ):
        keyword, understood = "stop", as_stop(understood)
    stops = not asked and (keyword == "stop" or understood.intent.name == OPT_OUT_INTENT)
    if stops and not read_by_vendor(message) and says_wrong_number(runtime, situation, message, stops=True):
        keyword, understood = "wrong_number", replace(understood, intent=WRONG_NUMBER, stage="keyword", further=())
    if keyword is None and not asked:
        understood = _as_question_on_told(playbook, thought.tracker, understood)
        understood = as_correction(playbook.assistant, thought.tracker, understood)
    if situation.rep_has_the_floor:
        understood = replace(understood, further=())
    anew = None if keyword or asked else await reconsidered(runtime, situation, thought.tracker, understood)
    if keyword is None and not asked and anew is None:
        understood = _as_refusal_of_marketing(playbook, thought.tracker, understood)
    return Hearing(understood, interpreted.understood, keyword, asked, interpreted.opens, anew)


def _unless_texts_are_wanted(understood: Understood) -> Understood:
    """The reading, but no opt-out where that was guessed of words that ask for texts: "subscribe me again"."""
    if understood.intent.name != OPT_OUT_INTENT or understood.intent.confidence >= _CERTAIN:
        return understood
    if not wants_texts(understood.text):
        return understood
    return replace(understood, intent=IntentScore(FALLBACK_INTENT, 0.5), stage="fallback", further=())


def _as_refusal_of_marketing(playbook: Playbook, tracker: Tracker, understood: Understood) -> Understood:
    """The reading, as the opt-out that it is by its words where it was taken for a no; unless that is an answer to the
    question that is open, such as for a number to text to."""
    if understood.stage not in _GUESSED or understood.intent.name == OPT_OUT_INTENT:
        return understood
    asked = tracker.slots.get(REQUESTED_SLOT) if tracker.loop is not None else None
    if not refuses_marketing(understood.text, asked=asked is not None):
        return understood
    slot = playbook.assistant.slots.get(str(asked))
    if slot is not None and any(understood.intent.name in mapping.intents for mapping in slot.mappings):
        return understood
    return replace(understood, intent=IntentScore(OPT_OUT_INTENT, _CERTAIN), answer=None, passages=(), further=())


def _as_question_on_told(playbook: Playbook, tracker: Tracker, understood: Understood) -> Understood:
    """The reading, as the question on what was told that it is by its words, where the assistant answers such."""
    if ASK_TOLD_INTENT not in playbook.assistant.intents or understood.stage == "button":
        return understood
    kind = asks_what_was_told(understood.text, LANGUAGES)
    if kind is None or (kind == TIME and not _knows_a_time(playbook.assistant, tracker)):
        return understood
    intent = IntentScore(ASK_TOLD_INTENT, 1.0)
    return replace(understood, intent=intent, answer=None, passages=(), further=(), foreign=False, may_opt_out=False)


def _knows_a_time(assistant: Assistant, tracker: Tracker) -> bool:
    """Whether a time was told that is kept; else when a meeting is may be a matter of the assistant's own."""
    kept = (name for name in assistant.slots if tracker.slots.get(name) is not None)
    return any(mapping.entity == TIME for name in kept for mapping in assistant.slots[name].mappings)


async def hear_preference(
    runtime: Runtime, thought: Thought, situation: Situation, message: CustomerMessage, preference: StatedPreference
) -> Hearing:
    """The preference, unless what the message says besides ends marketing, or may: then a question about what they
    have agreed to is answered, too, and any other wish is less than what ends."""
    understood = as_preference(message.text, preference)
    if not preference.rest:
        return Hearing(understood, understood, preference=preference)
    rest = replace(message, text=preference.rest, payload="")
    heard = await hear(runtime, thought, situation, rest, await keyword_of(runtime, situation, rest), ())
    if heard.keyword or heard.understood.intent.name in LEAVING_INTENTS or heard.understood.may_opt_out:
        asks = replace(preference, rest="") if preference.wants is Preference.STANDING else None
        return replace(heard, understood=replace(heard.understood, text=message.text), preference=asks)
    return Hearing(understood, heard.reading, preference=preference)


async def keyword_of(runtime: Runtime, situation: Situation, message: CustomerMessage) -> Meaning | None:
    """STOP, START, HELP and "wrong number", on channels where people write to a number or an e-mail address; a vendor
    may have read some for us.

    START takes back an opt-out; where there is none, it is a word like others, and a button of this title means what
    its author says.
    """
    rules = runtime.library.current().rules
    if runtime.channel(message.channel).abilities.identity not in ("phone", "email"):
        return None
    match read_by_vendor(message):
        case "stop" | "start" | "help" as read:
            return read
    keyword = rules.keyword(message.text)
    if keyword is None and says_wrong_number(runtime, situation, message):
        return "wrong_number"
    if keyword is None and _heading_stops(rules, message):
        return "stop"
    if keyword == "start" and (message.payload or not await _has_opted_out(runtime, message, situation)):
        return None
    return keyword


def says_stop(rules: SendingRules, message: CustomerMessage) -> bool:
    """Whether it asks to stop by a keyword, or plainly in words, as it can be told without a conversation around it."""
    if read_by_vendor(message) == "stop" or rules.asks_to_stop(message.text) or _heading_stops(rules, message):
        return True
    return asks_to_be_left(message.text)


def _heading_stops(rules: SendingRules, message: CustomerMessage) -> bool:
    """Whether the subject of an e-mail is such a word, or the paragraph above a name and a disclaimer, and what is
    beneath does not go on with it: "Cancel", and then "please cancel my appointment", is about that."""
    if "subject" not in message.metadata:
        return False
    first, _, rest = message.text.partition("\n\n")
    headings = ((str(message.metadata["subject"]), message.text), (first, rest))
    return any(
        rules.keyword(heading) == "stop" and set(spelled(heading)).isdisjoint(spelled(beneath))
        for heading, beneath in headings
    )


async def _has_opted_out(runtime: Runtime, message: CustomerMessage, situation: Situation) -> bool:
    if situation.suppressed or situation.profile.objected_at is not None:
        return True
    async with runtime.store.reading() as uow:
        return await is_opted_out(uow, situation.profile.id, message.channel, message.address)


def _says_of_files(runtime: Runtime, thought: Thought) -> bool:
    """Whether a file is one to the assistant; where it has no intent for that, we thank for it unless a form asks."""
    return SENT_FILE.name in runtime.library.current().assistant.intents or thought.tracker.loop is None


async def _understand(
    runtime: Runtime, thought: Thought, situation: Situation, message: CustomerMessage, keyword: Meaning | None
) -> Understood:
    if message.opened:
        return Understood("", OPENED, stage="opened")
    if keyword is not None:
        return Understood(message.text, IntentScore(keyword, 1.0), stage="keyword")
    if message.card:  # none of what it says is said of themselves
        return Understood(message.text, SENT_FILE, stage="attachment")
    if message.attachments and not message.text and _says_of_files(runtime, thought):
        return Understood("", SENT_FILE, stage="attachment")
    begun = perf_counter()
    if message.payload:
        understood = await read_payload(runtime, thought.tracker, message.payload, situation.region)
    elif (pressed := thumb_pressed(runtime.library.current(), thought.tracker, message.text)) is not None:
        understood = await read_payload(runtime, thought.tracker, pressed, situation.region)
        understood = replace(understood, text=message.text, stage=THUMB_STAGE)
    elif message.reaction:
        understood = Understood(message.text, IntentScore(FALLBACK_INTENT, 1.0), stage="reaction")
    else:
        asker = asker_of(situation, message.channel, thought.now, language_of(thought.tracker))
        understood = await understand(runtime, thought.tracker, message.text, situation.region, situation.zone, asker)
        foreign, language = understood.foreign, understood.language
        if foreign:
            payload = title_pressed(thought.tracker, message.text)
        else:
            payload = words_pressed(runtime.library.current(), thought.tracker, understood)
        if payload is not None:
            understood = await read_payload(runtime, thought.tracker, payload, situation.region)
            understood = understood if foreign else replace(understood, text=message.text, language=language)
    thought.took("understand", perf_counter() - begun)
    if message.attachments and understood.intent.name == FALLBACK_INTENT and thought.tracker.loop is None:
        return replace(understood, intent=SENT_FILE, stage="attachment", foreign=False)  # words that go with the file
    return understood
