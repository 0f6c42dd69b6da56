"""Wiring: builds the service from its settings. The one place that knows every part."""

from __future__ import annotations

import contextlib
import os
import secrets
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from pathlib import Path
from tempfile import NamedTemporaryFile
from types import ModuleType
from typing import Any

import structlog

from bot.adapters.actions import ActionServer, InProcessActions
from bot.adapters.api_access import CredentialAccess
from bot.adapters.attachments import FolderAttachments
from bot.adapters.bulk_reads import BulkReads
from bot.adapters.call_budgets import CallTurns, MemoryCallBudgets
from bot.adapters.circuit_breaker import CircuitBreaker
from bot.adapters.clock import SandboxClock, SystemClock
from bot.adapters.database import Database
from bot.adapters.endpoints import Endpoint, SignedEndpoints
from bot.adapters.feeds import StoredFeeds
from bot.adapters.installations import OwnInstallations
from bot.adapters.language_model import HttpLanguageModel, ModelServer
from bot.adapters.library import Shelves, WatchedLibrary
from bot.adapters.memory import MemoryLeases, MemoryPacer, MemoryWakeups
from bot.adapters.own_dialogue import OwnDialogue
from bot.adapters.prometheus import PrometheusMeter
from bot.adapters.rasa_server import RasaServer
from bot.adapters.redis import RedisCallBudgets, RedisLeases, RedisWakeups, check_redis
from bot.adapters.redis_pacer import RedisPacer
from bot.adapters.sparing_crm import SparingCrm
from bot.documents import did_you_mean
from bot.domain.call_budget import CallBudget, read_budgets
from bot.domain.errors import SettingsError
from bot.domain.ids import ConversationId
from bot.domain.journey import Journey
from bot.entrypoints.connectors import (
    broken_connector,
    channels_not_set_up,
    connector_module,
    is_sandboxed,
    known_channels,
    shelves_of,
)
from bot.entrypoints.desks import read_desks
from bot.entrypoints.preferences.links import preferences_link
from bot.entrypoints.sandbox import Sandbox
from bot.entrypoints.transcripts import sign
from bot.journeys.channel_fit import journeys_on
from bot.ports import (
    ActionRunner,
    ApiAccess,
    CallBudgets,
    Channel,
    Clock,
    ConnectorSettings,
    Crm,
    Dialogue,
    FeedWriter,
    Installations,
    LanguageModel,
    Leases,
    Pacer,
    Playbook,
    Wakeups,
    at_once,
)
from bot.services.runtime import Desk, Runtime
from bot.settings import Settings, connector_values

log = structlog.get_logger()

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


@dataclass(frozen=True, slots=True)
class Connectors:
    channels: Mapping[str, Channel]
    crms: Mapping[str, Crm]
    sandboxed: tuple[str, ...]


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
        access = CredentialAccess(
            token=settings.api_token, jwt_secret=settings.api_jwt_secret, private=settings.is_private
        )
        modules = {name: connector_module(name) for name in settings.connector_names}
        values = connector_values()
        sandboxed = tuple(name for name, module in modules.items() if is_sandboxed(module, values))
        _refuse_sandbox_in_production(settings, sandboxed)
        model = _language_model(settings)
        if model is not None:
            stack.push_async_callback(model.close)
        clock: Clock = SandboxClock(settings.data / "sandbox-clock") if sandboxed else SystemClock()
        store = Database(settings.database_url)
        stack.push_async_callback(store.close)
        await store.migrate()
        wakeups, leases, pacer = await _signals(settings)
        stack.push_async_callback(wakeups.close)
        stack.push_async_callback(leases.close)
        stack.push_async_callback(pacer.close)
        feeds = StoredFeeds(store, clock, wakeups)
        sandbox = Sandbox(clock) if sandboxed else None
        if sandbox is not None:
            await sandbox.start()
            stack.push_async_callback(sandbox.close)
        budgets: CallBudgets = RedisCallBudgets(settings.redis) if settings.redis else MemoryCallBudgets()
        stack.push_async_callback(budgets.close)
        meter = PrometheusMeter()
        connectors = _build_connectors(
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
            lambda: library.current().vocabulary,  # opened below: it is told which channels there are
            OwnInstallations(store),
        )
        for channel in connectors.channels.values():
            stack.push_async_callback(channel.close)
        for crm in connectors.crms.values():
            stack.push_async_callback(crm.close)
        desks = _desks(settings, connectors.channels)
        shelves = shelves or shelves_of(settings, known_channels(settings, connectors.channels))
        library = WatchedLibrary.opened(shelves, progress)
        _tell_of_channels_not_set_up(settings, values, library.current().journeys)
        actions = _actions(settings, library.current)
        stack.push_async_callback(actions.close)
        dialogue = _dialogue(settings, library.current)
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
            region=settings.region,
            model=model,
            model_terms=settings.model_terms,
            endpoints=endpoints,
            pacer=pacer,
            breakers={name: CircuitBreaker(failures=FAILURES_IN_A_ROW) for name in connectors.channels},
            attachments=FolderAttachments(settings.data / "media"),
            publishing=settings.publishing,
            meter=meter,
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
        store = Database(settings.database_url)
        stack.push_async_callback(store.close)
        await store.migrate()
        wakeups = MemoryWakeups()
        feeds = StoredFeeds(store, clock, wakeups)
        sandbox = Sandbox(clock) if sandboxed else None
        if sandbox is not None:
            await sandbox.start()
            stack.push_async_callback(sandbox.close)
        secret = installation_secret(settings.data)
        access = CredentialAccess(
            token=settings.api_token, jwt_secret=settings.api_jwt_secret, private=settings.is_private
        )
        budgets: CallBudgets = RedisCallBudgets(settings.redis) if settings.redis else MemoryCallBudgets()
        stack.push_async_callback(budgets.close)
        built = _build_connectors(settings, modules, values, secret, clock, feeds, access, sandbox, sandboxed, budgets)
        for crm in built.crms.values():
            stack.push_async_callback(crm.close)
        yield store, built.crms


async def try_connector(settings: Settings, name: str) -> None:
    """Build a connector from its settings as a start would, and close it; raises SettingsError. No vendor is called."""
    clock, store = SystemClock(), Database(settings.database_url)
    async with AsyncExitStack() as stack:
        stack.push_async_callback(store.close)
        built = _build_connectors(
            settings,
            {name: connector_module(name)},
            connector_values(),
            "no secret: nothing is signed",
            clock,
            StoredFeeds(store, clock, MemoryWakeups()),
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


def installation_secret(folder: Path) -> str:
    """The secret that signs visitors' tokens and our links: made once, and kept where only we can read it."""
    file = folder / "secret"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if not file.exists():
            _make_secret(file)
        secret = file.read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(
            f"the folder {folder} cannot be used to keep our data: {error}. "
            "OVERTURE_DATA names it; we must be able to read and write there."
        ) from error
    if not secret:
        raise SettingsError(f"{file} is empty. Put back what was in it, or delete it: then visitors begin anew.")
    return secret


def _make_secret(file: Path) -> None:
    """Written whole or not at all; where another process was faster, its secret stays."""
    with NamedTemporaryFile("w", dir=file.parent, prefix=".secret-") as draft:  # readable by its owner alone
        draft.write(secrets.token_urlsafe(32))
        draft.flush()
        with contextlib.suppress(FileExistsError):
            os.link(draft.name, file)


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


def _build_connectors(
    settings: Settings,
    modules: Mapping[str, ModuleType],
    values: Mapping[str, str],
    secret: str,
    clock: Clock,
    feeds: FeedWriter,
    access: ApiAccess,
    sandbox: Sandbox | None,
    sandboxed: tuple[str, ...],
    budgets: CallBudgets,
    alert: Callable[[str], None] = lambda _: None,
    vocabulary: Callable[[], Sequence[str]] = tuple,
    installations: Installations | None = None,
) -> Connectors:
    channels: dict[str, Channel] = {}
    crms: dict[str, Crm] = {}
    own_budgets = _crm_budgets(settings, modules)
    for name, module in modules.items():
        in_sandbox = sandbox is not None and name in sandboxed
        own = {**values, "OVERTURE_SECRET": secret, **(module.sandbox_values(secret) if in_sandbox else {})}
        budget = own_budgets.get(name, getattr(module, "BUDGET", CallBudget()))
        given = ConnectorSettings(
            values=own,
            service_url=settings.service_url,
            clock=clock,
            feed=feeds,
            sandbox_url=sandbox.url_of(name) if sandbox is not None and in_sandbox else None,
            access=access,
            vocabulary=vocabulary,
            turn=at_once if in_sandbox else CallTurns(budgets, name, budget, clock),
            installations=installations,
        )
        built = _build(name, module.build, given)
        for connector in built if isinstance(built, Sequence) else (built,):
            match connector:
                case Channel():
                    channels[connector.name] = connector
                case Crm():
                    reads = BulkReads(connector.name, most=settings.crm_reads, alert=alert)
                    crms[connector.name] = SparingCrm(connector, reads=reads)
                case _:
                    raise SettingsError(
                        f"the connector {name} is neither a channel nor a CRM: its build() returned "
                        f"{type(connector).__name__}. bot/ports/ says what those have."
                    )
        if sandbox is not None and in_sandbox:
            sandbox.move_in(name, _build(name, module.build_sandbox, given))
    return Connectors(channels, crms, sandboxed)


def _crm_budgets(settings: Settings, modules: Mapping[str, ModuleType]) -> Mapping[str, CallBudget]:
    budgets = read_budgets(settings.crm_budgets)
    for name in budgets:
        if name not in modules or not hasattr(modules[name], "BUDGET"):
            advice = did_you_mean(name, [one for one, module in modules.items() if hasattr(module, "BUDGET")])
            told = f'OVERTURE_CRM_BUDGETS: there is no CRM "{name}" among the connectors. {advice}'
            raise SettingsError(told.rstrip())
    return budgets


def _build(name: str, build: Callable[[ConnectorSettings], Any], given: ConnectorSettings) -> Any:
    try:
        return build(given)
    except SettingsError as error:
        raise SettingsError(f"the connector {name} cannot be built: {error}") from error
    except Exception as error:
        raise broken_connector(name, error) from error


async def _signals(settings: Settings) -> tuple[Wakeups, Leases, Pacer]:
    if settings.redis:
        await check_redis(settings.redis)
        return RedisWakeups(settings.redis), RedisLeases(settings.redis), RedisPacer(settings.redis)
    return MemoryWakeups(), MemoryLeases(), MemoryPacer()


def _actions(settings: Settings, current: Callable[[], Playbook]) -> ActionRunner:
    if settings.actions.startswith(("http://", "https://")):
        return ActionServer(settings.actions, lambda: current().assistant)
    return InProcessActions(settings.actions, lambda: current().assistant)


def _dialogue(settings: Settings, current: Callable[[], Playbook]) -> Dialogue:
    if settings.engine == "overture":
        return OwnDialogue(lambda: current().assistant)
    if not settings.rasa_url:
        raise SettingsError(
            "OVERTURE_ENGINE is rasa, but OVERTURE_RASA_URL is not set. "
            "Set it to the address of a running Rasa server, such as http://localhost:5005."
        )
    return RasaServer(settings.rasa_url, lambda: current().assistant, token=settings.rasa_token)


def _language_model(settings: Settings) -> LanguageModel | None:
    """The model that the settings name; None where they name none, which is the default."""
    if not settings.model_url:
        return None
    if not settings.model_name:
        raise SettingsError(
            "OVERTURE_MODEL_URL is set, but OVERTURE_MODEL_NAME is not. Set it to the model's name on that server."
        )
    if settings.engine != "overture":
        raise SettingsError(
            "OVERTURE_MODEL_URL is set, and OVERTURE_ENGINE is rasa: there Rasa understands what is said. "
            "Unset one of the two."
        )
    return HttpLanguageModel(
        ModelServer(
            url=settings.model_url,
            name=settings.model_name,
            key=settings.model_key.get_secret_value(),
            dialect=settings.model_dialect,
            within=timedelta(seconds=settings.model_seconds),
            temperature=settings.model_temperature,
            limit=settings.model_limit,
        )
    )


def _desks(settings: Settings, channels: Mapping[str, Channel]) -> Sequence[Desk]:
    desks = read_desks(settings)
    for desk in desks:
        if desk.channel not in channels or not channels[desk.channel].abilities.desk:
            known = ", ".join(name for name, one in channels.items() if one.abilities.desk) or "none"
            raise SettingsError(
                f'OVERTURE_DESK is "{settings.desk}": it wants a channel and an address, such as slack:#sales. '
                f"Channels with reps: {known}. Set it empty to have no desk."
            )
    return desks


def _transcript_url(settings: Settings, secret: str) -> Callable[[ConversationId], str]:
    return lambda conversation_id: (
        f"{settings.service_url}/transcripts/{conversation_id}?sig={sign(secret, conversation_id)}"
    )
