"""Desk command: what a rep asks for in words, done at once; the answer is for them alone."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime

import structlog

from bot.domain.access import Role
from bot.domain.audience import ProfileSchema
from bot.domain.audit import Deed
from bot.domain.effects import OptOut
from bot.domain.errors import Conflict
from bot.domain.handoff import Handoff, HandoffState
from bot.domain.ids import ProfileId
from bot.domain.message import DeskCommand
from bot.domain.score import total_score
from bot.ports import UnitOfWork
from bot.services.admit import NoSuchJourney, admit
from bot.services.cause import Cause
from bot.services.enrol import tell_journeys
from bot.services.know_person import NoSuchPerson, Wanted, by_name, look_for
from bot.services.name_customer import name_customer
from bot.services.offer import desk_time, rep_known_as
from bot.services.perform import perform
from bot.services.runtime import Runtime
from bot.services.tell_consent import consent_by_channel

log = structlog.get_logger()

USAGE = """leads: the conversations that you have claimed, or are offered
meetings: what is booked with you
search <words>: people with these words in a name, address or number
start <journey> <person>: let somebody into a journey
consent <person>: what somebody agreed to
opt out <person>: end all marketing to somebody
A person is an id, a phone number, an e-mail address, or your own id of them."""

COMMAND = re.compile(r"(leads|my leads|meetings|search|start|consent|opt[ -]out)\b(.*)", re.IGNORECASE | re.DOTALL)
MOST_SHOWN = 10
NONE_BOOKED = "Nothing is booked with you."
PHONE = re.compile(r"\+[0-9 ().-]+")


async def obey(runtime: Runtime, command: DeskCommand) -> str:
    """Do what the command says; what to tell the rep. Words that say nothing we know get the list of those that do."""
    try:
        return await _do(runtime, command)
    except (NoSuchPerson, NoSuchJourney) as error:
        said = str(error)
        return f"{said[0].upper()}{said[1:]}."
    except Conflict:
        return "Something else happens to this person right now, so nothing was done. Try again."


async def _do(runtime: Runtime, command: DeskCommand) -> str:
    command = _by_name(runtime, command)
    said = COMMAND.fullmatch(command.words)
    verb, rest = (said[1].lower().replace("-", " "), said[2].split()) if said else ("", [])
    match verb, rest:
        case "leads" | "my leads", []:
            return await _leads(runtime, command)
        case "meetings", []:
            return await _meetings(runtime, command)
        case "search", [_, *_]:
            return await _search(runtime, " ".join(rest))
        case "start", [journey, _, *_]:
            return await _start(runtime, command, journey, _person(rest[1:]))
        case "consent", [_, *_]:
            return await _consent(runtime, command, _person(rest))
        case "opt out", [_, *_]:
            return await _opt_out(runtime, command, _person(rest))
    return USAGE


def _by_name(runtime: Runtime, command: DeskCommand) -> DeskCommand:
    """The rep by the name that a desk's file has for them: hand-offs are held under that one."""
    rep = rep_known_as(runtime, command.channel, command.rep_member)
    return command if rep is None else replace(command, rep=rep.name)


def _person(words: list[str]) -> str:
    name = " ".join(words)
    return re.sub(r"[ ().-]", "", name) if PHONE.fullmatch(name) else name


async def _leads(runtime: Runtime, command: DeskCommand) -> str:
    async with runtime.store.transaction() as uow:
        held = await uow.handoffs.held_by(command.channel, command.rep, limit=MOST_SHOWN + 1)
        lines = [
            f"{await _known_as(uow, runtime, one.profile_id, runtime.clock.now())} — {one.reason}{_unclaimed(one)}"
            for one in held[:MOST_SHOWN]
        ]
    if not lines:
        return "You have claimed no conversation that is still open, and are offered none."
    return "\n".join([*lines, *(["... and more"] if len(held) > MOST_SHOWN else [])])


def _unclaimed(handoff: Handoff) -> str:
    return " (offered to you, not claimed yet)" if handoff.state is HandoffState.REQUESTED else ""


async def _meetings(runtime: Runtime, command: DeskCommand) -> str:
    now = runtime.clock.now()
    async with runtime.store.transaction() as uow:
        booked = await uow.meetings.of_rep(command.rep, now, limit=MOST_SHOWN)
        lines = [
            f"{desk_time(runtime, await uow.handoffs.get(one.handoff_id), one.starts_at)}: "
            f"{await _known_as(uow, runtime, one.profile_id, now)}"
            for one in booked
        ]
    return "\n".join(lines) or NONE_BOOKED


async def _search(runtime: Runtime, words: str) -> str:
    hidden = (runtime.library.current().profile or ProfileSchema()).hidden_from(Role.REP)
    async with runtime.store.transaction() as uow:
        found = await look_for(uow, words, region=runtime.region, limit=MOST_SHOWN + 1, besides=hidden)
        lines = [await _known_as(uow, runtime, one, runtime.clock.now()) for one in found[:MOST_SHOWN]]
    if not lines:
        return f'Nobody has "{words}" in an identity, an attribute or a tag.'
    return "\n".join([*lines, *(["... and more; look for more words"] if len(found) > MOST_SHOWN else [])])


async def _start(runtime: Runtime, command: DeskCommand, journey: str, name: str) -> str:
    async with runtime.store.transaction() as uow:
        who = await by_name(uow, name)
        shown = await _known_as(uow, runtime, who, runtime.clock.now())
    key = f"{command.channel}:{command.vendor_id}"
    wanted, by = Wanted(profile_id=who), _deed(command, "")
    admitted = await admit(runtime, journey, wanted, {"rep": command.rep}, key=key, by=by)
    if admitted.outcome == "not_entered":
        return f"Not entered: {admitted.why}. {shown}"
    held_out = admitted.outcome == "held_out"
    return f"In {journey} now{', held out: nothing will be sent' if held_out else ''}. {shown}"


async def _consent(runtime: Runtime, command: DeskCommand, name: str) -> str:
    async with runtime.store.transaction() as uow:
        who = await by_name(uow, name)
        now = runtime.clock.now()
        lines = [await _known_as(uow, runtime, who, now)]
        lines += consent_by_channel(await uow.profiles.get(who), await uow.consents.of(who), now)
        await uow.audit.note(_deed(command, "person.looked_at", who), now)
    return "\n".join(lines if len(lines) > 1 else [*lines, "Was never asked, so gets no marketing."])


async def _opt_out(runtime: Runtime, command: DeskCommand, name: str) -> str:
    now = runtime.clock.now()
    async with runtime.store.transaction() as uow:
        who = await by_name(uow, name)
        shown = await _known_as(uow, runtime, who, now)
        cause = Cause(f"{command.channel}:{command.vendor_id}", who)
        emitted = await perform(uow, runtime, [OptOut(f"told {command.rep} at the desk")], cause, now)
        await tell_journeys(uow, runtime, who, emitted, now)
        await uow.audit.note(_deed(command, "person.opted_out", who), now)
    log.info("a rep has opted somebody out", profile=who)
    return f"Gets no more marketing, and what was queued is taken back. {shown}"


def _deed(command: DeskCommand, what: str, about: str = "") -> Deed:
    """What the rep does, as the audit log has it: by the desk's own id of them, where it gives one."""
    return Deed(what, f"{command.channel}:{command.rep_member or command.rep}", about)


async def _known_as(uow: UnitOfWork, runtime: Runtime, who: ProfileId, now: datetime) -> str:
    """One line that tells a rep who it is."""
    identities = [one.value for one in await uow.profiles.identities(who) if one.kind in ("phone", "email")]
    grade = runtime.library.current().grades.of(total_score(await uow.scores.of(who), now))
    return " · ".join([await name_customer(uow, runtime, who), *identities, f"grade {grade}", who])
