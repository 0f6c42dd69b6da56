"""Reads what each kind of step says. Where that is faulty, the fault is reported and there is no step."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any, Protocol

from bot.documents import Faults, did_you_mean, plain
from bot.domain.errors import Place
from bot.domain.journey import MESSAGE_STATES, REPLIED, TOLD_BY_SERVICE
from bot.domain.steps import (
    END,
    ActionStep,
    AskStep,
    AtCap,
    AttributeTime,
    CrmStep,
    EmitStep,
    HandoffStep,
    RunStep,
    ScoreStep,
    SendStep,
    SetStep,
    Step,
    TagStep,
    UntagStep,
    WaitStep,
    WebhookStep,
)
from bot.journeys import wording
from bot.journeys.fields import Fields
from bot.journeys.kinds import check_day
from bot.journeys.known import Known
from bot.journeys.windows import read_links, read_window

SCORES_LATER = ("half_life", "cap")


@dataclass(frozen=True, slots=True)
class Position:
    """Where a step stands: its id, its path in the file, and the step that follows it."""

    id: str
    path: str
    then: str


class Reader(Protocol):
    """What kinds of steps have in common, and what is noted of all of them; `StepReader` is one."""

    known: Known
    warnings: Faults
    forms_asked: list[str]
    runs_actions: bool

    def target(self, fields: Fields, key: str, *, required: bool = False) -> str | None:
        """The step that an entry points at; whether there is one is looked at when all are read."""

    def channels(self, fields: Fields, responses: Sequence[str], *, required: bool = True) -> tuple[str, ...]:
        """The channels of a step that says these responses, each of which must be able to."""

    def outcome(self, fields: Fields, key: str, at: Position) -> str | None:
        """Where `key: {go: ...}` or `key: {do: [...]}` leads; None where it is not there."""

    def values(self, fields: Fields, key: str) -> tuple[tuple[str, Any], ...]:
        """A mapping of fields to values, some of which are expressions."""

    def condition(self, fields: Fields) -> str | None:
        """What `if` says there, to be checked once all steps are read; None where it says nothing."""

    def note_expression(self, given: Any, place: Place) -> None:
        """What is said there is an expression, to be checked once all steps are read."""


def read_send(reader: Reader, fields: Fields, at: Position) -> Step | None:
    send = fields.inner("send", "send", "Write send: {response: utter_tip, channels: [sms]}.")
    if not send.is_mapping:
        return None
    send.only("response", "channels", "cap", "send_window", "at", "metric", "within", "links")
    response = send.choice("response", reader.known.responses, "response", required=True)
    channels = reader.channels(send, (response,) if response else ())
    cap = send.choice("cap", ("skip", "wait"), "way to deal with a cap")
    window, links = read_window(send), read_links(send)
    at_best = send.choice("at", ("best",), "time") == "best"
    metric, within = send.read("metric", wording.event), send.read("within", wording.duration)
    if (metric or within) and not at_best:
        send.missing("at", "Only a message at: best competes for something.")
    if at_best and not fields.has("id"):
        fields.missing("id", "What comes of a message at its best time is counted by it.")
    if not (response and channels):
        return None
    way_at_cap: AtCap = "wait" if cap == "wait" else "skip"
    step = SendStep(at.id, response, channels, at.then, window, way_at_cap, follows_links=links)
    if not at_best:
        return step
    return replace(step, at_best=True, metric=metric or REPLIED, within=within or step.within)


def read_wait(reader: Reader, fields: Fields, at: Position) -> Step | None:
    if not isinstance(fields.node["wait"], Mapping):
        pause = fields.read("wait", wording.duration, required=True, advice="Write wait: 1d.")
        return WaitStep(at.id, (), pause, at.then) if pause else None
    wait = fields.inner("wait", "wait")
    wait.only("for", "if", "at_most", "until")
    events = wait.read_all("for", wording.awaited)
    for event in events:
        if event.startswith("message.") and event not in TOLD_BY_SERVICE:
            reader.warnings.add(
                wait.place("for"),
                f'nothing tells "{event}" here, unless a system of yours does (POST /v1/events).',
                f"Of messages Overture tells what people write (reply), and {', '.join(sorted(MESSAGE_STATES))}.",
            )
    until = wait.read("until", wording.until)
    if isinstance(until, AttributeTime) and until.of == "profile":
        check_day(until.attribute, reader.known.profile, wait.faults, wait.place("until"))
    at_most = wait.read("at_most", wording.duration)
    if not (wait.has("for") or wait.has("until") or wait.has("at_most")):
        wait.missing("for", "Say what to wait for, such as wait: {for: link.clicked, at_most: 2d}.")
    elif not (wait.has("at_most") or wait.has("until")):
        wait.missing("at_most", "Say how long at the most, such as at_most: 2d; nobody should wait for ever.")
    if wait.has("if") and not wait.has("for"):
        wait.missing("for", '"if" is about an event: for: order.shipped, if: happened.order == event.order.')
    condition = reader.condition(wait)
    if not (until or at_most):
        return None
    return WaitStep(at.id, events, at_most, at.then, until, condition)


# ---------------------------------------------------------------- questions


def read_ask(reader: Reader, fields: Fields, at: Position) -> Step | None:
    ask = fields.inner("ask", "ask")
    silence = _silent(reader, fields)
    refuse_go = _refuse(reader, fields)
    human = fields.choice("human", ("pause", "exit"), "way to deal with a colleague")
    if not ask.is_mapping:
        return None
    _refuse_flow(ask)
    ask.only("form", "flow", "channels", "need")
    form = ask.choice("form", reader.known.forms, "form", required="flow" not in ask.node)
    channels = reader.channels(ask, reader.known.questions.get(form, ()) if form else ())
    slots = reader.known.forms[form] if form else ()
    need = ask.choices("need", slots, f"slot of {form}") if form else ()
    reminders = _reminders(fields, silence[0] if silence else None)
    if form:
        reader.forms_asked.append(form)
    if not (form and channels and silence):
        return None
    after, go = silence
    return AskStep(
        id=at.id,
        form=form,
        channels=channels,
        need=need or slots,
        remind=reminders,
        silent_after=after,
        silent_go=go,
        refuse_go=refuse_go,
        then=at.then,
        human="exit" if human == "exit" else "pause",
    )


def _refuse_flow(ask: Fields) -> None:
    if "flow" in ask.node:
        ask.faults.add(
            ask.place("flow"),
            "there are no flows in the language of our dialogues, which is Rasa 3.6's.",
            "Name a form: ask: {form: qualify_form}.",
        )


def _silent(reader: Reader, fields: Fields) -> tuple[timedelta, str] | None:
    if not fields.has("silent"):
        fields.faults.add(
            fields.place("ask"),
            'this question lacks "silent": what happens to people who never answer.',
            "Add silent: {after: 3d, go: end}.",
        )
        return None
    silent = fields.inner("silent", "silent")
    silent.only("after", "go")
    if not silent.is_mapping:
        return None
    after = silent.read("after", wording.duration, required=True)
    go = reader.target(silent, "go", required=True)
    return (after, go) if after and go else None


def _refuse(reader: Reader, fields: Fields) -> str:
    if not fields.has("refuse"):
        return END
    refuse = fields.inner("refuse", "refuse")
    refuse.only("go")
    return reader.target(refuse, "go", required=refuse.is_mapping) or END


def _reminders(fields: Fields, silent_after: timedelta | None) -> tuple[timedelta, ...]:
    reminders = fields.read_all("remind", wording.duration)
    if silent_after is not None and any(remind >= silent_after for remind in reminders):
        fields.faults.add(
            fields.place("remind"),
            "a reminder would come when the silence is already taken for an answer.",
            "Make it earlier than silent.after.",
        )
    return tuple(sorted(set(reminders)))


# ---------------------------------------------------------------- what is known of a person


def read_score(reader: Reader, fields: Fields, at: Position) -> Step | None:
    score = fields.inner("score", "score", "Write score: {engagement: 10, reason: answered}.")
    if not score.is_mapping:
        return None
    for key in SCORES_LATER:
        if key in score.node:
            score.faults.add(
                score.place(key),
                f'"{key}" is not supported in a step: it gives its points once for each person, and they stay.',
                "Emit an event instead, and write a rule for it in journeys/scores/.",
            )
    score.only("fit", "engagement", "reason", *SCORES_LATER)
    fit, engagement = score.whole_number("fit"), score.whole_number("engagement")
    reason = score.text("reason", required=True, advice="Reps read it: reason: answered by SMS.")
    if not fit and not engagement:
        fields.faults.add(fields.place("score"), "score changes nothing.", "Give points: engagement: 10.")
    return ScoreStep(at.id, fit or 0, engagement or 0, reason, at.then) if reason else None


def read_set(reader: Reader, fields: Fields, at: Position) -> Step | None:
    values = fields.inner("set", "set")
    found: list[tuple[str, Any]] = []
    for key, given in values.node.items():
        attribute = values.parsed(str(key), wording.attribute, values.place(key))
        reader.note_expression(given, values.place(key))
        if attribute is not None:
            found.append((attribute, plain(given)))
    if values.is_mapping and not values.node:
        fields.faults.add(fields.place("set"), "set names no attribute.", 'Write set: {stage: "customer"}.')
    return SetStep(at.id, tuple(found), at.then) if found else None


def read_tag(reader: Reader, fields: Fields, at: Position) -> Step | None:
    word = "tag" if "tag" in fields.node else "add_to"
    tag = fields.read(word, wording.tag, required=True)
    return TagStep(at.id, tag, at.then) if tag else None


def read_untag(reader: Reader, fields: Fields, at: Position) -> Step | None:
    tag = fields.read("remove_from", wording.tag, required=True)
    return UntagStep(at.id, tag, at.then) if tag else None


# ---------------------------------------------------------------- what others do


def read_action(reader: Reader, fields: Fields, at: Position) -> Step | None:
    """`action: action_quote`, or `action: {name: action_quote, channels: [sms]}`."""
    reader.runs_actions = True
    failed_go = reader.outcome(fields, "failed", at)
    if not isinstance(fields.node["action"], Mapping):
        name = fields.choice("action", reader.known.actions, "action", required=True)
        return ActionStep(at.id, name, (), at.then, failed_go) if name else None
    action = fields.inner("action", "action")
    action.only("name", "channels")
    name = action.choice("name", reader.known.actions, "action", required=True)
    channels = reader.channels(action, (), required=False)
    return ActionStep(at.id, name, channels, at.then, failed_go) if name else None


def read_webhook(reader: Reader, fields: Fields, at: Position) -> Step | None:
    failed_go = reader.outcome(fields, "failed", at)
    webhook = fields.inner("webhook", "webhook")
    if not webhook.is_mapping:
        return None
    webhook.only("to", "body")
    to = webhook.text("to", required=True, advice="Name an endpoint of the settings (OVERTURE_ENDPOINTS).")
    if to is not None and "/" in to:
        webhook.faults.add(
            webhook.place("to"),
            "content names no address, for whoever edits it would choose where data goes.",
            "Give it a name in the setting OVERTURE_ENDPOINTS, and write that.",
        )
        return None
    body = reader.values(webhook, "body")
    if to is not None and to not in reader.known.endpoints:
        near = did_you_mean(to, reader.known.endpoints)
        webhook.faults.add(webhook.place("to"), f'there is no endpoint "{to}" in OVERTURE_ENDPOINTS.', near)
        return None
    return WebhookStep(at.id, to, body, at.then, failed_go) if to else None


def read_run(reader: Reader, fields: Fields, at: Position) -> Step | None:
    """`run: nurture`, or `run: {journey: nurture, with: {size: "= answer.team_size"}}`."""
    if not isinstance(fields.node["run"], Mapping):
        journey = fields.choice("run", reader.known.journeys, "journey", required=True)
        return RunStep(at.id, journey, (), at.then) if journey else None
    run = fields.inner("run", "run")
    run.only("journey", "with")
    journey = run.choice("journey", reader.known.journeys, "journey", required=True)
    values = reader.values(run, "with")
    return RunStep(at.id, journey, values, at.then) if journey else None


def read_handoff(reader: Reader, fields: Fields, at: Position) -> Step | None:
    handoff = fields.inner("handoff", "handoff")
    if not handoff.is_mapping:
        return None
    handoff.only("to", "reason", "crm", "within", "late")
    desk = handoff.choice("to", reader.known.desks, "desk")
    crm = handoff.choice("crm", reader.known.crms, "CRM")
    reason = handoff.text("reason", required=True, advice="Say to the reps why: reason: wants to talk.")
    reader.note_expression(reason, handoff.place("reason"))
    within = handoff.read("within", wording.duration)
    if ("within" in handoff.node) != ("late" in handoff.node):
        lacks = "late" if "within" in handoff.node else "within"
        handoff.missing(lacks, "Write the two together: within: 15m, late: {go: book}.")
    late_go = reader.outcome(handoff, "late", at)
    return HandoffStep(at.id, reason, desk or "", at.then, crm or "", within, late_go or END) if reason else None


def read_crm(reader: Reader, fields: Fields, at: Position) -> Step | None:
    crm = fields.inner("crm", "crm")
    crm.only("note", "record", "task", "deal")
    note, task = crm.text("note"), crm.text("task")
    record, deal = reader.values(crm, "record"), reader.values(crm, "deal")
    if crm.is_mapping and not any(map(crm.has, ("note", "record", "task", "deal"))):
        crm.missing("note", "Write a note, a task, or fields of its record: record: {deal_stage: demo}.")
    reader.note_expression(note, crm.place("note"))
    reader.note_expression(task, crm.place("task"))
    wanted = note or record or task or deal
    return CrmStep(at.id, note or "", at.then, record, task or "", deal) if wanted else None


def read_emit(reader: Reader, fields: Fields, at: Position) -> Step | None:
    """`emit: trial.started`, or `emit: {event: trial.started, with: {size: "= answer.team_size"}}`."""
    if not isinstance(fields.node["emit"], Mapping):
        event = fields.read("emit", wording.emitted, required=True, advice="Name an event, such as trial.started.")
        return EmitStep(at.id, event, (), at.then) if event else None
    emit = fields.inner("emit", "emit")
    emit.only("event", "with")
    event = emit.read("event", wording.emitted, required=True, advice="Name an event, such as trial.started.")
    values = reader.values(emit, "with")
    return EmitStep(at.id, event, values, at.then) if event else None
