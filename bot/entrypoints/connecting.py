"""Builds the connectors that the settings name, each with its stand-in where it has no credentials."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import ModuleType
from typing import Any

from bot.adapters.bulk_reads import BulkReads
from bot.adapters.call_budgets import CallTurns
from bot.adapters.sparing_crm import SparingCrm
from bot.documents import did_you_mean
from bot.domain.call_budget import CallBudget, read_budgets
from bot.domain.errors import SettingsError
from bot.entrypoints.connectors import broken_connector
from bot.entrypoints.sandbox import Sandbox
from bot.ports import (
    ApiAccess,
    CallBudgets,
    Channel,
    Clock,
    ConnectorSettings,
    Crm,
    FeedWriter,
    Installations,
    at_once,
)
from bot.settings import Settings


@dataclass(frozen=True, slots=True)
class Connectors:
    channels: Mapping[str, Channel]
    crms: Mapping[str, Crm]
    sandboxed: tuple[str, ...]


def build_connectors(
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
    left_alone: Callable[[str, bool], None] = lambda _crm, _left_alone: None,
    vocabulary: Callable[[], Sequence[str]] = tuple,
    installations: Installations | None = None,
    voice_model: Callable[[], Mapping[str, Any]] = dict,
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
            voice_model=voice_model,
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
                    crms[connector.name] = SparingCrm(connector, reads=reads, tell=left_alone)
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
