"""Looks at the content of a service for `overture doctor`, and at what is kept that has to go together with it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence

from bot.adapters.clock import SystemClock
from bot.adapters.content.library import Contents, is_trained, read_contents
from bot.adapters.database import Database
from bot.adapters.understanding.training import want_packages
from bot.dialogue.builtin import BY_THE_SERVICE
from bot.domain.errors import ContentError, OvertureError, SettingsError
from bot.domain.likelihood import DriftBounds, Scorecard
from bot.entrypoints.command_line.counting import counted
from bot.entrypoints.command_line.finding import Finding
from bot.entrypoints.wiring.choosing import choose_actions, has_action_server
from bot.entrypoints.wiring.connectors import channel_names, channels_not_set_up, shelves_of
from bot.journeys.channel_fit import journeys_on
from bot.ports import Playbook
from bot.services.clash import clashes
from bot.services.measure_drift import drift
from bot.services.miss_content import missed_content
from bot.settings import Settings, connector_values


async def look_at_content(settings: Settings) -> AsyncIterator[Finding]:
    shelves = shelves_of(settings, channel_names(settings))
    try:
        contents = read_contents(shelves)
    except ContentError as error:
        first = error.faults[0]
        yield Finding("ill", f"the content has {len(error.faults)} faults, the first: {first}", "overture validate")
        return
    except OvertureError as error:
        yield Finding("ill", "the content cannot be read", str(error))
        return
    yield Finding("well", f"the content: {_counted(contents)}")
    if missing := _actions_that_are_missing(settings, contents):
        words = f"the content names custom actions that the package {settings.actions} has not: {', '.join(missing)}"
        yield Finding("ill", words, "Write them, see OVERTURE_ACTIONS, or take them out of the content.")
    for channel, setting in channels_not_set_up(settings, connector_values()).items():
        if named_by := journeys_on(channel, contents.journeys.values()):
            words = f"{channel} is not set up, so nothing leaves by it; on it are steps of {', '.join(named_by)}"
            yield Finding("doubtful", words, f"Set {setting}, or take the channel out of these journeys.")
    yield _model(is_trained=is_trained(shelves, contents))


def _model(*, is_trained: bool) -> Finding:
    if is_trained:
        return Finding("well", "what understands messages is trained on it")
    untrained = "what understands messages is not trained on it"
    try:
        want_packages()
    except SettingsError as error:
        return Finding("ill", untrained, str(error))
    return Finding("doubtful", untrained, "overture train; a start does it, too")


def _actions_that_are_missing(settings: Settings, contents: Contents) -> Sequence[str]:
    """Only a package can be asked, and only where we run it; that it cannot be imported is told elsewhere."""
    if has_action_server(settings) or settings.engine != "overture":
        return ()
    try:
        actions = choose_actions(settings, no_playbook)
    except SettingsError:
        return ()
    return sorted(one for one in contents.assistant.actions - BY_THE_SERVICE if not actions.knows(one))


def _counted(contents: Contents) -> str:
    return f"{counted(len(contents.assistant.intents), 'intent')}, {counted(len(contents.journeys), 'journey')}"


async def hold_against_content(settings: Settings, database: Database) -> AsyncIterator[Finding]:
    """How what is kept goes together with the content; faults of that were told before."""
    try:
        contents = read_contents(shelves_of(settings, channel_names(settings)))
    except OvertureError:
        return
    for card in contents.scorecards:
        async with database.transaction() as uow:
            yield _drift(card, contents.drift_bounds(card), await drift(uow, card, SystemClock().now()))
    async with database.transaction() as uow:
        for meeting in await clashes(uow, contents.desk_plans, SystemClock().now()):
            words = f"{meeting.rep} has a meeting at {meeting.starts_at:%d %b %Y %H:%M UTC}, and does not work then"
            yield Finding(
                "doubtful", words, "It stays until somebody moves or cancels it: in Slack, on the rep's page."
            )
    async with database.transaction() as uow:
        for one in await missed_content(uow, contents.assistant):
            who = f"{counted(one.people, 'person', 'people')} in a version of {one.journey}"
            words = f"{who} may come to what is gone, and be parked there: {', '.join(one.names)}"
            yield Finding("doubtful", words, "Put it back, or move them: on_edit: map, and overture journeys publish.")


def _drift(card: Scorecard, bounds: DriftBounds, found: Mapping[str, float]) -> Finding:
    name = f"{card.predicts} scorecard of {card.trained_on.isoformat()}"
    drifted = sorted(one for one, index in found.items() if index > bounds.much)
    if drifted:
        words = f"people have changed since the {name}: {', '.join(drifted)}"
        return Finding("doubtful", words, "overture score check says how far; overture score train learns anew.")
    return Finding("well", f"the {name} is {'' if card.is_on else 'not '}in force")


def no_playbook() -> Playbook:
    raise AssertionError("nothing is run")
