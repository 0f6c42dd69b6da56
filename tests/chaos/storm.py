"""Conversations by text message while everything is killed; then what came of each, by the database and by Twilio."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from random import Random
from urllib.parse import urlencode

from aiohttp import ClientError, ClientSession, ClientTimeout
from sqlalchemy import RowMapping, text
from sqlalchemy.ext.asyncio import create_async_engine
from twilio.request_validator import RequestValidator

from connectors import twilio_messaging
from tests.chaos.fleet import LONG_AWAY, Fleet, fleet, message_of
from tests.connectors.vendor_server import SECRET, SERVICE_URL

LINES = ("Hello", "What does it cost?", "Are you human?")
STOPS = 0.2
"""The share of customers whose last word is STOP; they write once more before that, at the same moment."""

REPEATED = 0.2
"""The share of webhooks that come again, later and out of order."""

PATIENT = 0.7
"""The share of messages whose writer waits for an answer before the next."""

AT_ONCE = 24
LARGE = 100
"""From so many conversations on there is time for what takes long: a stall, and a Redis that stays away."""

TELL_EVERY = 15.0
ANSWERED_WITHIN = 120.0
CALM_WITHIN = 600.0
ACCOUNT = twilio_messaging.sandbox_values(SECRET)


@dataclass
class Outcome:
    """What was done, and what is wrong: everything from `lost` on should be nothing."""

    conversations: int = 0
    begun: int = 0
    messages: int = 0
    repeated: int = 0
    crashes: Counter[str] = field(default_factory=Counter)
    faults: Counter[str] = field(default_factory=Counter)
    sent: int = 0
    seconds: float = 0.0
    calm_after: float = 0.0
    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    out_of_order: list[str] = field(default_factory=list)
    after_stop: list[str] = field(default_factory=list)
    unsettled: list[str] = field(default_factory=list)

    @property
    def is_clean(self) -> bool:
        return not (self.lost or self.doubled or self.out_of_order or self.after_stop or self.unsettled)


async def storm(
    folder: Path,
    conversations: int,
    *,
    seed: int = 7,
    every: float = 2.0,
    at_once: int = AT_ONCE,
    minutes: float = float("inf"),
    call_seconds: float = 20.0,
    tell: Callable[[str], None] = lambda _: None,
) -> Outcome:
    """Something is killed `every` so many seconds, PostgreSQL and Redis once each, in the middle.

    After `minutes` no more conversations are begun. `call_seconds` is the longest that a call to the vendor takes: six
    times as long, what a kill left in the middle of one waits. `tell` is told now and then how far it is.
    """
    chance, outcome = Random(seed), Outcome(conversations)
    async with (
        fleet(folder, chance, call_seconds=call_seconds) as ours,
        ClientSession(timeout=ClientTimeout(total=20)) as http,
    ):
        run = _Run(ours, http, chance, outcome)
        begun = time.monotonic()
        ends = begun + minutes * 60
        killing = asyncio.create_task(run.kill(every, begun, ends))
        try:
            async with asyncio.TaskGroup() as working:
                telling = working.create_task(run.tell(tell))
                await run.talk(at_once, ends)
                telling.cancel()
        finally:
            run.is_over.set()
            await killing
        await run.make_sure_that_each_was_killed()
        ours.twilio.is_calm = True
        outcome.seconds = time.monotonic() - begun
        tell(f"all has been said after {outcome.seconds:.0f} s; waiting until all is settled")
        await run.until_calm()
        outcome.calm_after = time.monotonic() - begun - outcome.seconds
        outcome.crashes, outcome.faults = ours.crashes, ours.twilio.met
        await run.judge()
    return outcome


class _Run:
    def __init__(self, ours: Fleet, http: ClientSession, chance: Random, outcome: Outcome) -> None:
        self._fleet, self._http, self._chance, self._outcome = ours, http, chance, outcome
        self._said: dict[str, list[str]] = {}
        self._stopped: dict[str, str] = {}
        self._done = 0
        self._is_large = outcome.conversations >= LARGE
        self.is_over = asyncio.Event()
        self._engine = create_async_engine(ours.postgresql.url)

    # ------------------------------------------------------------ the storm

    async def talk(self, at_once: int, ends: float) -> None:
        turn = asyncio.Semaphore(at_once)

        async def one(number: int) -> None:
            async with turn:
                if time.monotonic() < ends:
                    self._outcome.begun += 1
                    await self._converse(f"+4477009{number:05}")
                self._done += 1

        await asyncio.gather(*(one(number) for number in range(self._outcome.conversations)))

    async def _converse(self, number: str) -> None:
        said = self._said[number] = []
        for line in LINES:
            said.append(await self._write(number, line))
            if self._chance.random() < PATIENT:
                await self._answered(said[-1])
            if self._chance.random() < REPEATED:
                self._outcome.repeated += 1
                again = self._chance.randrange(len(said))
                await self._deliver(number, LINES[again], said[again])
        if self._chance.random() < STOPS:
            said.append(await self._write(number, "What does it cost?"))
            self._stopped[number] = await self._write(number, "STOP")
            said.append(self._stopped[number])

    async def _answered(self, sid: str) -> None:
        """Until Twilio has taken an answer, or as long as somebody would wait."""
        ends = time.monotonic() + ANSWERED_WITHIN
        while sid not in self._fleet.feed.answered and time.monotonic() < ends:  # noqa: ASYNC110 - told by nobody
            await asyncio.sleep(0.1)

    async def _write(self, number: str, words: str) -> str:
        sid = f"SM{hashlib.md5(f'{number}:{len(self._said[number])}'.encode()).hexdigest()}"
        await self._deliver(number, words, sid)
        self._outcome.messages += 1
        return sid

    async def _deliver(self, number: str, words: str, sid: str) -> None:
        """As Twilio does: again, until somebody takes it."""
        fields = {
            "MessageSid": sid,
            "AccountSid": ACCOUNT["TWILIO_ACCOUNT_SID"],
            "From": number,
            "To": ACCOUNT["TWILIO_FROM"],
            "Body": words,
            "NumMedia": "0",
        }
        signature = RequestValidator(ACCOUNT["TWILIO_AUTH_TOKEN"]).compute_signature(
            f"{SERVICE_URL}/channels/sms/inbound", fields
        )
        headers = {"X-Twilio-Signature": signature, "Content-Type": "application/x-www-form-urlencoded"}
        while True:
            server = self._chance.choice(self._fleet.servers)
            try:
                async with self._http.post(
                    f"{server.address}/channels/sms/inbound", data=urlencode(fields).encode(), headers=headers
                ) as response:
                    if response.status < 300:
                        return
                    if response.status < 500 and response.status != 429:
                        raise AssertionError(f"refused with {response.status}: {await response.text()}")
            except (ClientError, OSError, TimeoutError):
                pass  # killed in the middle of it
            await asyncio.sleep(0.3)

    async def kill(self, every: float, begun: float, ends: float) -> None:
        """Workers mostly, a server now and then; each of PostgreSQL and Redis once, a third and two thirds through.

        Through the conversations or, on a machine that will not come to all of them, through the time.
        """
        while not await self._over_within(self._chance.uniform(0.5, 1.5) * every):
            passed = (time.monotonic() - begun) / (ends - begun)
            through = max(self._done / self._outcome.conversations, passed)
            if through > 1 / 3 and not self._fleet.crashes["PostgreSQL crashed"]:
                await self._fleet.crash_postgresql()
            elif through > 2 / 3 and not self._fleet.crashes["Redis crashed, and emptied"]:
                await self._fleet.crash_redis()
            elif through > 5 / 6 and self._is_large and not self._fleet.crashes["Redis away for long"]:
                await self._fleet.crash_redis(LONG_AWAY)
            else:
                await self._harm_a_process()

    async def _harm_a_process(self) -> None:
        kind = self._chance.random()
        if kind < 0.7:
            await self._fleet.kill_a_worker(self._chance)
        elif kind < 0.8 and self._is_large:
            await self._fleet.stall_a_worker(self._chance, self._chance.uniform(10, 20))
        else:
            await self._fleet.kill_a_server(self._chance)

    async def tell(self, tell: Callable[[str], None]) -> None:
        while True:
            await asyncio.sleep(TELL_EVERY)
            crashes = ", ".join(f"{count} {what}" for what, count in self._fleet.crashes.items())
            waiting = self._outcome.messages - len(self._fleet.feed.answered)
            tell(f"{self._done:,} of {self._outcome.conversations:,}; {waiting:,} messages to answer; {crashes}")

    async def _over_within(self, seconds: float) -> bool:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self.is_over.wait(), seconds)
        return self.is_over.is_set()

    async def make_sure_that_each_was_killed(self) -> None:
        if not self._fleet.crashes["PostgreSQL crashed"]:
            await self._fleet.crash_postgresql()
        if not self._fleet.crashes["Redis crashed, and emptied"]:
            await self._fleet.crash_redis()
        if not self._fleet.crashes["workers killed"]:
            await self._fleet.kill_a_worker(self._chance)

    # ------------------------------------------------------------ afterwards

    async def until_calm(self) -> None:
        ends = time.monotonic() + CALM_WITHIN
        while await self._count(UNSETTLED) and time.monotonic() < ends:  # noqa: ASYNC110 - told by nobody
            await asyncio.sleep(0.5)

    async def _count(self, query: str) -> int:
        async with self._engine.connect() as connection:
            return int((await connection.execute(text(query))).scalar_one())

    async def _rows(self, query: str) -> list[RowMapping]:
        async with self._engine.connect() as connection:
            return list((await connection.execute(text(query))).mappings())

    async def judge(self) -> None:
        outcome = self._outcome
        inbox = {row["vendor_id"]: row for row in await self._rows(INBOX)}
        outbox = {row["key"]: row for row in await self._rows(OUTBOX)}
        await self._engine.dispose()
        answered = {message_of(key) for key in outbox}
        taken = self._fleet.feed.taken
        outcome.sent = sum(map(len, taken.values()))
        sent_to: defaultdict[str, list[str]] = defaultdict(list)
        for key, row in outbox.items():
            if row["status"] == "sent":
                sent_to[row["address"]].append(key)
        for number, said in self._said.items():
            got = taken[number]
            outcome.lost += [one for one in said if one not in inbox or inbox[one]["status"] != "done"]
            outcome.lost += [one for one in said if one not in answered]
            outcome.lost += [key for key in sent_to[number] if key not in got]
            outcome.doubled += [key for key, times in Counter(got).items() if times > 1]
            if not _ascend(inbox[one]["position"] for one in said if one in inbox):
                outcome.out_of_order.append(f"{number}: what came in")
            if not _ascend(outbox[key]["position"] for key in got if key in outbox):
                outcome.out_of_order.append(f"{number}: what left")
            if stop := self._stopped.get(number):
                answers = [message_of(key) for key in got]
                after = answers[answers.index(stop) :] if stop in answers else []
                outcome.after_stop += [f"{number}: {one}" for one in after if one != stop]
        outcome.unsettled = [f"{row['key']}: {row['status']}" for row in outbox.values() if not _is_settled(row)]


def _ascend(places: Iterable[int]) -> bool:
    return all(here < there for here, there in pairwise(places))


def _is_settled(row: RowMapping) -> bool:
    return row["status"] in ("sent", "withheld") or (row["status"] == "dead" and bool(row["reason"]))


INBOX = "SELECT vendor_id, status, position FROM inbox WHERE channel = 'sms' AND vendor_id LIKE 'SM%'"
OUTBOX = """SELECT o.key, o.status, o.reason, o.position, c.address FROM outbox o
    JOIN conversation c ON c.id = o.conversation_id WHERE o.channel = 'sms'"""
UNSETTLED = """SELECT (SELECT count(*) FROM inbox WHERE channel = 'sms' AND vendor_id LIKE 'SM%' AND status = 'waiting')
    + (SELECT count(*) FROM outbox WHERE channel = 'sms' AND status IN ('waiting', 'sending'))"""
