"""Loads connectors by their names, and says what content may refer to, without building a service."""

from __future__ import annotations

import importlib
import importlib.util
import os
import pkgutil
import traceback
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path
from types import ModuleType

from bot.adapters.content.library import Shelves
from bot.documents import did_you_mean
from bot.domain.errors import SettingsError
from bot.domain.preview import as_text
from bot.entrypoints.wiring.desks import read_desks
from bot.ports import Abilities, ChannelKind, takes_any
from bot.settings import Settings


def channel_names(settings: Settings) -> tuple[str, ...]:
    """The channels that the settings name, without building their connectors."""
    modules = map(connector_module, settings.connector_names)
    return tuple(dict.fromkeys(name for module in modules for name in getattr(module, "CHANNELS", ())))


def channels_left_out(settings: Settings) -> tuple[str, ...]:
    """The channels of connectors that are there and that the settings do not name. A broken one has none."""
    found: list[str] = []
    for one in pkgutil.iter_modules(importlib.import_module("connectors").__path__):
        if one.ispkg and one.name not in settings.connector_names:
            with suppress(SettingsError):
                found += getattr(connector_module(one.name), "CHANNELS", ())
    return tuple(found)


def known_channels(settings: Settings, built: Iterable[str]) -> tuple[str, ...]:
    """What content may name in a service: the channels that were built, and those that their connectors could have.

    So what `overture validate` finds well starts.
    """
    return tuple(dict.fromkeys((*built, *channel_names(settings))))


def channel_identities(settings: Settings) -> dict[str, str]:
    """Each channel that reaches customers with the kind of identity its addresses are, without building connectors.

    A channel whose class a connector does not show has addresses of its own.
    """
    kinds = channel_kinds(settings)
    return {
        name: kinds[name].abilities.identity if name in kinds else name
        for name in channel_names(settings)
        if name not in kinds or not kinds[name].abilities.desk
    }


def channel_kinds(settings: Settings) -> dict[str, ChannelKind]:
    """What each channel can do, and what becomes of a message on it, of those whose class the connector shows."""
    return kinds_of(settings.connector_names)


def kinds_of(connectors: Iterable[str]) -> dict[str, ChannelKind]:
    return {
        one.name: ChannelKind(
            one.abilities,
            getattr(one, "preview", getattr(module, "preview", as_text)),
            getattr(one, "template_fault", takes_any),
        )
        for module in map(connector_module, connectors)
        for one in vars(module).values()
        if isinstance(getattr(one, "abilities", None), Abilities)
    }


def is_sandboxed(module: ModuleType, values: Mapping[str, str]) -> bool:
    """Whether the connector has a stand-in and none of its settings, but for those that say how, and not with whom."""
    own_settings = set(getattr(module, "SETTINGS", ())) - set(getattr(module, "OPTIONS", ()))
    return hasattr(module, "build_sandbox") and not any(values.get(name) for name in own_settings)


def channels_not_set_up(settings: Settings, values: Mapping[str, str]) -> dict[str, str]:
    """The channels that a connector could have and that none builds, each with the setting that is missing."""
    found: dict[str, str] = {}
    had: set[str] = set()
    for module in map(connector_module, settings.connector_names):
        asked = hasattr(module, "not_set_up") and not is_sandboxed(module, values)
        missing = module.not_set_up(values) if asked else {}
        found |= missing
        had.update(name for name in getattr(module, "CHANNELS", ()) if name not in missing)
    return {channel: setting for channel, setting in found.items() if channel not in had}


def connector_doubts(settings: Settings, values: Mapping[str, str]) -> Sequence[str]:
    """What of the connectors' own settings is no fault, and hardly meant."""
    modules = map(connector_module, settings.connector_names)
    return [doubt for module in modules if hasattr(module, "doubts") for doubt in module.doubts(values)]


def crm_names(settings: Settings) -> tuple[str, ...]:
    """The CRMs that the settings name, without building their connectors."""
    return tuple(
        name for module in map(connector_module, settings.connector_names) for name in getattr(module, "CRMS", ())
    )


def crm_fields(settings: Settings) -> dict[str, Path]:
    """The mapping that each CRM brings along."""
    modules = map(connector_module, settings.connector_names)
    return {name: module.FIELDS for module in modules if hasattr(module, "FIELDS") for name in module.CRMS}


def shelves_of(settings: Settings, channels: tuple[str, ...]) -> Shelves:
    return Shelves(
        assistant=settings.assistant,
        journeys=settings.journeys_folder,
        model=settings.data / "model",
        encoder=settings.encoder,
        channels=channels,
        left_out=partial(channels_left_out, settings),
        desks=tuple(name for desk in read_desks(settings) for name in desk.names),
        crms=crm_names(settings),
        endpoints=tuple(settings.endpoints_by_name),
        kinds=channel_kinds(settings),
        crm_fields=crm_fields(settings),
    )


def connector_module(name: str) -> ModuleType:
    """The connector of this name; raises SettingsError where there is none, or where it is broken."""
    if not name.isidentifier() or importlib.util.find_spec(f"connectors.{name}") is None:
        home = importlib.util.find_spec("connectors")
        roots = home.submodule_search_locations or () if home is not None else ()
        known = [path.parent.name for root in roots for path in Path(root).glob("*/__init__.py")]
        advice = did_you_mean(name, known) or "Each is a folder of connectors/."
        raise SettingsError(f'OVERTURE_CONNECTORS: there is no connector "{name}". {advice}')
    try:
        module = importlib.import_module(f"connectors.{name}")
    except Exception as error:
        raise broken_connector(name, error) from error
    if not callable(getattr(module, "build", None)):
        raise SettingsError(f"connectors/{name} has no build(settings). connectors/README.md says what it must have.")
    return module


def broken_connector(name: str, error: Exception) -> SettingsError:
    """What somebody who is writing a connector did wrong, with the last place in it."""
    frames = traceback.extract_tb(error.__traceback__)
    own = [frame for frame in frames if f"connectors{os.sep}{name}" in frame.filename]
    place = f" (connectors/{name}/{Path(own[-1].filename).name}:{own[-1].lineno})" if own else ""
    return SettingsError(
        f"the connector {name} is broken: {type(error).__name__}: {error}{place}. "
        "Mend it, or take it out of OVERTURE_CONNECTORS."
    )
