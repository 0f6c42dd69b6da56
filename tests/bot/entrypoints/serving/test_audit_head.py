"""While the server runs, the audit log's head is kept outside the database."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from sqlalchemy import delete

from bot.adapters.audit_head import AuditHeadFile
from bot.adapters.database.audit import StoredAudit
from bot.adapters.tables import audit_entry
from bot.domain.audit import AuditHead, Deed
from bot.entrypoints.serving.audit_head import keep_it_once
from bot.entrypoints.wiring.service import Service
from tests.bot.services.stage import Stage


async def note(stage: Stage) -> AuditHead:
    stage.clock.forward(timedelta(seconds=1))
    async with stage.store.transaction() as uow:
        await uow.audit.note(Deed("key.added", "test"), stage.clock.now())
    async with stage.store.transaction() as uow:
        return await uow.audit.head()


async def test_the_head_follows_the_log_and_stays_where_that_was_cut_off(
    service_of: Callable[..., Service], stage: Stage
) -> None:
    service = service_of(connectors="")
    file = AuditHeadFile(service.settings.data, service.secret)
    await keep_it_once(service, file)
    assert file.read() == AuditHead()
    await note(stage)
    second = await note(stage)
    await keep_it_once(service, file)
    assert file.read() == second
    async with stage.store.transaction() as uow:
        assert isinstance(uow.audit, StoredAudit)
        await uow.audit._session.execute(delete(audit_entry).where(audit_entry.c.position == 2))
    await keep_it_once(service, file)
    assert file.read() == second
    assert (await note(stage)).position == second.position
    await keep_it_once(service, file)
    assert file.read() == second
