"""Chooses, by the settings, between parts that do the same: signals, traces, actions, dialogue, language model."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from bot.adapters.content.own_dialogue import OwnDialogue
from bot.adapters.database import Database
from bot.adapters.language_model import HttpLanguageModel, ModelServer
from bot.adapters.leases import FleetLeases
from bot.adapters.memory import MemoryLeases, MemoryPacer, MemoryWakeups
from bot.adapters.rasa.actions import ActionServer, InProcessActions
from bot.adapters.rasa.rasa_server import RasaServer
from bot.adapters.redis import RedisWakeups, check_redis
from bot.adapters.redis_pacer import RedisPacer
from bot.domain.errors import SettingsError
from bot.ports import (
    ActionRunner,
    Dialogue,
    LanguageModel,
    Leases,
    Pacer,
    Playbook,
    Wakeups,
)
from bot.ports.tracing import Tracer
from bot.services.runtime import SilentTracer
from bot.settings import Settings


async def choose_signals(settings: Settings, store: Database) -> tuple[Wakeups, Leases, Pacer]:
    if settings.redis:
        await check_redis(settings.redis)
        return RedisWakeups(settings.redis), FleetLeases(settings.redis, store), RedisPacer(settings.redis)
    return MemoryWakeups(), MemoryLeases(), MemoryPacer()


def choose_tracer(settings: Settings) -> Tracer:
    if not settings.traces:
        return SilentTracer()
    from bot.adapters.tracing import OpenTelemetryTracer, exporter_to

    return OpenTelemetryTracer(exporter_to(settings.traces), share=settings.traces_share)


def has_action_server(settings: Settings) -> bool:
    """Whether custom actions are run by a server; else OVERTURE_ACTIONS is a package for this process."""
    return settings.actions.startswith(("http://", "https://"))


def choose_actions(settings: Settings, current: Callable[[], Playbook]) -> ActionRunner:
    if has_action_server(settings):
        return ActionServer(settings.actions, lambda: current().assistant)
    return InProcessActions(settings.actions, lambda: current().assistant, beside=settings.assistant)


def choose_dialogue(settings: Settings, current: Callable[[], Playbook]) -> Dialogue:
    if settings.engine == "overture":
        return OwnDialogue(lambda: current().assistant)
    if not settings.rasa_url:
        raise SettingsError(
            "OVERTURE_ENGINE is rasa, but OVERTURE_RASA_URL is not set. "
            "Set it to the address of a running Rasa server, such as http://localhost:5005."
        )
    return RasaServer(settings.rasa_url, lambda: current().assistant, token=settings.rasa_token)


def choose_language_model(settings: Settings) -> LanguageModel | None:
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
            more=settings.more_of_model_requests,
        )
    )
