"""What happens between Overture and the CRM, and what the CRM has of it in the end."""

from __future__ import annotations

import asyncio
import secrets
import shutil
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import asyncpg
from aiohttp import ClientSession

from bot.client import Client, OvertureClientError
from tests.crm_peer.crm import Account
from tests.crm_peer.receiver import Receiver, receiving
from tests.lending import ROOT
from tests.running import RunningServer

SETTLES_WITHIN = 600.0
TYPED_BY_SALES = "Typed by sales"
STAGE = "in process"

CONTENT: Mapping[str, str] = {
    "tell-sales.yml": """\
journey: tell-sales
purpose: service
enter: {api: true, again: always}
at_once: many
steps:
  - crm: {note: "= 'Note number ' + text(event.number) + '.'"}
""",
    "hear-of-stages.yml": """\
journey: hear-of-stages
purpose: service
enter: {event: crm.stage_changed, again: always}
steps:
  - crm: {note: "= 'Heard of the stage ' + event.stage + '.'"}
""",
    "hear-of-owners.yml": """\
journey: hear-of-owners
purpose: service
enter: {event: crm.owner_changed, again: always}
steps:
  - crm: {note: "= 'Heard of the owner ' + event.owner + '.'"}
""",
    "crm/webhook.yml": """\
crm: webhook
fields:
  overture_lead: {from: lead.id, overwrite: true}
  email: lead.email
  first_name: lead.first_name
  last_name: lead.last_name
  company_name: profile.company
  overture_team_size: {from: profile.team_size, overwrite: true}
  overture_opted_out: {from: lead.opted_out, overwrite: true}
""",
}


@dataclass
class Outcome:
    """What went between them, and beneath `leads_lost` what was wrong with it, which should be nothing."""

    leads: int
    notes: int
    calls: int = 0
    faults: int = 0
    kills: int = 0
    leads_lost: int = 0
    leads_doubled: int = 0
    leads_stale: int = 0
    notes_lost: int = 0
    notes_doubled: int = 0
    typed_over: int = 0
    changes_unheard: int = 0
    opt_outs_unheard: int = 0
    opt_outs_untold: int = 0

    @property
    def is_clean(self) -> bool:
        names = [one.name for one in fields(self)]
        return not any(getattr(self, name) for name in names[names.index("leads_lost") :])

    def lines(self, seconds: float) -> Iterator[str]:
        yield "| " + " | ".join(one.name.replace("_", " ") for one in fields(self)) + " | s |"
        yield "|---" * (len(fields(self)) + 1) + "|"
        yield "| " + " | ".join(str(getattr(self, one.name)) for one in fields(self)) + f" | {seconds:.0f} |"


async def run(account: Account, folder: Path, leads: int, kills: int, trouble: float) -> Outcome:
    """Two rounds of changes of each lead, with Overture killed among them; then what sales does in the CRM."""
    secret, token = secrets.token_hex(16), secrets.token_hex(16)
    outcome = Outcome(leads, 2 * leads, kills=kills)
    async with receiving(account.address, account.token, secret, trouble=trouble) as receiver:
        server = RunningServer(folder / "overture", environment(folder, receiver.url, secret, token)).start()
        try:
            scene = _Scene(account, receiver, server, token)
            await scene.sales_knows(0)
            await asyncio.gather(scene.change(leads), scene.kill(kills))
            await scene.settled(outcome)
            await scene.judge(outcome)
            await scene.hear_of_sales(outcome)
            await scene.opt_outs(outcome)
        except BaseException:
            print(server.log()[-3000:])
            raise
        finally:
            server.kill()
        outcome.calls, outcome.faults = receiver.calls, receiver.faults
    return outcome


def environment(folder: Path, crm: str, secret: str, token: str) -> dict[str, str]:
    """Overture with the sample's assistant, whose attributes have to be declared, and journeys for the CRM alone."""
    journeys, profile = folder / "journeys", (ROOT / "journeys" / "profile.yml").read_text(encoding="utf-8")
    shutil.copytree(ROOT / "journeys" / "rules", journeys / "rules")
    (journeys / "profile.yml").write_text(f"{profile}  company: {{type: text, label: Company}}\n", encoding="utf-8")
    for name, text in CONTENT.items():
        (journeys / name).parent.mkdir(parents=True, exist_ok=True)
        (journeys / name).write_text(text, encoding="utf-8")
    return {
        "OVERTURE_JOURNEYS": str(journeys),
        "OVERTURE_CONNECTORS": "webchat,twilio_messaging,slack,webhook",
        "OVERTURE_API_TOKEN": token,
        "CRM_WEBHOOK_URL": crm,
        "CRM_WEBHOOK_SECRET": secret,
    }


class _Scene:
    def __init__(self, account: Account, receiver: Receiver, server: RunningServer, token: str) -> None:
        self._account = account
        self._receiver = receiver
        self._server = server
        self._token = token
        self.sizes: dict[str, int] = {}
        self._notes = 0

    async def sales_knows(self, number: int) -> None:
        """Somebody is in the CRM already, with a company that stays."""
        lead = {"title": "Known", "first_name": "Known", "last_name": "Before", "email": _address(number)}
        await self._at_crm("POST", "/api/leads/", {**lead, "company_name": TYPED_BY_SALES})

    async def change(self, leads: int) -> None:
        """Each lead is known better, twice, and there is a note on each change."""
        for _ in range(2):
            for number in range(leads):
                self._notes += 1
                note = self._notes
                self.sizes[_address(number)] = note
                known = {"name": f"Lead Number{number}", "company": "Example Ltd", "teamSize": note}
                await self._tell(number, note, known)

    async def _tell(self, number: int, note: int, known: Mapping[str, Any]) -> None:
        """Until Overture has taken both: it is killed now and then, and the keys make a second try harmless."""
        person, ends = {"email": _address(number)}, time.monotonic() + SETTLES_WITHIN
        while True:
            try:
                async with Client(self._server.address, token=self._token) as api:
                    await api.identify(person, known, key=f"known-{note}")
                    await api.enrol("tell-sales", person, {"number": note}, key=f"note-{note}")
                return
            except OvertureClientError:
                if time.monotonic() > ends:
                    raise
                await asyncio.sleep(0.2)

    async def kill(self, times: int) -> None:
        for _ in range(times):
            await asyncio.sleep(2)
            await asyncio.to_thread(self._server.kill)
            await asyncio.to_thread(self._server.start)

    async def settled(self, outcome: Outcome) -> None:
        async def enough() -> bool:
            return len(set(await self._notes_there())) >= outcome.notes

        await _until(enough)

    async def judge(self, outcome: Outcome) -> None:
        """By the CRM's own database."""
        rows = await self._select("SELECT email, company_name, custom_fields->>'overture_team_size' AS size FROM lead")
        there = Counter(row["email"] for row in rows)
        outcome.leads_lost = len(self.sizes.keys() - there.keys())
        outcome.leads_doubled = sum(count - 1 for count in there.values())
        sizes = {row["email"]: row["size"] for row in rows}
        outcome.leads_stale = sum(float(sizes.get(one) or 0) != size for one, size in self.sizes.items())
        outcome.typed_over = sum(row["company_name"] != TYPED_BY_SALES for row in rows if row["email"] == _address(0))
        await self._count_notes(outcome)

    async def hear_of_sales(self, outcome: Outcome) -> None:
        """Sales moves a lead on and takes it; journeys hear of both, once, and write a note each."""
        async with ClientSession() as http:
            await self._receiver.tell(http, self._server.address)
            lead = await self._record(_address(1))
            me = (await self._at_crm("GET", "/api/leads/"))["users"][0]["id"]
            await self._at_crm("PATCH", f"/api/leads/{lead}/", {"status": STAGE, "assigned_to": [str(me)]})
            await self._receiver.tell(http, self._server.address)
            wanted = {f"Heard of the stage {STAGE}.", f"Heard of the owner {me}."}

            async def heard() -> bool:
                return wanted <= {words.partition("\n")[0] for words in await self._comments()}

            outcome.changes_unheard = 0 if await _until(heard, fails=False) else 1
            found = [one for one in await self._comments() if one.startswith("Heard of")]
            outcome.notes_doubled += max(len(found) - len(wanted), 0)

    async def opt_outs(self, outcome: Outcome) -> None:
        """Sales ticks the box of one, who has opted out here then; and it is ticked there of one who opts out here."""
        async with ClientSession() as http, Client(self._server.address, token=self._token) as api:
            lead, own = await self._record(_address(2)), await self._own_id(_address(2))
            body = {"custom_fields": {"overture_lead": own, "overture_opted_out": True}}
            await self._at_crm("PATCH", f"/api/leads/{lead}/", body)
            answers = await self._receiver.tell(http, self._server.address)
            records = (await api.consent(_address(2)))["records"]
            refused = bool(records) and not any(one["granted"] for one in records)
            outcome.opt_outs_unheard = 0 if refused and answers == [{"taken": 1, "duplicates": 0, "ignored": 0}] else 1
            await api.note_objection(_address(3))

            async def ticked() -> bool:
                [row] = await self._select(
                    "SELECT custom_fields->>'overture_opted_out' AS ticked FROM lead WHERE email = $1", _address(3)
                )
                return bool(row["ticked"] == "true")

            outcome.opt_outs_untold = 0 if await _until(ticked, fails=False) else 1

    async def _count_notes(self, outcome: Outcome) -> None:
        there = Counter(await self._notes_there())
        outcome.notes_lost = sum(f"Note number {number}." not in there for number in range(1, outcome.notes + 1))
        outcome.notes_doubled = sum(count - 1 for count in there.values())

    async def _notes_there(self) -> Sequence[str]:
        return [words.partition("\n")[0] for words in await self._comments() if words.startswith("Note number")]

    async def _comments(self) -> Sequence[str]:
        return [row["comment"] for row in await self._select("SELECT comment FROM comment")]

    async def _record(self, email: str) -> str:
        [row] = await self._select("SELECT id FROM lead WHERE email = $1", email)
        return str(row["id"])

    async def _own_id(self, email: str) -> str:
        [row] = await self._select("SELECT custom_fields->>'overture_lead' AS own FROM lead WHERE email = $1", email)
        return str(row["own"])

    async def _at_crm(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> Any:
        """As sales does it, who may do more than our receiver."""
        async with (
            ClientSession(self._account.address) as http,
            http.request(method, path, json=body, headers=self._account.admin) as response,
        ):
            if response.status >= 300:
                raise RuntimeError(f"the CRM refused {method} {path}: {await response.text()}")
            return await response.json()

    async def _select(self, query: str, *values: Any) -> Sequence[Any]:
        """Whatever the CRM's row-level security would hide: as the superuser of this server of ours."""
        connection = await asyncpg.connect(self._account.database.render_as_string(hide_password=False))
        try:
            found: Sequence[Any] = await connection.fetch(query, *values)
            return found
        finally:
            await connection.close()


async def _until(done: Callable[[], Awaitable[bool]], *, fails: bool = True) -> bool:
    ends = time.monotonic() + (SETTLES_WITHIN if fails else 60.0)
    while not await done():
        if time.monotonic() > ends:
            if fails:
                raise RuntimeError(f"the CRM had not everything within {SETTLES_WITHIN:.0f} s")
            return False
        await asyncio.sleep(0.5)
    return True


def _address(number: int) -> str:
    return f"lead-{number}@example.com"
