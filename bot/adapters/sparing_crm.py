"""A CRM that is left alone while it is in trouble, so that an outage uses up nobody's tries."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from datetime import timedelta
from typing import TypeVar

import structlog

from bot.adapters.bulk_reads import BulkReads
from bot.adapters.circuit_breaker import CircuitBreaker
from bot.domain.crm import CrmEvent, CrmMerge, CrmPage, CrmRecord, FieldValue
from bot.domain.delivery import LEFT_ALONE
from bot.domain.errors import CredentialRefused, NotTried, PermanentSendError, TemporarySendError
from bot.domain.handoff import Lead
from bot.ports import Crm, ErasesRecords, GivesPeople, KeepsDeals, KeepsTasks, WebhookRequest, WritesTogether

log = structlog.get_logger()
T = TypeVar("T")

FAILURES = 3
REST = timedelta(minutes=1)
MOST_READS = 1000


class SparingCrm:
    """Calls `crm`, one account, through a circuit breaker. What would be a call while it rests raises NotTried.

    So does a trial that fails: it tells of the outage, and not of the lead whom it was for. Where it does not let us in
    that is a CredentialRefused, unless it has let the same be done since it last refused that: then it refuses this
    record, which uses up a try. `tell` hears that it is left alone, and that it is no more.
    """

    def __init__(
        self,
        crm: Crm,
        breaker: CircuitBreaker | None = None,
        reads: BulkReads | None = None,
        tell: Callable[[str, bool], None] = lambda _crm, _left_alone: None,
    ) -> None:
        self._crm = crm
        self._tell = tell
        self._trouble: TemporarySendError | None = None
        self._let_do: set[str] = set()
        self._reads = reads or BulkReads(crm.name, most=MOST_READS)
        self._breaker = breaker or CircuitBreaker(failures=FAILURES, rest=REST)

    @property
    def name(self) -> str:
        return self._crm.name

    async def find(self, lead: Lead, fields: Collection[str]) -> CrmRecord | None:
        self._ask()
        self._reads.read()
        return await self._watch("find", self._crm.find(lead, fields))

    async def upsert(self, lead: Lead, fields: Mapping[str, FieldValue], *, found: CrmRecord | None, key: str) -> str:
        self._ask()
        crm_id = await self._watch(_writing(found), self._crm.upsert(lead, fields, found=found, key=key))
        if fields or found is None:
            self._reads.wrote()
        return crm_id

    async def upsert_with_note(
        self, lead: Lead, fields: Mapping[str, FieldValue], note: str, *, found: CrmRecord | None, key: str
    ) -> str:
        if isinstance(self._crm, WritesTogether):
            self._ask()
            write = self._crm.upsert_with_note(lead, fields, note, found=found, key=key)
            crm_id = await self._watch(f"{_writing(found)} with note", write)
            self._reads.wrote()
            return crm_id
        crm_id = await self.upsert(lead, fields, found=found, key=key)
        await self.note(crm_id, note, key=key)
        return crm_id

    async def note(self, crm_id: str, text: str, *, key: str) -> None:
        self._ask()
        await self._watch("note", self._crm.note(crm_id, text, key=key))
        self._reads.wrote()

    async def task(self, crm_id: str, text: str, *, key: str) -> None:
        """A note where the CRM has no tasks."""
        if not isinstance(self._crm, KeepsTasks):
            await self.note(crm_id, f"To do: {text}", key=key)
            return
        self._ask()
        await self._watch("task", self._crm.task(crm_id, text, key=key))
        self._reads.wrote()

    async def deal(self, lead: Lead, crm_id: str, fields: Mapping[str, FieldValue], *, key: str) -> None:
        """Nothing where the CRM has no deals."""
        if isinstance(self._crm, KeepsDeals):
            self._ask()
            await self._watch("deal", self._crm.deal(lead, crm_id, fields, key=key))
            self._reads.wrote()

    async def delete(self, crm_id: str) -> None:
        erases = self._erases()
        self._ask()
        await self._watch("delete", erases.delete(crm_id))
        self._reads.wrote()

    async def anonymise(self, crm_id: str, fields: Collection[str]) -> None:
        erases = self._erases()
        self._ask()
        await self._watch("anonymise", erases.anonymise(crm_id, fields))
        self._reads.wrote()

    def _erases(self) -> ErasesRecords:
        if isinstance(self._crm, ErasesRecords):
            return self._crm
        raise PermanentSendError(f"the connector of {self.name} erases nothing: erase it there")

    async def page(self, fields: Collection[str], *, after: str) -> CrmPage:
        """For an import, which an operator asks for and which reads in bulk: such reads are not counted as a leak."""
        if not isinstance(self._crm, GivesPeople):
            raise PermanentSendError(f"the records of {self.name} cannot be read page by page")
        self._ask()
        return await self._watch("page", self._crm.page(fields, after=after))

    def parse(self, request: WebhookRequest) -> Sequence[CrmEvent | CrmMerge]:
        return self._crm.parse(request)

    async def close(self) -> None:
        await self._crm.close()

    def _ask(self) -> None:
        if not self._breaker.lets_through():
            kind = CredentialRefused if isinstance(self._trouble, CredentialRefused) else NotTried
            reason = f"{self.name} {LEFT_ALONE}" + (f": {self._trouble.reason}" if self._trouble is not None else "")
            raise kind(reason, retry_after=self._breaker.rest_left)

    async def _watch(self, deed: str, call: Awaitable[T]) -> T:
        was_open = self._breaker.is_open
        try:
            answer = await call
        except PermanentSendError:
            self._heal(was_open=was_open)  # it answers
            raise
        except CredentialRefused as error:
            if deed in self._let_do:
                self._let_do.remove(deed)
                self._heal(was_open=was_open)
                raise _of_record(error) from error
            self._rest(error, was_open=was_open)
            raise
        except NotTried:
            raise  # it was not asked: our own budget of calls is used up
        except TemporarySendError as error:
            if error.of_message:
                self._heal(was_open=was_open)  # it answers, and tells of one record
                raise
            self._rest(error, was_open=was_open)
            if was_open:
                raise NotTried(error.reason, code=error.code, retry_after=self._breaker.rest_left) from error
            raise
        self._let_do.add(deed)
        self._heal(was_open=was_open)
        return answer

    def _rest(self, error: TemporarySendError, *, was_open: bool) -> None:
        self._trouble = error
        self._breaker.failed(error.retry_after)
        if was_open or not self._breaker.is_open:
            return
        if isinstance(error, CredentialRefused):
            log.error("a CRM does not let us in and is left alone until it does", crm=self.name, reason=error.reason)
        else:
            log.warning("a CRM is in trouble and left alone for a while", crm=self.name, reason=error.reason)
        self._tell(self.name, True)

    def _heal(self, *, was_open: bool) -> None:
        self._breaker.succeeded()
        if was_open:
            log.info("a CRM answers again", crm=self.name)
            self._tell(self.name, False)


def _writing(found: CrmRecord | None) -> str:
    """A credential may be good for one of the two."""
    return "create" if found is None else "update"


def _of_record(error: CredentialRefused) -> TemporarySendError:
    reason = f"{error.reason}; it takes other records, so look at what this one is there"
    return TemporarySendError(reason, code=error.code, retry_after=error.retry_after, of_message=True)
