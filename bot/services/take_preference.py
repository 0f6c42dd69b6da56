"""Take a preference: who asks what they have agreed to is told, and who wants to hear from us less often, does."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from bot.dialogue.locale_filters import day_in_words, days_in_words, listed
from bot.dialogue.responses import render
from bot.domain.consent import ConsentRecord, LegalBasis, Purpose, all_standing
from bot.domain.conversation import BotUttered, Tracker, UserUttered
from bot.domain.effects import ChoosePause, PauseUntil
from bot.domain.message import CustomerMessage
from bot.domain.preference import Preference, StatedPreference, preference_in
from bot.domain.understanding import IntentScore, Understood
from bot.nlu.marketing_hours import hours_wanted
from bot.nlu.marketing_pause import no_marketing_until, not_until
from bot.services.change_preferences import choices_of
from bot.services.prefer_channel import answers_marketing
from bot.services.runtime import Runtime
from bot.services.situation import Situation
from bot.services.thought import Thought

OFFER, CHOSEN, PAUSED = "utter_fewer_offered", "utter_pause_chosen", "utter_paused_until"
NO_HOURS = "utter_hours_not_kept"
AGREED, SOFT, UNCONFIRMED = "utter_standing_yes", "utter_standing_soft_opt_in", "utter_standing_unconfirmed"
REFUSED, NONE = "utter_standing_no", "utter_standing_none"


async def preference_of(
    runtime: Runtime, tracker: Tracker, message: CustomerMessage, situation: Situation, now: datetime
) -> StatedPreference | None:
    """What the message wants of the marketing that they get; None where it is about something else. "Not until Monday"
    wants so in answer to marketing, where no form is open that asks for a time."""
    if message.opened:
        return None
    said = message.payload or message.text
    alone = not_until(said, now, situation.zone) if tracker.loop is None and not message.payload else None
    if alone is not None and await answers_marketing(runtime, situation):
        return StatedPreference(Preference.LATER, alone.language, until=alone.until)
    if not message.payload and (stated := no_marketing_until(said, now, situation.zone)) is not None:
        return StatedPreference(Preference.LATER, stated.language, until=stated.until, rest=stated.rest)
    if not message.payload and (hours := hours_wanted(said)) is not None:
        return StatedPreference(Preference.HOURS, hours.language, rest=hours.rest)
    return preference_in(said, asked=tracker.loop is not None, offered=_has_offered(tracker))


def _has_offered(tracker: Tracker) -> bool:
    """Whether the offer is among what was said to the latest message."""
    latest = tracker.latest_message
    for event in reversed(tracker.recent):
        match event:
            case BotUttered(response=name) if name == OFFER:
                return True
            case UserUttered(message_id=message_id) if latest is None or message_id != latest.message_id:
                return False
            case _:
                pass
    return False


def as_preference(text: str, stated: StatedPreference) -> Understood:
    """The reading of a message that says so."""
    intent = IntentScore(f"preference_{stated.wants}", 1.0)
    return Understood(text, intent, stage="keyword", language=stated.language)


async def say_preference(runtime: Runtime, thought: Thought, situation: Situation, stated: StatedPreference) -> None:
    """Say how their consent stands to who asks, and to who gets no marketing anyway; else see to it that they get less
    of it, or ask how often it may be."""
    assistant, language = runtime.library.current().assistant, stated.language
    says = await _standing(runtime, thought, situation, language)
    gets_some = not says.keys().isdisjoint(_BY_BASIS)
    if stated.until is not None and (gets_some or UNCONFIRMED in says):
        thought.effects.append(PauseUntil(stated.until, f"wrote so on {thought.channel}"))
        says = {PAUSED: {"day": _first_day(stated.until, situation, language)}}
    elif stated.wants is Preference.HOURS and gets_some:
        says = {NO_HOURS: {}, OFFER: {}}
    elif stated.wants is Preference.FEWER and gets_some:
        says = {OFFER: {}}
        if stated.pause is not None:
            thought.effects.append(ChoosePause(stated.pause, f"wrote so on {thought.channel}"))
            says = {CHOSEN: {"span": days_in_words(stated.pause.days, language)}}
    for response, values in says.items():
        thought.acted.append((response, _WHY[stated.wants]))
        thought.say_response(assistant, response, values, language=language)


def _first_day(until: datetime, situation: Situation, language: str) -> str:
    """The first that is not in the pause, or in which it ends."""
    return day_in_words(until.astimezone(situation.zone).date(), language, situation.region)


async def _standing(
    runtime: Runtime, thought: Thought, situation: Situation, language: str
) -> Mapping[str, Mapping[str, str]]:
    """The responses that say how it stands, with what is between their braces; what is sent counts, and not only what
    was agreed to."""
    person, now = situation.profile.id, thought.now
    async with runtime.store.reading() as uow:
        wanted = {one.channel for one in await choices_of(uow, runtime, person) if one.wanted}
        records = all_standing(await uow.consents.of(person))
        asked = [one for one in await uow.challenges.of(person) if one.consent is not None and one.is_open(now)]
    marketing = [one for (purpose, _), one in records.items() if purpose is Purpose.MARKETING]
    given = [one for one in marketing if one.channel in wanted]

    def by(basis: LegalBasis) -> str:
        return _channels(runtime, thought, situation, language, [one for one in given if one.basis is basis])

    said = {name: {"channels": by(basis)} for name, basis in _BY_BASIS.items() if by(basis)}
    if said:
        return said
    if asked:
        return {UNCONFIRMED: {}}
    refused = max((one.at for one in marketing if not one.granted), default=None)
    if refused is None:
        return {NONE: {}}
    return {REFUSED: {"day": day_in_words(refused.astimezone(situation.zone).date(), language, situation.region)}}


_WHY: Mapping[Preference, str] = {
    Preference.STANDING: "asks what they have agreed to",
    Preference.FEWER: "wants fewer messages",
    Preference.LATER: "wants none before a day",
    Preference.HOURS: "wants it at other hours",
}
_BY_BASIS: Mapping[str, LegalBasis] = {AGREED: LegalBasis.CONSENT, SOFT: LegalBasis.SOFT_OPT_IN}


def _channels(
    runtime: Runtime, thought: Thought, situation: Situation, language: str, records: Sequence[ConsentRecord]
) -> str:
    """By text message since 30 November 2026 and by e-mail since ..."""
    responses, found = runtime.library.current().assistant.responses, []
    for one in sorted(records, key=lambda record: record.at):
        day = day_in_words(one.at.astimezone(situation.zone).date(), language, situation.region)
        response = responses.get(f"utter_standing_by_{one.channel}") or responses["utter_standing_by_other"]
        values = {"day": day, "channel": one.channel.replace("_", " ").capitalize()}
        found.append(render(response, thought.tracker, thought.channel, values=values, language=language).text)
    return listed(found, language)
