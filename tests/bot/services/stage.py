"""A service on a real store, with fakes where vendors would be, its loops turned by hand."""

from __future__ import annotations

import sqlite3
import textwrap
from collections.abc import Mapping
from contextlib import closing
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from typing import Any

from sqlalchemy import make_url

from bot.adapters.content.own_dialogue import OwnDialogue
from bot.adapters.memory import MemoryLeases, MemoryWakeups
from bot.documents import parse
from bot.domain.audit import Deed
from bot.domain.consent import ConsentRecord, Consequence, Purpose, standing_consent
from bot.domain.conversation import Conversation
from bot.domain.delivery import ChannelMessage, Decision, Failure, OutboxEntry, OutboxStatus
from bot.domain.effects import Emit, PersonEffect
from bot.domain.handoff import Handoff
from bot.domain.ids import ConversationId, EnrolmentId, HandoffId, OutboxId, ProfileId
from bot.domain.journey import Enrolment, Journey
from bot.domain.message import CustomerMessage, DeskAction, DeskLine, DeskReply, DeskVerb, HandoffCard, Text
from bot.domain.opt_out_question import Asking
from bot.domain.person import Identity, Profile
from bot.domain.routing import WorkingHours
from bot.domain.send_window import SendWindow
from bot.domain.sending_rules import FrequencyCap, Keywords, OptOutRule, ScopeWords, SendingHours, SendingRules
from bot.journeys.content import Known, read_journey
from bot.ports import Abilities, Playbook, Store, UnitOfWork
from bot.services.advance import advance_due
from bot.services.converse import converse
from bot.services.deliver import deliver_due
from bot.services.enrol import tell_journeys
from bot.services.keep_schedule import keep_schedules
from bot.services.perform import Cause, perform
from bot.services.receive import receive
from bot.services.runtime import Desk, Links, Runtime
from bot.services.start_conversation import start_conversation
from tests.bot.dialogue.chat import assistant_of
from tests.bot.services.fakes import FakeActions, FakeChannel, FakeCrm, FakeEndpoints, FakeLibrary, FakeNlu
from tests.manual_clock import ManualClock

ANA, PHONE, VISITOR = ProfileId("ana"), "+447700900123", "visitor-1"

ASSISTANT = """
version: "3.1"
intents: [greet, book, lead, opt_out, nlu_fallback]
slots:
  team_size:
    type: text
    influence_conversation: false
    mappings: [{type: from_text, conditions: [{active_loop: size_form, requested_slot: team_size}]}]
actions: [action_lead, action_more]
responses:
  utter_greet: [{text: "Hello!"}]
  utter_ask_team_size: [{text: "How many are you?"}]
  utter_thanks: [{text: "Thank you."}]
  utter_default: [{text: "Pardon?"}]
  utter_internal_error: [{text: "Sorry, that went wrong."}]
  utter_disclosure: [{text: "I am a machine."}]
  utter_opted_out: [{text: "You will get no more of these."}]
  utter_opted_out_in_part: [{text: "Only what you keep."}]
  utter_opted_in: [{text: "Welcome back."}]
  utter_help: [{text: "Write STOP to stop."}]
  utter_rep_joined: [{text: "{rep} has joined."}]
  utter_rep_left: [{text: "{rep} has left."}]
  utter_desk_closed: [{text: "We are back {opens}."}]
  utter_file_received: [{text: "I have your file."}]
  utter_tip: [{text: "A tip."}]
  utter_offer: [{text: "An offer."}]
  utter_confirm_consent: [{text: "Please answer YES, or open {link}"}]
  utter_consent_confirmed: [{text: "Confirmed."}]
  utter_preferences_link: [{text: "Yours: {link}"}]
  utter_opt_out_scope: [{text: "Only here? Answer 1."}]
  utter_opt_out_narrowed: [{text: "Only here."}]
  utter_may_opt_out: [{text: "Did you mean to stop? YES or NO."}]
  utter_marketing_kept: [{text: "As before."}]
  utter_opt_in_outranked: [{text: "Still none."}]
  utter_wrong_number: [{text: "Not here any more."}]
forms:
  size_form: {required_slots: [team_size]}
rules:
  - rule: greet
    steps: [{intent: greet}, {action: utter_greet}]
  - rule: book
    steps: [{intent: book}, {action: size_form}, {active_loop: size_form}]
  - rule: booked
    condition: [{active_loop: size_form}]
    steps:
      - action: size_form
      - active_loop: null
      - slot_was_set: [{requested_slot: null}]
      - action: utter_thanks
  - rule: lead
    steps: [{intent: lead}, {action: action_lead}, {action: action_more}]
  - rule: fallback
    steps: [{intent: nlu_fallback}, {action: utter_default}]
"""

KNOWN = Known(
    responses=frozenset({"utter_tip", "utter_offer"}),
    forms={"size_form": ("team_size",)},
    channels=frozenset({"sms", "webchat", "whatsapp"}),
    desks=frozenset({"slack:#sales", "support"}),
    actions=frozenset({"action_lead", "action_more"}),
    intents=frozenset({"greet", "book"}),
    slots=frozenset({"team_size"}),
    journeys=frozenset({"welcome", "inner", "outer"}),
    segments=frozenset({"big-teams"}),
    crms=frozenset({"crm"}),
    endpoints=frozenset({"billing"}),
)
SINCE = date(2026, 1, 1)


def keyword_row(meaning: Any, *words: str) -> Keywords:
    return Keywords(f"{meaning}-words", "default", SINCE, None, "a test", meaning, "en", words)


RULES = SendingRules(keywords=(keyword_row("stop", "stop"), keyword_row("start", "start"), keyword_row("help", "help")))


def capped(at_most: int, within: timedelta = timedelta(days=7)) -> SendingRules:
    """The rules with a cap on marketing by text message."""
    cap = FrequencyCap("cap", "default", SINCE, None, "a test", Purpose.MARKETING, frozenset({"sms"}), at_most, within)
    return replace(RULES, caps=(cap,))


def open_between(opens: time, closes: time) -> SendingRules:
    """The rules with hours for marketing by text message."""
    hours = SendingHours("hours", "default", SINCE, None, "a test", frozenset({"sms"}), SendWindow(opens, closes))
    return replace(RULES, hours=(hours,))


@cache
def journey_of(steps: str, head: str = "", *, name: str = "welcome", purpose: str = "marketing") -> Journey:
    """A journey as a marketer writes it; people enter it on `demo.requested` unless `head` says otherwise."""
    enter = "" if "enter:" in head else "enter: {event: demo.requested}\n"
    body = textwrap.indent(textwrap.dedent(steps).strip("\n"), "  ")
    text = f"journey: {name}\npurpose: {purpose}\n{enter}{textwrap.dedent(head)}\nsteps:\n{body}\n"
    return read_journey(parse(f"journeys/{name}.yml", text), KNOWN)


def spoil(url: str, statement: str) -> None:
    """Change the SQLite file behind the store's back, as another release or a bad disk would."""
    with closing(sqlite3.connect(str(make_url(url).database))) as connection, connection:
        assert connection.execute(statement).rowcount == 1


FAILURES = {
    "opted_out": Failure("they wrote STOP", then=Consequence.OPTED_OUT),
    "no_phone": Failure("nobody has this number", then=Consequence.UNREACHABLE),
    "filtered": Failure("taken for spam", then=Consequence.SENDER_STOPPED),
    "off": Failure("the phone was off", most_tries=3, pause=timedelta(hours=1)),
}
"""What the errors of the vendor of `sms` and `whatsapp` mean."""


OFFICE_HOURS = WorkingHours(SendWindow(time(9), time(17), frozenset(range(5)), zone="Europe/Berlin"))
DESKS = (Desk("slack", "#sales"), Desk("slack", "#support", "support", OFFICE_HOURS))


class Stage:
    """One service. `sms` and `webchat` are its channels, `slack` its desk, `crm` its CRM."""

    def __init__(self, store: Store, clock: ManualClock, *, with_desk: bool = True) -> None:
        self.store = store
        self.clock = clock
        self.sms = FakeChannel("sms", Abilities(identity="phone", failures=FAILURES))
        window = timedelta(hours=24)
        self.whatsapp = FakeChannel("whatsapp", Abilities(identity="phone", failures=FAILURES, reply_window=window))
        self.webchat = FakeChannel(
            "webchat", Abilities(identity="webchat", own_lines=True, repeatable=True, separate_disclosure=True)
        )
        self.slack = FakeChannel("slack", Abilities(identity="slack", desk=True, repeatable=True))
        self.crm = FakeCrm()
        self.actions = FakeActions()
        self.endpoints = FakeEndpoints("billing")
        assistant = assistant_of(ASSISTANT)
        self.library = FakeLibrary(Playbook(assistant, FakeNlu(*assistant.intents), {}, RULES))
        self.runtime = Runtime(
            store=store,
            clock=clock,
            wakeups=MemoryWakeups(),
            leases=MemoryLeases(),
            actions=self.actions,
            dialogue=OwnDialogue(lambda: self.library.playbook.assistant),
            library=self.library,
            channels={"sms": self.sms, "webchat": self.webchat, "slack": self.slack},
            crms={"crm": self.crm},
            desks=DESKS if with_desk else (),
            links=Links(
                transcript=lambda conversation: f"https://chat.example.com/transcripts/{conversation}",
                preferences=lambda person, now: f"https://chat.example.com/preferences/{person}",
                confirmation=lambda challenge: f"https://chat.example.com/consent/{challenge}",
            ),
            seal=lambda text: f"sealed {text}",
            endpoints=self.endpoints,
        )
        self._count = 0

    def open_whatsapp(self) -> None:
        """Have a second channel to the same phones."""
        self.runtime = replace(self.runtime, channels={**self.runtime.channels, "whatsapp": self.whatsapp})

    # ------------------------------------------------------------ content

    def play(self, *journeys: Journey) -> None:
        """Put these journeys in force."""
        self.library.playbook = replace(self.library.playbook, journeys={one.id: one for one in journeys})

    def rule(self, rules: SendingRules) -> None:
        self.library.playbook = replace(self.library.playbook, rules=rules)

    def doubt(self, *texts: str) -> None:
        """Have these messages read as what may be an opt-out, and rules that ask of opt-outs what was meant."""
        rule = OptOutRule(
            "asked", "default", SINCE, None, "a test", ask_scope_within=timedelta(days=1), hold=timedelta(days=3)
        )
        answers = (keyword_row("confirm", "yes"), keyword_row("deny", "no"), keyword_row("only_here", "1"))
        rules = self.library.playbook.rules
        self.rule(replace(rules, keywords=(*rules.keywords, *answers), opt_outs=(rule,)))
        nlu = FakeNlu(*self.library.playbook.assistant.intents, doubtful=texts)
        self.library.playbook = replace(self.library.playbook, nlu=nlu)

    def scope(self) -> None:
        """Have rules read from an opt-out how far it goes."""
        channels = {"sms": ("texts", "texting"), "email": ("emails",), "webchat": ("chats",), "whatsapp": ("whatsapp",)}
        row = ScopeWords(
            "scope",
            "default",
            SINCE,
            None,
            "a test",
            "en",
            channels,
            ("stop", "no more"),
            ("keep", "fine"),
            ("the", "me"),
            only=("just",),
        )
        self.rule(replace(self.library.playbook.rules, scope_words=(row,)))

    # ------------------------------------------------------------ what people do

    async def hear(
        self, text: str, *, channel: str = "sms", address: str = "", vendor_id: str = "", **more: Any
    ) -> str:
        """Receive what a customer wrote, without taking the turn; its vendor id."""
        self._count += 1
        vendor_id = vendor_id or f"in-{self._count}"
        address = address or (VISITOR if channel == "webchat" else PHONE)
        message = CustomerMessage(channel, vendor_id, address, text, **more)
        await receive(self.runtime, self.runtime.channel(channel), [message])
        return vendor_id

    async def says(self, text: str, *, channel: str = "sms", **more: Any) -> list[str]:
        """A customer writes and all that comes of it happens; what they then see."""
        sent = {"sms": self.sms, "whatsapp": self.whatsapp, "webchat": self.webchat}[channel]
        before = len(sent.texts())
        await self.hear(text, channel=channel, **more)
        await self.settle()
        return sent.texts()[before:]

    async def click(
        self, handoff: Handoff, verb: DeskVerb, rep: str = "Ana Rep", *, trigger: str = "", words: str = ""
    ) -> None:
        self._count += 1
        action = DeskAction("slack", f"click-{self._count}", handoff.id, verb, rep, trigger, words)
        await receive(self.runtime, self.slack, [action])
        await self.settle()

    async def reply(self, text: str, rep: str = "Ana Rep") -> bool:
        """A rep writes in the thread of the first card; whether there is a hand-off for it."""
        self._count += 1
        thread = f"slack-{self.cards()[0]}"
        taken = await receive(self.runtime, self.slack, [DeskReply("slack", f"line-{self._count}", thread, text, rep)])
        await self.settle()
        return bool(taken)

    def cards(self) -> list[str]:
        """The keys of the cards that the desk has got, in order."""
        return [one.key for one in self.slack.taken if isinstance(one.content, HandoffCard) and one.replaces is None]

    def card(self) -> HandoffCard:
        """The one that the desk got last."""
        return [one.content for one in self.slack.taken if isinstance(one.content, HandoffCard)][-1]

    def desk_lines(self) -> list[DeskLine]:
        """What stands in the threads at the desk, in order."""
        return [one.content for one in self.slack.taken if isinstance(one.content, DeskLine)]

    def desk_texts(self) -> list[str]:
        return [line.text for line in self.desk_lines()]

    # ------------------------------------------------------------ what is in the store

    async def meet(
        self,
        profile_id: ProfileId = ANA,
        *,
        phone: str = PHONE,
        attributes: Mapping[str, Any] | None = None,
        time_zone: str | None = "Europe/London",
    ) -> Conversation:
        """Somebody who has proved a phone number, with an empty conversation by text message."""
        async with self.store.transaction() as uow:
            now = self.clock.now()
            await uow.profiles.add(Profile(profile_id, now, dict(attributes or {}), time_zone=time_zone))
            await uow.profiles.claim(profile_id, Identity("phone", phone, verified=True), now)
            return await start_conversation(uow, profile_id, "sms", phone, now)

    async def consent(self, granted: bool = True, *, of: ProfileId = ANA, channel: str = "sms") -> None:
        async with self.store.transaction() as uow:
            now = self.clock.now()
            await uow.consents.add(ConsentRecord(of, Purpose.MARKETING, channel, granted, now, "a test", "May we?"))

    async def may_send(self, *, of: ProfileId = ANA, channel: str = "sms", address: str = PHONE) -> bool:
        """Whether consent stands and the address is not suppressed."""
        async with self.store.transaction() as uow:
            standing = standing_consent(await uow.consents.of(of), Purpose.MARKETING, channel)
            return bool(standing and standing.granted) and await uow.consents.suppression(channel, address) is None

    async def is_in_doubt(self, *, of: ProfileId = ANA) -> bool:
        """Whether they may have opted out, have not answered, and have not consented anew since."""
        async with self.store.transaction() as uow:
            standing = standing_consent(await uow.consents.of(of), Purpose.MARKETING, "sms")
            asked = await uow.opt_out_questions.unsettled(of)
        since = standing.at if standing is not None and standing.granted else datetime.min.replace(tzinfo=UTC)
        return any(one.asking is Asking.DOUBT and one.asked_at >= since for one in asked)

    async def queue(self, key: str, text: str = "An offer.", **more: Any) -> OutboxEntry:
        """Put a message for Ana's phone into the outbox: marketing, unless `more` says otherwise."""
        now = self.clock.now()
        entry = OutboxEntry(
            id=OutboxId(f"id of {key}"),
            key=key,
            dispatch=ChannelMessage("sms", PHONE, Text(text)),
            purpose=Purpose.MARKETING,
            profile_id=ANA,
            created_at=now,
            due_at=now,
        )
        entry = replace(entry, **more)
        async with self.store.transaction() as uow:
            await uow.outbox.add(entry)
        return entry

    async def entry(self, key: str) -> OutboxEntry:
        async with self.store.transaction() as uow:
            found = await uow.outbox.by_key(key)
        assert found is not None, f"the outbox has no {key}"
        return found

    async def outcome(self, key: str = "k") -> tuple[OutboxStatus, str]:
        entry = await self.entry(key)
        return entry.status, entry.reason

    async def at(self, channel: str = "sms", address: str = PHONE) -> Conversation:
        async with self.store.transaction() as uow:
            found = await uow.conversations.at(channel, address)
        assert found is not None
        return found

    async def decisions(self, of: ProfileId = ANA) -> list[Decision]:
        async with self.store.transaction() as uow:
            return list(await uow.consents.decisions(of))

    async def handoff(self, channel: str = "sms", address: str = PHONE) -> Handoff:
        """The open hand-off of this conversation."""
        conversation = await self.at(channel, address)
        async with self.store.transaction() as uow:
            found = await uow.handoffs.open_in(conversation.id)
        assert found is not None
        return found

    async def handoff_by_id(self, handoff_id: HandoffId) -> Handoff:
        async with self.store.transaction() as uow:
            return await uow.handoffs.get(handoff_id)

    async def enrolments(self, of: ProfileId = ANA) -> list[Enrolment]:
        """Those that wait."""
        async with self.store.transaction() as uow:
            return list(await uow.enrolments.waiting(of))

    async def enrolment(self, enrolment_id: EnrolmentId) -> Enrolment:
        async with self.store.transaction() as uow:
            return await uow.enrolments.get(enrolment_id)

    async def feed(self, name: str) -> list[Mapping[str, Any]]:
        async with self.store.transaction() as uow:
            return [one.item for one in await uow.feeds.read([name], after=0)]

    # ------------------------------------------------------------ the work

    async def happens(self, event: str, *, to: ProfileId = ANA, **data: Any) -> None:
        async with self.store.transaction() as uow:
            await tell_journeys(uow, self.runtime, to, [Emit(event, data)], self.clock.now())

    async def do(self, *effects: PersonEffect, cause: Cause | None = None) -> None:
        """Perform these effects for Ana in one transaction."""
        async with self.store.transaction() as uow:
            await self.do_in(uow, *effects, cause=cause)

    async def do_in(self, uow: UnitOfWork, *effects: PersonEffect, cause: Cause | None = None) -> None:
        conversation = await uow.conversations.at("sms", PHONE)
        cause = cause or Cause("cause", ANA, conversation.id if conversation else None)
        await perform(uow, self.runtime, effects, cause, self.clock.now())

    async def deeds(self) -> list[Deed]:
        """What the audit log has, in order."""
        async with self.store.transaction() as uow:
            return [one.deed for one in await uow.audit.after(0, 100)]

    async def settle(self) -> None:
        """Take every turn, advance every due journey and deliver what is due, until all is still."""
        for _ in range(100):
            async with self.store.transaction() as uow:
                waiting = await uow.inbox.waiting_conversations(self.clock.now(), 100)
            done = [await converse(self.runtime, ConversationId(one)) for one in waiting]
            if not (
                any(done)
                or await keep_schedules(self.runtime)
                or await advance_due(self.runtime)
                or await deliver_due(self.runtime)
            ):
                return
        raise AssertionError("it never became still")

    async def later(self, **how_long: float) -> datetime:
        """The clock moves on, and what has become due happens."""
        now = self.clock.forward(timedelta(**how_long))
        await self.settle()
        return now.astimezone(UTC)
