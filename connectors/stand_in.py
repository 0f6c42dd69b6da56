"""What the stand-ins of CRMs share: records and notes on a feed, which is all that they remember."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from uuid import uuid4

from bot.domain.crm import CrmNews
from bot.ports import FeedWriter, Reply
from connectors.crm_webhooks import NEWS, VALUES

FIRST_ID = 101

Json = Mapping[str, Any]


class Records:
    """The records of one account. Items on the feed are `contact` (a record as it was then) and `note`."""

    def __init__(self, feed: FeedWriter, name: str) -> None:
        self._feed = feed
        self._name = f"sandbox:{name}"

    async def all(self) -> Mapping[str, dict[str, Any]]:
        """The fields of each record, by its id."""
        there = {one["id"]: one for one in await self._items("contact")}
        return {name: dict(one["properties"]) for name, one in there.items() if not one.get("deleted")}

    async def find(self, name: str, value: object) -> str | None:
        """The id of the record whose field has this value, whatever the case."""
        wanted = str(value).lower()
        for record_id, fields in (await self.all()).items():
            if str(fields.get(name, "")).lower() == wanted:
                return record_id
        return None

    async def write(self, record_id: str | None, fields: Json) -> tuple[str, bool]:
        """Change these fields of the record, or make one; its id, and whether it is new."""
        known = await self.all()
        created = record_id is None
        record_id = record_id or await self._next_id()
        item = {"type": "contact", "id": record_id, "created": created}
        item["properties"] = {**known.get(record_id, {}), **fields}
        await self._feed.append(self._name, f"contact:{record_id}:{uuid4()}", item)
        return record_id, created

    async def remove(self, record_id: str) -> None:
        item = {"type": "contact", "id": record_id, "deleted": True, "properties": {}}
        await self._feed.append(self._name, f"contact:{record_id}:{uuid4()}", item)

    async def add_note(self, record_id: str, words: str) -> str:
        note_id = await self._next_id()
        item = {"type": "note", "id": note_id, "contact": record_id, "body": words}
        await self._feed.append(self._name, f"note:{note_id}:{uuid4()}", item)
        return note_id

    async def add(self, kind: str, item: Json) -> str:
        """Something else of this kind, such as a task; its id."""
        item_id = str(item.get("id") or await self._next_id())
        await self._feed.append(self._name, f"{kind}:{item_id}:{uuid4()}", {**item, "type": kind, "id": item_id})
        return item_id

    async def of_kind(self, kind: str) -> Mapping[str, Json]:
        """What there is of this kind, each as it was added last, by its id."""
        return {one["id"]: one for one in await self._items(kind)}

    async def notes(self) -> list[Json]:
        return await self._items("note")

    async def _next_id(self) -> str:
        return str(FIRST_ID + len(await self._feed.items(self._name)))

    async def _items(self, kind: str) -> list[Json]:
        return [one for one in await self._feed.items(self._name) if one["type"] == kind]


def json_reply(status: int, body: Any) -> Reply:
    return Reply(status, json.dumps(body).encode(), "application/json;charset=utf-8")


def read_object(body: bytes) -> Json | None:
    """The JSON object in a request; None where it is none."""
    try:
        found = json.loads(body)
    except ValueError:
        return None
    return found if isinstance(found, dict) else None


def read_deed(deed: Json) -> tuple[CrmNews, str, str]:
    """`{"event": "stage_changed", "record": "101", "stage": "customer"}`: what happens to which record there."""
    news = next((one for one in NEWS if one == deed["event"]), None)
    if news is None:
        raise ValueError(f"an event is one of {', '.join(NEWS)}")
    return news, str(deed["record"]), str(deed[VALUES[news]]) if VALUES[news] else ""
