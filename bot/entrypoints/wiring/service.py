"""Wiring: builds the service from its settings. The one place that knows every part."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Collection, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import partial
from typing import Protocol, TypeVar
from urllib.parse import urlsplit

import structlog

from bot.adapters.api_access import CredentialAccess
from bot.adapters.attachments import FolderAttachments
from bot.adapters.call_budgets import MemoryCallBudgets
from bot.adapters.circuit_breaker import CircuitBreaker
from bot.adapters.clock import SandboxClock, SystemClock
from bot.adapters.content.library import Shelves, WatchedLibrary
from bot.adapters.database import Database
from bot.adapters.endpoints import Endpoint, SignedEndpoints
from bot.adapters.feeds import StoreFeedWriter
from bot.adapters.installations import OwnInstallations
from bot.adapters.memory import MemoryWakeups
from bot.adapters.prometheus import PrometheusMeter
from bot.adapters.redis import RedisCallBudgets
from bot.adapters.scanning import scanner_of
from bot.domain.errors import SettingsError
from bot.domain.journey import Journey
from bot.entrypoints.console.sandbox import Sandbox
from bot.entrypoints.web.doorkeeper import Doorkeeper
from bot.entrypoints.web.portraits import portrait_path
from bot.entrypoints.web.preferences.links import confirmation_link, preferences_link, seal
from bot.entrypoints.web.sent_files import file_link, media_link
from bot.entrypoints.web.transcripts import transcript_link
from bot.entrypoints.wiring.choosing import (
    choose_actions,
    choose_dialogue,
    choose_language_model,
    choose_signals,
    choose_tracer,
)
from bot.entrypoints.wiring.connecting import ChosenConnectors, Connectors, build_connectors
from bot.entrypoints.wiring.connectors import (
    channels_not_set_up,
    connector_module,
    known_channels,
    shelves_of,
)
from bot.entrypoints.wiring.desks import ADD_A_DESK, NO_DESK, lacks_desk, staffed_desks
from bot.entrypoints.wiring.own_secret import has_secret, installation_secret, tell_of_new_secret
from bot.entrypoints.wiring.stores import store_of
from bot.entrypoints.wiring.voice_model import CurrentVoiceModel
from bot.journeys.channel_fit import journeys_on
from bot.ports import ApiAccess, CallBudgets, Clock, ConnectorSettings, Crm, FeedWriter
from bot.ports.tracing import Tracer
from bot.services.runtime import Links, Runtime
from bot.settings import LOOPBACK, Settings, connector_values

log = structlog.get_logger()

__all__ = ["CONTENT_FEED", "Service", "installation_secret", "open_crms", "open_service", "try_connector"]

CONTENT_FEED = "content"


class Closes(Protocol):
    async def close(self) -> None: ...


C = TypeVar("C", bound=Closes)

FAILURES_IN_A_ROW = 5
"""After these a channel's vendor is left alone for a while."""


@dataclass(frozen=True, slots=True)
class Service:
    """A built service: what the HTTP server and the worker run on. `sandbox` is None where every vendor is real.

    `sandboxed` are the connectors without credentials, `sandboxed_channels` the channels by which nothing leaves.
    """

    settings: Settings
    runtime: Runtime
    library: WatchedLibrary
    feeds: FeedWriter
    access: ApiAccess
    secret: str
    sandbox: Sandbox | None
    sandboxed: tuple[str, ...]
    sandboxed_channels: frozenset[str] = frozenset()
    meter: PrometheusMeter = field(default_factory=PrometheusMeter)
    doors: Doorkeeper = field(init=False)

    def __post_init__(self) -> None:
        doors = Doorkeeper(self.settings, self.access, self.runtime.store, self.runtime.clock)
        object.__setattr__(self, "doors", doors)


@asynccontextmanager
async def open_service(
    settings: Settings,
    progress: Callable[[str], None] = lambda _: None,
    *,
    shelves: Shelves | None = None,
    understands_when_asked: bool = False,
) -> AsyncIterator[Service]:
    """Build everything, in an order in which each part finds what it needs, and close it in reverse.

    `shelves` says what the content may refer to where that is more than these settings bring. `understands_when_asked`
    leaves the model to the first text. Raises SettingsError or ContentError with sentences for whoever starts it.
    """
    async with AsyncExitStack() as stack:
        is_new = not has_secret(settings.data)
        secret = installation_secret(settings.data)
        chosen = ChosenConnectors.of(settings)
        _refuse_sandbox_in_production(settings, chosen.sandboxed)
        model = choose_language_model(settings)
        if model is not None:
            _closed_by(stack, model)
        clock = _clock(settings, chosen)
        store = _closed_by(stack, store_of(settings))
        await store.migrate()
        if is_new:
            await tell_of_new_secret(store, settings.data)
        access = await _access(settings, store)
        tracer = _tracer(settings, stack)
        wakeups, leases, pacer = await choose_signals(settings, store)
        for signal in (wakeups, leases, pacer):
            stack.push_async_callback(signal.close)
        feeds = StoreFeedWriter(store, clock, wakeups)
        sandbox = await _open_sandbox(chosen, clock, stack)
        meter = PrometheusMeter()
        common = ConnectorSettings(
            values={**chosen.values, "OVERTURE_SECRET": secret},
            service_url=settings.service_url,
            clock=clock,
            feed=feeds,
            access=access,
            vocabulary=lambda: library.current().vocabulary,  # opened below: it is told which channels there are
            voice_model=CurrentVoiceModel(lambda: library),
            installations=OwnInstallations(store),
        )
        connectors = _open_connectors(settings, chosen, common, meter, sandbox, stack)
        desks = staffed_desks(settings, [name for name, one in connectors.channels.items() if one.abilities.desk])
        if lacks_desk(settings, desks):
            log.warning(NO_DESK, add=ADD_A_DESK)
        shelves = shelves or shelves_of(settings, known_channels(settings, connectors.channels))
        shelves = replace(shelves, has_desk=bool(desks))
        library = WatchedLibrary.opened(shelves, progress, when_asked=understands_when_asked)
        _tell_of_channels_not_set_up(settings, chosen.values, library.current().journeys)
        actions = _closed_by(stack, choose_actions(settings, library.current))
        dialogue = _closed_by(stack, choose_dialogue(settings, library.current))
        named = {name: Endpoint(url, secret) for name, (url, secret) in settings.endpoints_by_name.items()}
        endpoints = _closed_by(stack, SignedEndpoints(named, clock))
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
            links=_links(settings.service_url, secret),
            opens_links=reaching(settings, connectors.sandboxed),
            seal=partial(seal, secret),
            region=settings.region,
            disclose_every=timedelta(hours=settings.disclose_every),
            model=model,
            model_terms=settings.model_terms,
            endpoints=endpoints,
            pacer=pacer,
            breakers={name: CircuitBreaker(failures=FAILURES_IN_A_ROW) for name in connectors.channels},
            attachments=FolderAttachments(settings.data / "media"),
            desk_answers_within=timedelta(minutes=settings.desk_answers_within),
            scanner=scanner_of(settings.scanner, timedelta(seconds=settings.scanner_seconds)),
            publishing=settings.publishing,
            meter=meter,
            tracer=tracer,
        )
        in_sandbox = (sandbox, chosen.sandboxed, connectors.sandboxed)
        yield Service(settings, runtime, library, feeds, access, secret, *in_sandbox, meter)


@asynccontextmanager
async def open_crms(settings: Settings) -> AsyncIterator[tuple[Database, Mapping[str, Crm]]]:
    """The store and the CRMs alone, for commands that look into those; a stand-in shows what it has on its feed."""
    async with AsyncExitStack() as stack:
        chosen = ChosenConnectors.of(settings, crms_only=True)
        clock = _clock(settings, chosen)
        store = _closed_by(stack, store_of(settings))
        await store.migrate()
        common = ConnectorSettings(
            values={**chosen.values, "OVERTURE_SECRET": installation_secret(settings.data)},
            service_url=settings.service_url,
            clock=clock,
            feed=StoreFeedWriter(store, clock, MemoryWakeups()),
            access=await _access(settings, store),
        )
        sandbox = await _open_sandbox(chosen, clock, stack)
        built = _open_connectors(settings, chosen, common, PrometheusMeter(), sandbox, stack)
        yield store, built.crms


async def _access(settings: Settings, store: Database) -> CredentialAccess:
    async with store.transaction() as uow:
        accounts = await uow.accounts.any() or bool(settings.oidc_issuer)
    return CredentialAccess(
        token=settings.api_token, jwt_secret=settings.api_jwt_secret, private=settings.is_private, accounts=accounts
    )


async def try_connector(settings: Settings, name: str) -> None:
    """Build a connector from its settings as a start would, and close it; raises SettingsError. No vendor is called."""
    async with AsyncExitStack() as stack:
        clock, store = SystemClock(), _closed_by(stack, store_of(settings))
        chosen = ChosenConnectors({name: connector_module(name)}, connector_values())
        common = ConnectorSettings(
            values={**chosen.values, "OVERTURE_SECRET": "no secret: nothing is signed"},
            service_url=settings.service_url,
            clock=clock,
            feed=StoreFeedWriter(store, clock, MemoryWakeups()),
            access=CredentialAccess(token="", jwt_secret="", private=settings.is_private),
            installations=OwnInstallations(store),
        )
        _open_connectors(settings, chosen, common, PrometheusMeter(), None, stack)


def _closed_by(stack: AsyncExitStack, one: C) -> C:
    stack.push_async_callback(one.close)
    return one


def _clock(settings: Settings, chosen: ChosenConnectors) -> Clock:
    """The one that the playground moves, where there is a sandbox."""
    return SandboxClock(settings.data / "sandbox-clock") if chosen.sandboxed else SystemClock()


async def _open_sandbox(chosen: ChosenConnectors, clock: Clock, stack: AsyncExitStack) -> Sandbox | None:
    """None where every connector has its credentials."""
    if not chosen.sandboxed:
        return None
    sandbox = Sandbox(clock)
    await sandbox.start()
    return _closed_by(stack, sandbox)


def _open_connectors(
    settings: Settings,
    chosen: ChosenConnectors,
    common: ConnectorSettings,
    meter: PrometheusMeter,
    sandbox: Sandbox | None,
    stack: AsyncExitStack,
) -> Connectors:
    budgets: CallBudgets = RedisCallBudgets(settings.redis) if settings.redis else MemoryCallBudgets()
    connectors = build_connectors(settings, chosen, common, _closed_by(stack, budgets), meter, sandbox)
    for channel in connectors.channels.values():
        stack.push_async_callback(channel.close)
    for crm in connectors.crms.values():
        stack.push_async_callback(crm.close)
    return connectors


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


def _links(service_url: str, secret: str) -> Links:
    return Links(
        transcript=partial(transcript_link, service_url, secret),
        preferences=partial(preferences_link, service_url, secret),
        confirmation=partial(confirmation_link, service_url, secret),
        file=partial(file_link, service_url, secret),
        media=partial(media_link, service_url, secret),
        portrait=partial(portrait_path, secret),
        followed=partial("{}/l/{}".format, service_url),
    )


def reaching(settings: Settings, sandboxed: Collection[str]) -> Callable[[str], bool]:
    """Whether people on a channel can open an address of ours: one of this machine alone only its stand-ins can."""
    reaches_all = urlsplit(settings.service_url).hostname not in LOOPBACK
    return lambda channel: reaches_all or channel in sandboxed
