"""Builds the connectors that the settings name, each with its stand-in where it has no credentials."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from types import ModuleType
from typing import Any

from bot.adapters.bulk_reads import BulkReads
from bot.adapters.call_budgets import CallTurns
from bot.adapters.prometheus import PrometheusMeter
from bot.adapters.sparing_crm import SparingCrm
from bot.documents import did_you_mean
from bot.domain.call_budget import CallBudget, read_budgets
from bot.domain.errors import SettingsError
from bot.entrypoints.console.sandbox import Sandbox
from bot.entrypoints.wiring.connectors import broken_connector, connector_module, is_sandboxed
from bot.ports import CallBudgets, Channel, ConnectorSettings, Crm, at_once
from bot.settings import Settings, connector_values


@dataclass(frozen=True, slots=True)
class ChosenConnectors:
    """The connectors that the settings name, not built yet.

    `values` are the environment's, by name. `sandboxed` are those without credentials, that meet a stand-in.
    """

    modules: Mapping[str, ModuleType]
    values: Mapping[str, str]
    sandboxed: tuple[str, ...] = ()

    @classmethod
    def of(cls, settings: Settings, *, crms_only: bool = False) -> ChosenConnectors:
        """Raises SettingsError where a name is no connector's, or one is half set up."""
        modules = {name: connector_module(name) for name in settings.connector_names}
        if crms_only:
            modules = {name: module for name, module in modules.items() if getattr(module, "CRMS", ())}
        values = connector_values()
        return cls(modules, values, tuple(name for name, module in modules.items() if is_sandboxed(module, values)))


@dataclass(frozen=True, slots=True)
class Connectors:
    """Those that were built, by name. `sandboxed` are the channels that end at a stand-in."""

    channels: Mapping[str, Channel]
    crms: Mapping[str, Crm]
    sandboxed: frozenset[str] = frozenset()


def build_connectors(
    settings: Settings,
    chosen: ChosenConnectors,
    common: ConnectorSettings,
    budgets: CallBudgets,
    meter: PrometheusMeter,
    sandbox: Sandbox | None = None,
) -> Connectors:
    """Each gets what is `common` to all, and its own: its stand-in, and the budget of its calls."""
    channels: dict[str, Channel] = {}
    crms: dict[str, Crm] = {}
    owners: dict[str, str] = {}
    own_budgets = _crm_budgets(settings, chosen.modules)
    for name, module in chosen.modules.items():
        in_sandbox = sandbox is not None and name in chosen.sandboxed
        stand_in = module.sandbox_values(common.values["OVERTURE_SECRET"]) if in_sandbox else {}
        budget = own_budgets.get(name, getattr(module, "BUDGET", CallBudget()))
        given = replace(
            common,
            values={**common.values, **stand_in},
            sandbox_url=sandbox.url_of(name) if sandbox is not None and in_sandbox else None,
            turn=at_once if in_sandbox else CallTurns(budgets, name, budget, common.clock),
        )
        built = _build(name, module.build, given)
        for connector in built if isinstance(built, Sequence) else (built,):
            match connector:
                case Channel():
                    if _takes(connector.name, name, owners, chosen.sandboxed):
                        channels[connector.name] = connector
                case Crm():
                    reads = BulkReads(connector.name, most=settings.crm_reads, alert=meter.stopped_reading)
                    crms[connector.name] = SparingCrm(connector, reads=reads, tell=meter.left_alone)
                case _:
                    raise SettingsError(
                        f"the connector {name} is neither a channel nor a CRM: its build() returned "
                        f"{type(connector).__name__}. bot/ports/ says what those have."
                    )
        if sandbox is not None and in_sandbox:
            sandbox.move_in(name, _build(name, module.build_sandbox, given))
    return Connectors(channels, crms, frozenset(name for name, owner in owners.items() if owner in chosen.sandboxed))


def _takes(channel: str, connector: str, owners: dict[str, str], sandboxed: Sequence[str]) -> bool:
    """Whether the channel is this connector's, and no longer that of whoever had it before.

    Of two that have it, the one with credentials has it; of two in the sandbox, the one that is named later. Raises
    SettingsError where both have credentials.
    """
    other = owners.get(channel)
    if other is not None and connector not in sandboxed:
        if other not in sandboxed:
            raise SettingsError(
                f"both connectors, {other} and {connector}, are set up for the channel {channel}. Take one out of "
                f"OVERTURE_CONNECTORS, or leave out the settings by which it has {channel}."
            )
    elif other is not None and other not in sandboxed:
        return False
    owners[channel] = connector
    return True


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
