"""Respond: to a message that is understood: opt-outs first, then the other keywords, then whoever has the floor."""

from __future__ import annotations

from collections.abc import Sequence

from bot.dialogue.forms import question_of
from bot.dialogue.protected import refusal
from bot.domain.assistant import Assistant
from bot.domain.conversation import REQUESTED_SLOT, SlotSet
from bot.domain.effects import DisownAddress, OptIn, OptOut
from bot.domain.ids import MessageId
from bot.domain.message import CustomerMessage
from bot.domain.preference import StatedPreference
from bot.domain.privacy import RequestKind
from bot.domain.sending_rules import Meaning
from bot.domain.understanding import OPENED_INTENT, OPT_OUT_INTENT, IntentScore
from bot.services.clear_up_opt_out import ask_scope, kept_by
from bot.services.other_languages import say_not_spoken
from bot.services.press_button import THUMB_STAGE
from bot.services.runtime import Runtime
from bot.services.situation import Situation, close_form
from bot.services.take_preference import say_preference
from bot.services.take_request import say_noted
from bot.services.think import answer
from bot.services.thought import Thought
from bot.services.write_turn import OPTED_OUT, OPTED_OUT_IN_PART
from bot.services.wrong_number import WRONG_NUMBER, said_last

OPENED = IntentScore(OPENED_INTENT, 1.0)
SENT_FILE = IntentScore("send_file", 1.0)
"""The intent of a message that is a file and nothing else."""

FILE_RECEIVED = "utter_file_received"
MOST_ANSWERED = 20
"""Messages of a thread that an opt-out may be of, the latest ones."""

OUTRANKED = "utter_opt_in_outranked"
"""Said also where the vendor has answered START itself, which knows of no objection."""


async def respond(
    runtime: Runtime,
    thought: Thought,
    situation: Situation,
    message: CustomerMessage,
    message_id: MessageId,
    keyword: Meaning | None,
    asked: Sequence[RequestKind] = (),
    *,
    preference: StatedPreference | None = None,
) -> None:
    """Wrong numbers, opt-outs, what is `asked` for by law and a `preference` come first, then the other keywords; then
    whoever has the floor: a colleague, or the dialogue."""
    playbook = runtime.library.current()
    assistant, latest = playbook.assistant, thought.tracker.latest_message
    foreign = latest is not None and latest.understood.foreign
    if keyword == "wrong_number":
        _disown(assistant, thought, situation, message)
    elif RequestKind.ERASURE in asked:
        _opt_out(assistant, thought, situation, message, "asks for erasure")
        await say_noted(runtime, thought, situation, message, asked)
    elif keyword == "stop" or (latest is not None and latest.understood.intent.name == OPT_OUT_INTENT):
        await say_noted(runtime, thought, situation, message, asked)
        if preference is not None:
            await say_preference(runtime, thought, situation, preference)
        kept = () if asked or read_by_vendor(message) else await kept_by(runtime, situation, message.text)
        _stop(runtime, thought, situation, message, kept, by_keyword=keyword == "stop")
        if situation.suppressed:
            return
        if (confirmation := next((one for one in thought.says if one.response == OPTED_OUT), None)) is not None:
            await ask_scope(runtime, thought, situation, message, confirmation)
    elif asked or preference is not None:
        await say_noted(runtime, thought, situation, message, asked)
        if preference is not None:
            await say_preference(runtime, thought, situation, preference)
        if not situation.rep_has_the_floor:
            ask_once_more(assistant, thought)
    elif keyword == "start":
        _start(assistant, thought, situation, message)
    elif keyword == "help":
        _answer_keyword(assistant, thought, message, "utter_help")
    elif situation.rep_has_the_floor and situation.handoff is not None:
        thought.acted.append(("listen", f"{situation.handoff.rep} has the floor"))
    elif message.reaction and latest is not None and latest.understood.stage != THUMB_STAGE:
        thought.acted.append(("listen", "nobody who reacts to a message of ours waits for an answer"))
    elif message.opened and OPENED.name not in assistant.intents:
        thought.acted.append(("listen", f"the assistant has no intent {OPENED.name}"))
    elif latest is not None and latest.understood.stage == "attachment" and SENT_FILE.name not in assistant.intents:
        thought.acted.append((FILE_RECEIVED, f"the assistant has no intent {SENT_FILE.name}"))
        thought.say_response(assistant, FILE_RECEIVED)
    elif latest is not None and foreign and not playbook.answers_strangers:
        say_not_spoken(playbook, thought, latest.understood)
    else:
        await answer(runtime, thought, situation.profile, message_id)


def ask_once_more(assistant: Assistant, thought: Thought) -> None:
    """The question of the form that is open: it still waits for its answer, which this message was not."""
    loop, slot = thought.tracker.loop, thought.tracker.slots.get(REQUESTED_SLOT)
    if loop is not None and slot is not None:
        thought.say_response(assistant, question_of(assistant, loop.name, str(slot)) or "")


def _start(assistant: Assistant, thought: Thought, situation: Situation, message: CustomerMessage) -> None:
    """The consent that it is; who objects to all marketing, or is restricted, gets none by it, and is told so."""
    thought.effects.append(OptIn(message.channel, message.address, f"wrote START on {message.channel}"))
    profile = situation.profile
    if profile.objected_at is None and profile.restricted_at is None:
        _answer_keyword(assistant, thought, message, "utter_opted_in")
        return
    thought.acted.append((OUTRANKED, "they object to marketing, or what is kept of them may only be kept"))
    thought.say_response(assistant, OUTRANKED)


def _disown(assistant: Assistant, thought: Thought, situation: Situation, message: CustomerMessage) -> None:
    """That nothing more comes here is said once: who says it again may be a machine."""
    how = f"said on {message.channel} that it is a wrong number"
    thought.effects.append(DisownAddress(message.channel, message.address, how))
    thought.acted.append(("disown_address", "whoever writes is not the person whom this address was taken for"))
    if situation.conversation.asking_enrolment is not None and thought.tracker.loop is not None:
        close_form(thought)
    if not said_last(thought.tracker):
        thought.say_response(assistant, WRONG_NUMBER)


def _stop(
    runtime: Runtime,
    thought: Thought,
    situation: Situation,
    message: CustomerMessage,
    kept: tuple[str, ...],
    *,
    by_keyword: bool,
) -> None:
    """The opt-out, and its one confirmation; who does not write from a number or an e-mail address, or is on the line,
    hears it each time: no machine answers that there."""
    why = f"keeps {', '.join(kept)}" if kept else "keyword" if by_keyword else "understood as an opt-out"
    assistant = runtime.library.current().assistant
    last = thought.tracker.last_uttered
    asked_for = runtime.library.current().rules.channels_in(last.text) if last is not None else frozenset[str]()
    _opt_out(assistant, thought, situation, message, why, kept, asked_for)
    abilities = runtime.channels[message.channel].abilities
    if not situation.suppressed or abilities.identity not in ("phone", "email") or abilities.spoken:
        _answer_keyword(assistant, thought, message, OPTED_OUT_IN_PART if kept else OPTED_OUT)


def _opt_out(
    assistant: Assistant,
    thought: Thought,
    situation: Situation,
    message: CustomerMessage,
    why: str,
    kept: tuple[str, ...] = (),
    asked_for: frozenset[str] = frozenset(),
) -> None:
    """The opt-out, without a word on it; what a journey has asked is over with it. To a question on consent it is a no,
    but where a channel is kept that is `asked_for`: the form goes on with the next message, and does not ask again."""
    answering = tuple(str(message.metadata.get("references") or "").split()[-MOST_ANSWERED:])
    thought.effects.append(OptOut(f"wrote so on {message.channel}", kept, answering))
    thought.acted.append(("opt_out", why))
    if situation.conversation.asking_enrolment is not None and thought.tracker.loop is not None:
        close_form(thought)
    elif (no := refusal(assistant, thought.tracker)) is not None and not asked_for & set(kept):
        thought.apply(no)
        thought.apply(SlotSet(REQUESTED_SLOT, None))


def _answer_keyword(assistant: Assistant, thought: Thought, message: CustomerMessage, response: str) -> None:
    """Say the response, unless the vendor has answered the keyword itself."""
    if not is_answered_by_vendor(message):
        thought.say_response(assistant, response)


def is_answered_by_vendor(message: CustomerMessage) -> bool:
    """Whether the vendor answers the keyword itself, so that we say nothing."""
    return bool(read_by_vendor(message) or message.metadata.get("vendor_answers"))


def read_by_vendor(message: CustomerMessage) -> str:
    """The keyword that the vendor itself has seen, and answered."""
    return str(message.metadata.get("opt_out_type") or "").lower()
