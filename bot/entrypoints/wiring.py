"""Wiring: builds the service from its settings. The one place that knows every part."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import partial

import structlog

from bot.adapters.api_access import CredentialAccess
from bot.adapters.attachments import FolderAttachments
from bot.adapters.call_budgets import MemoryCallBudgets
from bot.adapters.circuit_breaker import CircuitBreaker
from bot.adapters.clock import SandboxClock, SystemClock
from bot.adapters.database import Database
from bot.adapters.endpoints import Endpoint, SignedEndpoints
from bot.adapters.feeds import StoreFeedWriter
from bot.adapters.installations import OwnInstallations
from bot.adapters.library import Shelves, WatchedLibrary
from bot.adapters.memory import MemoryWakeups
from bot.adapters.prometheus import PrometheusMeter
from bot.adapters.redis import RedisCallBudgets
from bot.adapters.scanning import scanner_of
from bot.domain.errors import SettingsError
from bot.domain.ids import ConversationId
from bot.domain.journey import Journey
from bot.entrypoints.choosing import (
    choose_actions,
    choose_dialogue,
    choose_language_model,
    choose_signals,
    choose_tracer,
)
from bot.entrypoints.connecting import build_connectors
from bot.entrypoints.connectors import (
    channels_not_set_up,
    connector_module,
    is_sandboxed,
    known_channels,
    shelves_of,
)
from bot.entrypoints.desks import staffed_desks
from bot.entrypoints.doorkeeper import Doorkeeper
from bot.entrypoints.own_secret import installation_secret
from bot.entrypoints.portraits import portrait_path
from bot.entrypoints.preferences.links import confirmation_link, preferences_link, seal
from bot.entrypoints.sandbox import Sandbox
from bot.entrypoints.sent_files import file_link, media_link
from bot.entrypoints.stores import store_of
from bot.entrypoints.transcripts import sign
from bot.entrypoints.voice_model import CurrentVoiceModel
from bot.journeys.channel_fit import journeys_on
from bot.ports import (
    ApiAccess,
    CallBudgets,
    Clock,
    Crm,
    FeedWriter,
)
from bot.ports.tracing import Tracer
from bot.services.runtime import Runtime
from bot.settings import Settings, connector_values

log = structlog.get_logger()

__all__ = ["CONTENT_FEED", "Service", "installation_secret", "open_crms", "open_service", "try_connector"]

CONTENT_FEED = "content"

FAILURES_IN_A_ROW = 5
"""After these a channel's vendor is left alone for a while."""


@dataclass(frozen=True, slots=True)
class Service:
    """A built service: what the HTTP server and the worker run on. `sandbox` is None where every vendor is real."""

    settings: Settings
    runtime: Runtime
    library: WatchedLibrary
    feeds: FeedWriter
    access: ApiAccess
    secret: str
    sandbox: Sandbox | None
    sandboxed: tuple[str, ...]
    meter: PrometheusMeter = field(default_factory=PrometheusMeter)
    doors: Doorkeeper = field(init=False)

    def __post_init__(self) -> None:
        doors = Doorkeeper(self.settings, self.access, self.runtime.store, self.runtime.clock)
        object.__setattr__(self, "doors", doors)


@asynccontextmanager
async def open_service(
    settings: Settings, progress: Callable[[str], None] = lambda _: None, *, shelves: Shelves | None = None
) -> AsyncIterator[Service]:
    """Build everything, in an order in which each part finds what it needs, and close it in reverse.

    `shelves` says what the content may refer to where that is more than these settings bring. Raises SettingsError or
    ContentError with sentences for the person who starts it.
    """
    async with AsyncExitStack() as stack:
        secret = installation_secret(settings.data)
        modules = {name: connector_module(name) for name in settings.connector_names}
        values = connector_values()
        sandboxed = tuple(name for name, module in modules.items() if is_sandboxed(module, values))
        _refuse_sandbox_in_production(settings, sandboxed)
        model = choose_language_model(settings)
        if model is not None:
            stack.push_async_callback(model.close)
        clock: Clock = SandboxClock(settings.data / "sandbox-clock") if sandboxed else SystemClock()
        store = store_of(settings)
        stack.push_async_callback(store.close)
        await store.migrate()
        access = await _access(settings, store)
        tracer = _tracer(settings, stack)
        wakeups, leases, pacer = await choose_signals(settings, store)
        stack.push_async_callback(wakeups.close)
        stack.push_async_callback(leases.close)
        stack.push_async_callback(pacer.close)
        feeds = StoreFeedWriter(store, clock, wakeups)
        sandbox = Sandbox(clock) if sandboxed else None
        if sandbox is not None:
            await sandbox.start()
            stack.push_async_callback(sandbox.close)
        budgets: CallBudgets = RedisCallBudgets(settings.redis) if settings.redis else MemoryCallBudgets()
        stack.push_async_callback(budgets.close)
        meter = PrometheusMeter()
        connectors = build_connectors(
            settings,
            modules,
            values,
            secret,
            clock,
            feeds,
            access,
            sandbox,
            sandboxed,
            budgets,
            meter.stopped_reading,
            meter.left_alone,
            lambda: library.current().vocabulary,  # opened below: it is told which channels there are
            OwnInstallations(store),
            CurrentVoiceModel(lambda: library),
        )
        for channel in connectors.channels.values():
            stack.push_async_callback(channel.close)
        for crm in connectors.crms.values():
            stack.push_async_callback(crm.close)
        desks = staffed_desks(settings, [name for name, one in connectors.channels.items() if one.abilities.desk])
        shelves = shelves or shelves_of(settings, known_channels(settings, connectors.channels))
        shelves = replace(shelves, has_desk=bool(desks))
        library = WatchedLibrary.opened(shelves, progress)
        _tell_of_channels_not_set_up(settings, values, library.current().journeys)
        actions = choose_actions(settings, library.current)
        stack.push_async_callback(actions.close)
        dialogue = choose_dialogue(settings, library.current)
        stack.push_async_callback(dialogue.close)
        endpoints = SignedEndpoints(
            {name: Endpoint(url, secret) for name, (url, secret) in settings.endpoints_by_name.items()}, clock
        )
        stack.push_async_callback(endpoints.close)
        runtime = Runtime(
            store=store,
            clock=clock,
            wakeups=wakeups,
            leases=leases,
            actions=actions,
            dialogue=dialogue,
            library=library,
            channels=connectors.channels,
            crms=connectors.crms,
            desks=desks,
            transcript_url=_transcript_url(settings, secret),
            preferences_link=partial(preferences_link, settings.service_url, secret),
            confirmation_link=partial(confirmation_link, settings.service_url, secret),
            seal=partial(seal, secret),
            region=settings.region,
            model=model,
            model_terms=settings.model_terms,
            endpoints=endpoints,
            pacer=pacer,
            breakers={name: CircuitBreaker(failures=FAILURES_IN_A_ROW) for name in connectors.channels},
            attachments=FolderAttachments(settings.data / "media"),
            desk_answers_within=timedelta(minutes=settings.desk_answers_within),
            portrait_path=partial(portrait_path, secret),
            scanner=scanner_of(settings.scanner, timedelta(seconds=settings.scanner_seconds)),
            file_url=partial(file_link, settings.service_url, secret),
            media_url=partial(media_link, settings.service_url, secret),
            publishing=settings.publishing,
            meter=meter,
            tracer=tracer,
        )
        yield Service(settings, runtime, library, feeds, access, secret, sandbox, sandboxed, meter)


@asynccontextmanager
async def open_crms(settings: Settings) -> AsyncIterator[tuple[Database, Mapping[str, Crm]]]:
    """The store and the CRMs alone, for commands that look into those; a stand-in shows what it has on its feed."""
    async with AsyncExitStack() as stack:
        modules = {name: connector_module(name) for name in settings.connector_names}
        modules = {name: module for name, module in modules.items() if getattr(module, "CRMS", ())}
        values = connector_values()
        sandboxed = tuple(name for name, module in modules.items() if is_sandboxed(module, values))
        clock: Clock = SandboxClock(settings.data / "sandbox-clock") if sandboxed else SystemClock()
        store = store_of(settings)
        stack.push_async_callback(store.close)
        await store.migrate()
        wakeups = MemoryWakeups()
        feeds = StoreFeedWriter(store, clock, wakeups)
        sandbox = Sandbox(clock) if sandboxed else None
        if sandbox is not None:
            await sandbox.start()
            stack.push_async_callback(sandbox.close)
        secret = installation_secret(settings.data)
        access = await _access(settings, store)
        budgets: CallBudgets = RedisCallBudgets(settings.redis) if settings.redis else MemoryCallBudgets()
        stack.push_async_callback(budgets.close)
        built = build_connectors(settings, modules, values, secret, clock, feeds, access, sandbox, sandboxed, budgets)
        for crm in built.crms.values():
            stack.push_async_callback(crm.close)
        yield store, built.crms


async def _access(settings: Settings, store: Database) -> CredentialAccess:
    async with store.transaction() as uow:
        accounts = await uow.accounts.any() or bool(settings.oidc_issuer)
    return CredentialAccess(
        token=settings.api_token, jwt_secret=settings.api_jwt_secret, private=settings.is_private, accounts=accounts
    )


async def try_connector(settings: Settings, name: str) -> None:
    """Build a connector from its settings as a start would, and close it; raises SettingsError. No vendor is called."""
    clock, store = SystemClock(), store_of(settings)
    async with AsyncExitStack() as stack:
        stack.push_async_callback(store.close)
        built = build_connectors(
            settings,
            {name: connector_module(name)},
            connector_values(),
            "no secret: nothing is signed",
            clock,
            StoreFeedWriter(store, clock, MemoryWakeups()),
            CredentialAccess(token="", jwt_secret="", private=settings.is_private),
            None,
            (),
            MemoryCallBudgets(),
            installations=OwnInstallations(store),
        )
        for channel in built.channels.values():
            stack.push_async_callback(channel.close)
        for crm in built.crms.values():
            stack.push_async_callback(crm.close)


def _tell_of_channels_not_set_up(
    settings: Settings, values: Mapping[str, str], journeys: Mapping[str, Journey]
) -> None:
    for channel, setting in channels_not_set_up(settings, values).items():
        if named_by := journeys_on(channel, journeys.values()):
            log.warning(
                "journeys name a channel that is not set up; nothing leaves by it",
                channel=channel,
                journeys=named_by,
                missing=setting,
            )


def _refuse_sandbox_in_production(settings: Settings, sandboxed: tuple[str, ...]) -> None:
    if settings.environment == "production" and sandboxed and not settings.allow_sandbox:
        raise SettingsError(
            f"these connectors have no credentials and would run in their sandbox: {', '.join(sandboxed)}. "
            "Set their settings (see connectors/<name>/README.md), take them out of OVERTURE_CONNECTORS, "
            "or set OVERTURE_ALLOW_SANDBOX=true."
        )


def _tracer(settings: Settings, stack: AsyncExitStack) -> Tracer:
    tracer = choose_tracer(settings)
    stack.push_async_callback(asyncio.to_thread, tracer.close)
    return tracer


def _transcript_url(settings: Settings, secret: str) -> Callable[[ConversationId], str]:
    return lambda conversation_id: (
        f"{settings.service_url}/transcripts/{conversation_id}?sig={sign(secret, conversation_id)}"
    )
