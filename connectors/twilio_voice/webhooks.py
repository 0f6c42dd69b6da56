"""What Twilio posts to us in the course of a call (www.twilio.com/docs/voice/twiml#request-parameters)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta

from bot.domain.errors import WebhookRejected
from bot.domain.ids import HandoffId
from bot.domain.message import DeliveryState, DeliveryStatus, DeskAction, DeskVerb
from bot.domain.spoken import named, pressed, written
from bot.domain.spoken_phrases import phrases_of
from bot.ports import AwaitTurn, Reply, Said, Webhook, WebhookRequest
from connectors.speech import phrase
from connectors.twilio_requests import SignedForm, read_signed
from connectors.twilio_voice import twiml
from connectors.twilio_voice.account import CHANNEL, SID, VoiceAccount
from connectors.twilio_voice.call import Call, caller_of, feed_of, feed_of_call
from connectors.twilio_voice.calls import MACHINE, NOT_ANSWERED
from connectors.twilio_voice.place import Place, place_in, read_place
from connectors.twilio_voice.relay_frames import GONE_SILENT, read_handoff

NOBODY_ANSWERED = "/nobody_answered"
"""What the dialogue is told when no colleague took the call."""

ENDED = ("completed", "busy", "failed", "no-answer", "canceled")
LONGEST_SPEECH = 4000

STATES = {
    "queued": DeliveryState.SENT,
    "initiated": DeliveryState.SENT,
    "completed": DeliveryState.DELIVERED,
    **dict.fromkeys(NOT_ANSWERED, DeliveryState.FAILED),
}
"""Twilio's words for how a call is going; the ones that are not here say nothing that we need to know."""


def parse(request: WebhookRequest, account: VoiceAccount, webhooks: str) -> tuple[Webhook, Call]:
    """Verify and translate one of Twilio's webhooks; raises WebhookRejected."""
    take = _TAKEN.get(request.tail)
    if take is None:
        raise WebhookRejected(404, f"Twilio's webhooks for calls are {', '.join(_TAKEN)}; there is no other here.")
    if request.method != "POST":
        raise WebhookRejected(
            405,
            "Twilio's webhooks are taken by POST only: choose HTTP POST beside the webhook's address.",
            headers={"Allow": "POST"},
        )
    form = read_signed(request, account.tokens)
    call = _call(form, place_in(request.url), account, webhooks)
    return take(call, form), call


def has_ended(form_status: str) -> bool:
    return form_status in ENDED


def _call(form: SignedForm, place: Place, account: VoiceAccount, webhooks: str) -> Call:
    sid = form.first("CallSid")
    if not SID.fullmatch(sid):
        raise WebhookRejected(400, "The form has no CallSid: this is no call.")
    address, nameless = caller_of(sid, form.first("From"), form.first("To"), form.first("Direction"))
    return Call(account, webhooks, sid, address, nameless, place, form.first("AnsweredBy"))


def _begins(call: Call, _form: SignedForm) -> Webhook:
    return call.hears(opened=True)


def _hears(call: Call, form: SignedForm) -> Webhook:
    """What was said is read as it is written; a choice by its key, its title or its place is that choice."""
    digits, speech = form.first("Digits"), form.first("SpeechResult")[:LONGEST_SPEECH]
    choices, language = call.place.choices, call.account.language
    if digits:
        choice = pressed(digits, choices)
        return call.hears(choice.title if choice else digits, choice.payload if choice else None)
    if not speech:
        return call.is_silent()
    choice = named(speech, choices, language)
    return call.hears(choice.title, choice.payload) if choice else call.hears(written(speech, language))


def _waits(call: Call, _form: SignedForm) -> Webhook:
    return call.waits()


def _whispers(call: Call, _form: SignedForm) -> Webhook:
    """A colleague has picked up: tell them who it is, and let them say by a key that they are no mailbox."""

    def whisper(said: Said) -> Reply:
        account, phrases = call.account, phrases_of(call.account.language)
        summaries = [found.item["summary"] for found in said.items if found.item["type"] == "transfer"]
        spoken = [phrase(words, account.language) for words in (*summaries[:1], phrases.to_accept)]
        accepted = call.address("accepted", Place(handoff=call.place.handoff, caller=call.place.caller))
        return twiml.respond(twiml.press_to_accept(account, accepted, spoken))

    behind = call.place.heard or 0
    return Webhook(await_turn=AwaitTurn(feed_of(call.place.caller), timedelta(), whisper, behind=behind))


def _accepts(call: Call, form: SignedForm) -> Webhook:
    """The colleague pressed a key: they have the floor, and Twilio joins the two when this document ends."""
    if not form.first("Digits"):
        return Webhook(reply=twiml.respond(twiml.hang_up()))
    return Webhook(inbound=_desk(call, DeskVerb.CLAIM), reply=twiml.respond())


def _dialled(call: Call, form: SignedForm) -> Webhook:
    """The ringing is over: they have talked, or nobody took the call and the bot goes on."""
    talked = form.first("DialCallStatus") in ("completed", "answered") and form.first("DialBridged") != "false"
    if talked:
        return Webhook(inbound=_desk(call, DeskVerb.HAND_BACK), reply=twiml.respond(twiml.hang_up()))
    return call.hears(payload=NOBODY_ANSWERED)


def _relayed(call: Call, form: SignedForm) -> Webhook:
    """ConversationRelay is over: we have ended it, the caller has hung up, or it broke off."""
    if has_ended(form.first("CallStatus")):
        return Webhook(reply=twiml.respond())
    handed = read_handoff(form.first("HandoffData"))
    if handed is None:
        behind = call.place.since if call.place.since is not None else call.place.heard
        return Webhook(await_turn=AwaitTurn(feed_of(call.caller), timedelta(), call.goes_on, behind=behind or 0))
    reason, place = handed
    if reason == GONE_SILENT:
        return Webhook(reply=call.says_goodbye())
    there = replace(call, place=read_place(place))
    behind = there.place.heard or 0
    return Webhook(await_turn=AwaitTurn(feed_of(call.caller), timedelta(), there.answer, behind=behind))


def _ends(call: Call, _form: SignedForm) -> Webhook:
    return Webhook(reply=twiml.respond())


def _answers(call: Call, _form: SignedForm) -> Webhook:
    return Webhook(await_turn=AwaitTurn(_feed_of_ours(call), timedelta(), call.tell, behind=0))


def _meets_mailbox(call: Call, _form: SignedForm) -> Webhook:
    return Webhook(await_turn=AwaitTurn(_feed_of_ours(call), timedelta(), call.leave_message, behind=0))


def _is_told_of_machine(call: Call, _form: SignedForm) -> Webhook:
    """Twilio has found out who answered; a machine on which nothing is left did not get the message."""
    _feed_of_ours(call)
    status = _status(call, DeliveryState.FAILED, MACHINE)
    nothing_left = call.met_machine and not call.leaves_message
    return Webhook(inbound=(status,) if nothing_left else (), reply=twiml.respond())


def _is_told_of_ours(call: Call, form: SignedForm) -> Webhook:
    """How a call that we have placed is going; one that nobody answers is no message delivered."""
    _feed_of_ours(call)
    went = form.first("CallStatus").lower()
    state = STATES.get(went)
    if state is None:
        return Webhook(reply=twiml.respond())
    failed = went if state is DeliveryState.FAILED else ""
    return Webhook(inbound=(_status(call, state, failed),), reply=twiml.respond())


def _feed_of_ours(call: Call) -> str:
    if not call.place.message:
        raise WebhookRejected(400, "The query of this address names no message that we have called for.")
    return feed_of_call(call.place.message)


def _status(call: Call, state: DeliveryState, error: str) -> DeliveryStatus:
    vendor_id = f"{call.sid}:{error or state.value}"
    return DeliveryStatus(CHANNEL, vendor_id, call.sid, state, error=error, key=call.place.message)


def _desk(call: Call, verb: DeskVerb) -> tuple[DeskAction, ...]:
    if not call.place.handoff:
        raise WebhookRejected(400, "The query of this address names no hand-off.")
    action = DeskAction(
        channel=CHANNEL,
        vendor_id=f"{call.sid}:{verb.value}",
        handoff_id=HandoffId(call.place.handoff),
        verb=verb,
        rep=call.account.desk_name,
    )
    return (action,)


_TAKEN: Mapping[str, Callable[[Call, SignedForm], Webhook]] = {
    "call": _begins,
    "heard": _hears,
    "wait": _waits,
    "whisper": _whispers,
    "accepted": _accepts,
    "dialled": _dialled,
    "relayed": _relayed,
    "status": _ends,
    "answered": _answers,
    "mailbox": _meets_mailbox,
    "machine": _is_told_of_machine,
    "placed": _is_told_of_ours,
}
