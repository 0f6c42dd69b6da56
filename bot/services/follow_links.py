"""Follow links: have those in a journey's message lead through an address of ours, where that is wanted and allowed."""

from __future__ import annotations

import string
from datetime import datetime
from hashlib import sha256

from bot.domain.delivery import ChannelMessage, OutboxEntry, sent_by
from bot.domain.ids import ProfileId
from bot.domain.journey import OPT_OUT_SIGNAL
from bot.domain.links import CODE_LENGTH, SentLink
from bot.domain.message import Content, Text
from bot.domain.person import Profile
from bot.journeys.links import followed_in, links_of, with_links
from bot.ports import UnitOfWork
from bot.services.runtime import Runtime

LETTERS = string.digits + string.ascii_letters
SHORTEST_PAGE, LONGEST_PAGE = 4, 12
"""Characters that name a page. Two pages may come to the same ones; then one more is taken."""


async def follow_links(
    uow: UnitOfWork, runtime: Runtime, entry: OutboxEntry, message: ChannelMessage, content: Content, now: datetime
) -> Content:
    """The content as it leaves. The same message has the same links at each try."""
    if not message.follows_links or not isinstance(content, Text) or content.template is not None:
        return content
    response = runtime.library.current().assistant.responses.get(message.response)
    if response is None or entry.profile_id is None or entry.enrolment_id is None:
        return content
    wanted = links_of(content, followed_in(response, runtime.links.followed("")))
    if not wanted or not await _may_follow(uow, runtime, entry.profile_id, message, now):
        return content
    run = await uow.enrolments.get(entry.enrolment_id)
    _, step, _ = sent_by(entry)
    ours: dict[str, str] = {}
    for link in sorted(wanted):  # in one order: two messages with new pages do not wait for each other
        code = await _page(uow, runtime, link) + _in_letters(runtime, f"{entry.key}:{link}")[:CODE_LENGTH]
        if await uow.sent_links.keep(SentLink(code, entry.key, run.journey, step)):
            ours[link] = runtime.links.followed(code)
    return with_links(content, lambda link: ours.get(link, link))


async def _may_follow(
    uow: UnitOfWork, runtime: Runtime, person: ProfileId, message: ChannelMessage, now: datetime
) -> bool:
    abilities = runtime.channel(message.channel).abilities
    if abilities.spoken or abilities.own_lines or not runtime.opens_links(message.channel):
        return False
    return await may_be_noted(uow, runtime, await uow.profiles.get(person), message, now)


async def may_be_noted(
    uow: UnitOfWork, runtime: Runtime, person: Profile, message: ChannelMessage, now: datetime
) -> bool:
    """Whether a rule allows it as of now, and so do they: they want marketing there and the address is theirs, no
    objection or restriction stands, and no browser of theirs asked for privacy (GPC)."""
    country = runtime.country_at(message.channel, message.address)
    if not runtime.library.current().rules.follows_links(country, message.channel, now):
        return False
    if person.objected_at is not None or person.restricted_at is not None:
        return False
    if await uow.consents.refusal(message.channel, message.address) is not None:
        return False
    return not (await uow.timeline.counts(person.id, {OPT_OUT_SIGNAL})).get(OPT_OUT_SIGNAL)


async def _page(uow: UnitOfWork, runtime: Runtime, url: str) -> str:
    letters = _in_letters(runtime, f"page:{url}")
    for length in range(SHORTEST_PAGE, LONGEST_PAGE):
        if await uow.sent_links.keep_page(letters[:length], url):
            return letters[:length]
    raise AssertionError("two addresses have one digest")


def _in_letters(runtime: Runtime, text: str) -> str:
    """A digest that nobody can work out without the installation's secret, in digits and letters."""
    number, found = int(sha256(runtime.seal(f"link:{text}").encode()).hexdigest(), 16), ""
    while number:
        number, rest = divmod(number, len(LETTERS))
        found += LETTERS[rest]
    return found
