"""What a CRM is, and what some CRMs can do besides."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Protocol, runtime_checkable

from bot.domain.crm import CrmEvent, CrmMerge, CrmPage, CrmRecord, FieldValue
from bot.domain.handoff import Lead
from bot.ports.webhooks import WebhookRequest


@runtime_checkable
class Crm(Protocol):
    @property
    def name(self) -> str: ...

    async def find(self, lead: Lead, fields: Collection[str]) -> CrmRecord | None:
        """The lead's record with these of its fields, by our id of them or else by their e-mail address."""

    async def upsert(self, lead: Lead, fields: Mapping[str, FieldValue], *, found: CrmRecord | None, key: str) -> str:
        """Write these fields of the record that was found, or make it; its id there.

        Harmless when repeated: a record that an earlier try made is found again. Raises as Channel.send does,
        and CredentialRefused where it does not let us in.
        """

    async def note(self, crm_id: str, text: str, *, key: str) -> None:
        """Add a note to the record, once for each `key`."""

    def parse(self, request: WebhookRequest) -> Sequence[CrmEvent | CrmMerge]:
        """Verify and translate what the CRM sends to `/crms/<name>`; no I/O. Raises WebhookRejected."""

    async def close(self) -> None: ...


@runtime_checkable
class WritesTogether(Protocol):
    """A CRM that takes a record and a note on it in one call, of which it does both or neither."""

    async def upsert_with_note(
        self, lead: Lead, fields: Mapping[str, FieldValue], note: str, *, found: CrmRecord | None, key: str
    ) -> str:
        """As Crm.upsert and Crm.note, with one `key` for both."""


@runtime_checkable
class GivesPeople(Protocol):
    """A CRM whose records can be read one page after another, for an import."""

    async def page(self, fields: Collection[str], *, after: str) -> CrmPage:
        """The records behind `after` (all, where it is empty), with these of their fields. Raises as Crm.find does."""


@runtime_checkable
class KeepsTasks(Protocol):
    """A CRM in which somebody can be told to do something."""

    async def task(self, crm_id: str, text: str, *, key: str) -> None:
        """Add a task that is open to the record, once for each `key`."""


@runtime_checkable
class KeepsDeals(Protocol):
    """A CRM with deals beside its records."""

    async def deal(self, lead: Lead, crm_id: str, fields: Mapping[str, FieldValue], *, key: str) -> None:
        """Write these fields of the lead's deal, or make it, and join it to the record. Harmless when repeated."""


@runtime_checkable
class ErasesRecords(Protocol):
    """A CRM that can be told to forget a person. Raises as Channel.send does; harmless when repeated."""

    async def delete(self, crm_id: str) -> None:
        """Delete the record, and what the CRM deletes with it; does nothing if there is none with this id."""

    async def anonymise(self, crm_id: str, fields: Collection[str]) -> None:
        """Keep the record, without these fields and whatever else says whose it is; nothing where there is none."""
