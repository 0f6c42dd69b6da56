"""Think: from a message to what is to be said and done, without touching the store."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, tzinfo
from time import perf_counter
from typing import Any

import structlog

from bot.dialogue.builtin import ANSWER_FROM_KNOWLEDGE, CHECK_CODE, SEND_CODE
from bot.dialogue.engine import MOST_ACTIONS
from bot.dialogue.personal import PREFERENCES, Personal
from bot.dialogue.policies import SESSION
from bot.dialogue.responses import render, says_something
from bot.domain.assistant import Assistant
from bot.domain.consent import ConsentRecord
from bot.domain.conversation import (
    ACTION_LISTEN,
    REQUESTED_SLOT,
    ActionExecuted,
    AllSlotsReset,
    BotUttered,
    Event,
    SessionStarted,
    Tracker,
    takes_back,
)
from bot.domain.effects import (
    ActionResult,
    Apply,
    ChangeScore,
    PersonEffect,
    RecordConsent,
    RunAction,
    Say,
    SetAttribute,
)
from bot.domain.errors import ActionError, DialogueError
from bot.domain.ids import MessageId
from bot.domain.likelihood import Likelihood
from bot.domain.message import Text
from bot.domain.person import Profile
from bot.domain.score import USUAL_GRADES, ScoreChange, total_score
from bot.domain.understanding import (
    ANYBODY,
    FALLBACK_INTENT,
    OPT_OUT_INTENT,
    Asker,
    Expecting,
    KnowledgeAnswer,
    Understood,
)
from bot.ports import ReadContext
from bot.services.ask_model import ModelCall
from bot.services.compose_answer import compose_answer
from bot.services.person_facts import day_of, foresee
from bot.services.rephrase import in_other_words
from bot.services.runtime import Runtime
from bot.services.verify_contact import verify_in_talk

log = structlog.get_logger()

APOLOGY = "utter_internal_error"


@dataclass(frozen=True, slots=True)
class Person:
    """What a custom action may know of the person that it talks with."""

    profile: Profile
    score_changes: tuple[ScoreChange, ...]
    consents: tuple[ConsentRecord, ...]
    likelihood: Likelihood | None = None


@dataclass(slots=True)
class Thought:
    """A turn as it grows: the tracker and the events that made it, what to say, what to do, and what acted why."""

    tracker: Tracker
    channel: str
    now: datetime
    events: list[Event] = field(default_factory=list)
    says: list[Say] = field(default_factory=list)
    effects: list[PersonEffect] = field(default_factory=list)
    acted: list[tuple[str, str]] = field(default_factory=list)
    milliseconds: dict[str, float] = field(default_factory=dict)
    person: Person | None = None
    model_calls: list[ModelCall] = field(default_factory=list)
    passages: tuple[KnowledgeAnswer, ...] = ()
    personal: Personal | None = None
    failures: list[str] = field(default_factory=list)

    def apply(self, event: Event) -> None:
        stamped = event if event.at is not None else replace(event, at=self.now)
        self.tracker = self.tracker.apply(stamped)
        self.events.append(stamped)
        if isinstance(event, ActionExecuted):
            self.acted.append((event.name, event.policy))

    def say(self, say: Say) -> None:
        if not says_something(say.content):
            return
        self.apply(BotUttered(say.content.text, response=say.response, buttons=say.content.buttons))
        self.says.append(say)

    def say_response(self, assistant: Assistant, name: str, values: Mapping[str, Any] | None = None) -> None:
        """Say a response by its name, if the assistant has it; `values` go before those of slots."""
        if (response := assistant.responses.get(name)) is not None:
            words = render(response, self.tracker, self.channel, values=values, personal=self.personal)
            self.say(Say(words, name))

    def unsay(self, say: Say) -> None:
        """Take back what was to be said in this turn, as if it had not been."""
        spoken = next(
            event
            for event in self.events
            if isinstance(event, BotUttered) and (event.response, event.text) == (say.response, say.content.text)
        )
        self.says = [one for one in self.says if one is not say]
        self.events = [event for event in self.events if event is not spoken]
        recent = tuple(event for event in self.tracker.recent if event is not spoken)
        self.tracker = replace(self.tracker, recent=recent, event_count=self.tracker.event_count - 1)

    def note_calls(self, calls: Sequence[ModelCall]) -> None:
        """Note questions to the language model, for the explanation of the turn."""
        for call in calls:
            self.model_calls.append(call)
            self.took("model", call.milliseconds / 1000)

    def took(self, stage: str, seconds: float) -> None:
        self.milliseconds[stage] = round(self.milliseconds.get(stage, 0.0) + seconds * 1000, 2)


async def understand(
    runtime: Runtime, tracker: Tracker, text: str, region: str, zone: tzinfo, asker: Asker = ANYBODY
) -> Understood:
    """The reading of a text that is written now, in that country and time zone; off the event loop, for an encoder
    computes."""
    playbook = runtime.library.current()
    expected = expecting(playbook.assistant, tracker)
    understood = await asyncio.to_thread(
        playbook.nlu.parse,
        text,
        expecting=expected,
        region=region,
        zone=zone,
        now=runtime.clock.now(),
        asker=asker,
    )
    return await _as_the_engine_reads_it(runtime, understood, tracker)


async def read_payload(runtime: Runtime, tracker: Tracker, payload: str, region: str) -> Understood:
    """What a button means. It says so itself, which takes no encoder."""
    playbook = runtime.library.current()
    understood = playbook.nlu.parse(payload, expecting=expecting(playbook.assistant, tracker), region=region)
    return await _as_the_engine_reads_it(runtime, understood, tracker)


async def _as_the_engine_reads_it(runtime: Runtime, understood: Understood, tracker: Tracker) -> Understood:
    """Our own reading comes first, so that an opt-out is one whatever the engine."""
    if understood.intent.name == OPT_OUT_INTENT:
        return understood
    try:
        read = await runtime.dialogue.understand(understood, tracker)
    except DialogueError as error:
        log.warning("the dialogue engine did not read a message", error=str(error))
        return understood
    no_wiser = read.intent.name in (FALLBACK_INTENT, understood.intent.name)
    return replace(read, language=understood.language, foreign=understood.foreign and no_wiser)


def expecting(assistant: Assistant, tracker: Tracker) -> Expecting | None:
    """The slot that the open form has just asked for, and the entities that would fill it."""
    slot = tracker.slots.get(REQUESTED_SLOT)
    if tracker.loop is None or not isinstance(slot, str):
        return None
    mappings = assistant.slots[slot].mappings if slot in assistant.slots else ()
    entities = tuple(mapping.entity for mapping in mappings if mapping.entity is not None)
    return Expecting(tracker.loop.name, slot, entities)


async def answer(
    runtime: Runtime, thought: Thought, profile: Profile, message_id: MessageId, *, only: str | None = None
) -> None:
    """Let the dialogue engine decide, action by action, until it listens; with `only`, until that action is done."""
    assistant = runtime.library.current().assistant

    async def read_context() -> Mapping[str, Any]:
        link = runtime.preferences_link(profile.id, thought.now)
        return {**_context(thought, await _person(runtime, thought, profile), message_id), PREFERENCES: link}

    if assistant.is_personal:
        thought.personal = Personal.of_context(await read_context(), assistant.configuration.language)
    actions = 0
    while actions <= MOST_ACTIONS:
        begun = perf_counter()
        try:
            effects = await runtime.dialogue.decide(thought.tracker, read_context, channel=thought.channel)
        except DialogueError as error:
            _give_up(assistant, thought, error)
            return
        finally:
            thought.took("decide", perf_counter() - begun)
        if not effects:
            return
        for effect in effects:
            match effect:
                case Apply(event=event):
                    actions += isinstance(event, ActionExecuted)
                    thought.apply(event)
                case Say():
                    thought.say(await _in_other_words(runtime, assistant, thought, effect))
                case RunAction():
                    actions += 1
                    await _run(runtime, assistant, thought, profile, read_context, effect)
                case _:
                    thought.effects.append(effect)
        if only is not None and any(isinstance(one, ActionExecuted) and one.name == only for one in thought.events):
            return
    log.error("the action limit is reached", conversation=thought.tracker.conversation_id, actions=actions)
    thought.acted.append((ACTION_LISTEN, f"stopped: more than {MOST_ACTIONS} actions on one message"))


def _give_up(assistant: Assistant, thought: Thought, error: DialogueError) -> None:
    """The engine has no answer to this message; the next one is a new try."""
    thought.failures.append(str(error))
    log.error("the dialogue engine failed", conversation=thought.tracker.conversation_id, error=str(error))
    thought.apply(ActionExecuted(ACTION_LISTEN, policy="the dialogue engine failed"))
    _apologise(assistant, thought)


def _apologise(assistant: Assistant, thought: Thought) -> None:
    """Say that something went wrong, once a turn."""
    if not any(say.response == APOLOGY for say in thought.says):
        thought.say_response(assistant, APOLOGY)


async def _run(
    runtime: Runtime,
    assistant: Assistant,
    thought: Thought,
    profile: Profile,
    read_context: ReadContext,
    action: RunAction,
) -> None:
    begun = perf_counter()
    if action.name == ANSWER_FROM_KNOWLEDGE:
        await _answer_from_knowledge(runtime, assistant, thought)
        thought.apply(ActionExecuted(action.name, policy=action.why))
        return
    if action.name in (SEND_CODE, CHECK_CODE):
        result = await verify_in_talk(runtime, action.name, thought.tracker, profile, thought.channel, thought.now)
        _take_over(assistant, thought, result, ActionExecuted(action.name, policy=action.why))
        return
    try:
        result = await runtime.actions.run(action.name, thought.tracker, await read_context())
    except ActionError as error:
        log.error(
            "an action failed", action=action.name, conversation=thought.tracker.conversation_id, error=str(error)
        )
        thought.failures.append(str(error))
        thought.apply(ActionExecuted(action.name, policy=f"{action.why}; it failed"))
        if action.why != SESSION:  # nobody has asked for that one
            _apologise(assistant, thought)
        return
    finally:
        thought.took("actions", perf_counter() - begun)
    if action.why == SESSION:
        result = replace(result, events=tuple(_of_a_session(thought.tracker, result.events)))
    if runtime.model is not None:
        says = [_worded(assistant, thought, say) for say in result.says]
        result = replace(result, says=tuple([await _in_other_words(runtime, assistant, thought, say) for say in says]))
    _take_over(assistant, thought, result, ActionExecuted(action.name, policy=action.why))


async def _in_other_words(runtime: Runtime, assistant: Assistant, thought: Thought, say: Say) -> Say:
    """The response as a language model puts it, where its author lets it; else as it is."""
    reworded, calls = await in_other_words(runtime, assistant, thought.tracker, say)
    thought.note_calls(calls)
    return reworded


def _of_a_session(tracker: Tracker, events: Iterable[Event]) -> Iterator[Event]:
    """What an action_session_start sets. As Rasa has it, `session_started` empties the slots of the session before, and
    the action ends by noting that the bot listens, which is told by the customer's message here."""
    for event in events:
        match event:
            case SessionStarted() if tracker.latest_message is not None:
                yield AllSlotsReset()
            case SessionStarted() | ActionExecuted():
                pass
            case _:
                yield event


async def _person(runtime: Runtime, thought: Thought, profile: Profile) -> Person:
    """Scores and consents are read when an action first wants them; most turns run none."""
    if thought.person is None:
        async with runtime.store.transaction() as uow:
            thought.person = Person(
                profile=profile,
                score_changes=tuple(await uow.scores.of(profile.id)),
                consents=tuple(await uow.consents.of(profile.id)),
                likelihood=(await foresee(uow, runtime.library.current().scorecards, profile, thought.now)).get(
                    "likelihood"
                ),
            )
    return thought.person


def _take_over(assistant: Assistant, thought: Thought, result: ActionResult, executed: ActionExecuted) -> None:
    """What the action says is worded before what it sets is set, as in Rasa: "Sent {amount}" may empty `amount`."""
    if takes_back(result.events):
        thought.apply(executed)
    _say_all(assistant, thought, result)
    for event in result.events:
        thought.apply(event)
    if not takes_back(result.events):
        thought.apply(executed)
    thought.effects.extend(result.effects)


def _say_all(assistant: Assistant, thought: Thought, result: ActionResult) -> None:
    for say in result.says:
        thought.say(_worded(assistant, thought, say))


def _worded(assistant: Assistant, thought: Thought, say: Say) -> Say:
    """What an action says, with the words of the response that it named; its own buttons and image go with them."""
    response = assistant.responses.get(say.response)
    if say.content.text or response is None:
        return say
    worded = render(response, thought.tracker, thought.channel, values=say.arguments, personal=thought.personal)
    own = say.content
    content = replace(
        worded,
        buttons=(*worded.buttons, *own.buttons),
        image=own.image or worded.image,
        extras={**worded.extras, **own.extras},
    )
    return replace(say, content=content)


async def _answer_from_knowledge(runtime: Runtime, assistant: Assistant, thought: Thought) -> None:
    message = thought.tracker.latest_message
    found = message.understood.answer if message is not None else None
    if found is None and message is not None and thought.passages:
        found, calls = await compose_answer(runtime, thought.tracker.conversation_id, message.text, thought.passages)
        thought.note_calls(calls)
    if found is None:
        thought.say_response(assistant, "utter_no_answer")
        return
    thought.say(Say(Text(found.text, source_title=found.title, source_url=found.url)))


def _context(thought: Thought, person: Person, message_id: MessageId) -> Mapping[str, Any]:
    """What an action may know of the person, with what this turn has changed already."""
    attributes = dict(person.profile.attributes)
    changes = list(person.score_changes)
    consents = {f"{record.purpose}:{record.channel}": record.granted for record in person.consents}
    counted = {change.rule for change in changes}
    for effect in thought.effects:
        match effect:
            case SetAttribute(name=name, value=value):
                attributes[name] = value
            case RecordConsent(purpose=purpose, channel=channel, granted=granted):
                consents[f"{purpose}:{channel}"] = granted
            case ChangeScore() if effect.again or effect.rule not in counted:
                counted.add(effect.rule)
                changes.append(
                    ScoreChange(
                        person.profile.id, "", effect.dimension, effect.points, effect.reason, effect.rule, thought.now
                    )
                )
            case _:
                pass
    score, likely = total_score(changes, thought.now), person.likelihood
    return {
        "profile": {**attributes, "id": person.profile.id},
        "time_zone": person.profile.time_zone,
        "locale": person.profile.locale,
        "tags": sorted(person.profile.tags),
        "created_on": day_of(person.profile.created_at),
        "lead": {
            "fit": score.fit,
            "engagement": score.engagement,
            "total": score.total,
            "grade": USUAL_GRADES.of(score),
            "reasons": [change.reason for change in changes],
            **({"likelihood": likely.percent, "likelihood_reasons": likely.told()} if likely is not None else {}),
        },
        "consents": consents,
        "channel": thought.channel,
        "message_id": message_id,
        "now": thought.now.isoformat(),
    }
