"""Looks at everything that a service needs, and says what to do where something is missing."""

from __future__ import annotations

import os
import shutil
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import NamedTemporaryFile, gettempdir
from typing import Final

import aiohttp

from bot.adapters.api_access import CredentialAccess
from bot.adapters.clock import SystemClock
from bot.adapters.database import Database
from bot.adapters.database.hindrances import MOVE_TO_ONE
from bot.adapters.database.trouble import plain_cause
from bot.adapters.migrations import HEAD, known_versions
from bot.adapters.oidc import Provider
from bot.adapters.prometheus import first_due
from bot.adapters.rasa.actions import action_server
from bot.adapters.redis import check_redis
from bot.adapters.scanning import scanner_of
from bot.adapters.understanding.encoder import source_folder
from bot.domain.consent import WRITTEN_TO
from bot.domain.delivery import LEFT_ALONE, OutboxStatus
from bot.domain.errors import FileRefused, NotTried, OvertureError, SettingsError
from bot.entrypoints.command_line.doctor_of_content import hold_against_content, look_at_content, no_playbook
from bot.entrypoints.command_line.finding import Finding
from bot.entrypoints.serving.running import SHARE, in_words, signs_as, with_other_secrets
from bot.entrypoints.wiring.choosing import choose_actions, choose_dialogue, choose_language_model, has_action_server
from bot.entrypoints.wiring.connectors import (
    channel_kinds,
    channel_names,
    connector_module,
    is_sandboxed,
)
from bot.entrypoints.wiring.desks import ADD_A_DESK, NO_DESK, lacks_desk, staffed_desks
from bot.entrypoints.wiring.own_secret import check_data_folder, check_folder_of_files, has_secret, installation_secret
from bot.entrypoints.wiring.room import disk_of, place_of
from bot.entrypoints.wiring.service import try_connector
from bot.entrypoints.wiring.stores import store_of
from bot.ports import Scanner
from bot.services.fetch_files import FOLDER as MEDIA
from bot.services.watch_complaints import WHAT_TO_DO, complaints_of
from bot.settings import Settings, connector_values

LATE = timedelta(minutes=1)
"""Work that has waited for longer than this, nobody does."""

CLOCK_DIFFERENCE = timedelta(seconds=2)
LEAST_SPACE = 1 << 30
"""In bytes: below this a disk may be full tomorrow."""

FULL = 1 << 24
"""In bytes: below this a file of a customer's, or a write of the database's, may fail."""

ANSWER_WITHIN = aiohttp.ClientTimeout(total=5)


async def examine(settings: Settings) -> AsyncIterator[Finding]:
    """Each finding as it is made. Nothing is changed, and no vendor is called.

    What several parts cannot go on without, such as a setting that nothing can be made of, is told once.
    """
    told: set[str] = set()
    for what, look in _LOOKS.items():
        try:
            async for finding in look(settings):
                if finding.state != "ill" or finding.advice not in told:
                    yield finding
                told.add(finding.advice)
        except (OvertureError, OSError) as error:  # the latter of a folder that we may not look into
            if str(error) not in told:
                yield Finding("ill", f"{what} cannot be looked at", str(error))
            told.add(str(error))


async def _how_it_is_reached(settings: Settings) -> AsyncIterator[Finding]:
    where = settings.service_url
    if settings.public_url and not settings.public_url.startswith("https://"):
        yield Finding("doubtful", f"vendors reach us at {where}", "Most want https: set OVERTURE_PUBLIC_URL to it.")
    elif settings.environment == "production" and not settings.public_url:
        yield Finding("ill", f"vendors would reach us at {where}", "Set OVERTURE_PUBLIC_URL to where they can.")
    else:
        yield Finding("well", f"{settings.environment}, reached at {where}")


async def _connectors(settings: Settings) -> AsyncIterator[Finding]:
    """Each is built, which finds credentials that are missing, or that the vendor could not have given."""
    values = connector_values()
    for name in settings.connector_names:
        if not is_sandboxed(connector_module(name), values):
            try:
                await try_connector(settings, name)
                yield Finding("well", f"connector {name}")
            except SettingsError as error:
                words = str(error).removeprefix(f"the connector {name} cannot be built: ")
                yield Finding("ill", f"connector {name} cannot be built", words)
        elif settings.environment == "production" and not settings.allow_sandbox:
            yield Finding("ill", f"connector {name} has no credentials", f"connectors/{name}/README.md names them")
        else:
            yield Finding("doubtful", f"connector {name} is in its sandbox", f"for real: connectors/{name}/README.md")


async def _parts(settings: Settings) -> AsyncIterator[Finding]:
    """What a start makes of further settings, each of which it may refuse."""
    refused = False
    for what, build in _PARTS.items():
        try:
            build(settings)
        except SettingsError as error:
            refused = True
            yield Finding("ill", f"{what} cannot be used", str(error))
    if not refused:
        yield Finding("well", f"a start can make of its settings: {', '.join(_PARTS)}")


async def _desk(settings: Settings) -> AsyncIterator[Finding]:
    with suppress(SettingsError):  # of desks that cannot be used it is told elsewhere
        if lacks_desk(settings, staffed_desks(settings, _channels_with_reps(settings))):
            yield Finding("doubtful", NO_DESK, f"Add {ADD_A_DESK}.")


def _channels_with_reps(settings: Settings) -> Sequence[str]:
    """Those that have, and those whose connectors do not say."""
    kinds = channel_kinds(settings)
    return [name for name in channel_names(settings) if name not in kinds or kinds[name].abilities.desk]


async def _database(settings: Settings) -> AsyncIterator[Finding]:
    database = store_of(settings)
    if database.file is not None and not database.file.exists():
        yield _to_be_made(database.file)
        return
    try:
        version = _tables(await database.revision())
        yield version
        if version.state != "well":
            return
        await database.require_writing()
        if (narrow := await database.narrow_encoding()) is not None:
            yield Finding("doubtful", f"the database {narrow}", MOVE_TO_ONE)
        yield await _field_keys(database)
        if database.shared:
            async for finding in _running(database, settings):
                yield finding
        async for finding in _queues(database):
            yield finding
        async for finding in hold_against_content(settings, database):
            yield finding
        apart = await database.clock_difference()
        if apart is not None and abs(apart) > CLOCK_DIFFERENCE:
            yield Finding(
                "ill", f"the database server's clock is {apart.total_seconds():+.1f} s from ours", "Set both by NTP."
            )
    except OvertureError as error:
        yield Finding("ill", "the database cannot be used", str(error))
    except Exception as error:
        if not database.is_away(error):
            raise
        words = f"the database gives up what it is asked: {plain_cause(error) or error}"
        yield Finding("ill", words, "See its log, and the limits of our role, such as statement_timeout.")
    finally:
        await database.close()


async def _disks(settings: Settings) -> AsyncIterator[Finding]:
    """Of each that we write to, once."""
    folders = [settings.data, settings.data / MEDIA, Path(gettempdir())]
    if (file := store_of(settings).file) is not None:
        folders.insert(0, file.parent)
    for folder in {disk_of(one): one for one in reversed(folders)}.values():
        free = shutil.disk_usage(place_of(folder)).free
        words = f"{free >> 20:,} MB are free on the disk of {folder}"
        if free < FULL:
            yield Finding("ill", words, "Make room: what cannot be written is refused.")
        elif free < LEAST_SPACE:
            yield Finding("doubtful", words, "Make room before it is full.")


def _to_be_made(file: Path) -> Finding:
    place = place_of(file.parent)
    if place.is_dir() and os.access(place, os.W_OK):
        return Finding("doubtful", "there is no database yet", f"The first start makes it: {file}.")
    why = "we may not write in" if place.is_dir() else "there is a file in the place of the folder"
    return Finding(
        "ill", f"the database {file} cannot be made: {why} {place}", "See OVERTURE_DATA and OVERTURE_DATABASE."
    )


def _tables(revision: str | None) -> Finding:
    if revision == HEAD:
        return Finding("well", f"the database answers, its tables are of version {revision}")
    if revision is None:
        return Finding("doubtful", "the database is empty", "overture migrate; a start does it, too")
    words = f"the database's tables are of version {revision}, not {HEAD}"
    if revision not in known_versions():
        return Finding("ill", words, f"Run the later Overture that made them, or its overture migrate --to {HEAD}")
    return Finding("ill", words, "overture migrate; a start does it, too")


async def _field_keys(database: Database) -> Finding:
    try:
        await database.check()
    except SettingsError as error:
        return Finding("ill", "the field keys are not those of the database", str(error))
    if database.sealing.keys is None:
        return Finding("well", "no field keys: contact data stands readable in the database")
    return Finding(
        "well", f"contact data and words are sealed in the database with the key {database.sealing.keys.first}"
    )


async def _running(database: Database, settings: Settings) -> AsyncIterator[Finding]:
    async with database.transaction() as uow:
        running = await uow.processes.running()
    yield Finding("well", f"on it run: {', '.join(map(in_words, running)) or 'no processes now'}")
    for one in running:
        if abs(one.ahead) > CLOCK_DIFFERENCE:
            words = f"the clock of {in_words(one)} is {one.ahead.total_seconds():+.0f} s from the database server's"
            yield Finding("ill", words, "Set both by NTP. It takes no work while they are more than 30 s apart.")
    with suppress(SettingsError):  # of a secret that cannot be read it is told elsewhere
        first = _signed_here(settings) or next((one.process.signs_as for one in running), "")
        if first and (others := with_other_secrets(running, first)):
            words = f"on the database run processes with different secrets, such as {', '.join(map(in_words, others))}"
            yield Finding("ill", words, SHARE)


def _signed_here(settings: Settings) -> str:
    """As what a process on this machine signs; "" where none has begun."""
    return signs_as(installation_secret(settings.data)) if has_secret(settings.data) else ""


async def _queues(database: Database) -> AsyncIterator[Finding]:
    now = SystemClock().now()
    async with database.transaction() as uow:
        due = await first_due(uow)
        waiting, untold = await uow.queues.waiting(now), await uow.queues.untold()
        dead = await uow.outbox.count(OutboxStatus.DEAD)
    late = {lane: now - at for lane, at in due.items() if at is not None and now - at > LATE}
    for lane, pause in late.items():
        words = f"work in the lane {lane.value} has waited for {pause - pause % timedelta(seconds=1)}"
        yield Finding("doubtful", words, f"Is something at work? overture serve, or overture work --lanes {lane.value}")
    for one in waiting:
        if LEFT_ALONE in one.why:
            words = f"what is to leave by {one.to} waits ({one.entries:,}): {one.why}"
            yield Finding("doubtful", words, "See to that; then it leaves by itself, within some minutes.")
    if not late:
        yield Finding("well", "nothing waits longer than it should")
    async for finding in _complaints(database, now):
        yield finding
    if untold:
        words = f"journeys were not told of {sum(one.entries for one in untold):,} changes of segments"
        yield Finding("doubtful", words, "The page Queues says which, and has them told once more.")
    if dead:
        yield Finding("doubtful", f"{dead:,} messages or records were given up", "overture outbox dead says why.")


async def _complaints(database: Database, now: datetime) -> AsyncIterator[Finding]:
    """Where readers call what we send spam."""
    for channel in WRITTEN_TO:
        async with database.reading() as uow:
            found = await complaints_of(uow, channel, now)
        if found.are_many:
            yield Finding("ill" if found.are_too_many else "doubtful", f"{channel}: {found}", WHAT_TO_DO)


async def _others(settings: Settings) -> AsyncIterator[Finding]:
    if settings.redis:
        try:
            await check_redis(settings.redis)
            yield Finding("well", "Redis answers")
        except OvertureError as error:
            yield Finding("ill", "Redis cannot be used", str(error).removeprefix("Redis cannot be used: "))
    elif store_of(settings).shared:
        yield Finding("doubtful", "no Redis: one process may work, and no second one", "For more, set OVERTURE_REDIS.")
    if has_action_server(settings):
        health = action_server(settings.actions) + "/health"
        yield await _answers("the action server", health, "overture actions, or see OVERTURE_ACTIONS")
    if scanner := _scanner(settings):
        yield await _scans(scanner)
    if settings.traces:
        collector = settings.traces.rstrip("/") + "/v1/traces"
        yield await _answers(
            "the collector of traces", collector, "see OVERTURE_TRACES; traces are lost meanwhile", needed=False
        )
    if settings.engine == "rasa" and settings.rasa_url:
        yield await _answers("the Rasa server", settings.rasa_url + "/version", "see OVERTURE_RASA_URL")
    if settings.model_url:
        advice = "see OVERTURE_MODEL_URL; conversations go on without it"
        yield await _answers("the language model's server", settings.model_url + "/models", advice, needed=False)


def _scanner(settings: Settings) -> Scanner | None:
    return scanner_of(settings.scanner, timedelta(seconds=settings.scanner_seconds))


async def _scans(scanner: Scanner) -> Finding:
    """Without an answer every file of a customer is held, and in the end given up."""
    with NamedTemporaryFile() as harmless:
        try:
            await scanner.scan(Path(harmless.name))
        except (FileRefused, NotTried) as error:
            return Finding("ill", "the virus scanner calls no file clean", f"{error}; see OVERTURE_SCANNER")
    return Finding("well", "the virus scanner answers")


async def _answers(what: str, url: str, advice: str, *, needed: bool = True) -> Finding:
    try:
        async with aiohttp.ClientSession(timeout=ANSWER_WITHIN) as session, session.get(url) as response:
            answered = response.status < 500
    except (aiohttp.ClientError, TimeoutError, ValueError):
        answered = False
    if answered:
        return Finding("well", f"{what} answers")
    return Finding("ill" if needed else "doubtful", f"{what} does not answer", advice)


_PARTS: Final[Mapping[str, Callable[[Settings], object]]] = {
    "the data folder": lambda settings: check_data_folder(settings.data),
    "the folder of files": lambda settings: check_folder_of_files(settings.data / MEDIA),
    "the encoder": lambda settings: source_folder(settings.encoder),
    "custom actions": lambda settings: choose_actions(settings, no_playbook),
    "the dialogue engine": lambda settings: choose_dialogue(settings, no_playbook),
    "the language model": choose_language_model,
    "the virus scanner": _scanner,
    "credentials of the API": lambda settings: CredentialAccess(
        token=settings.api_token, jwt_secret=settings.api_jwt_secret
    ),
    "the identity provider": Provider.of,
    "desks": lambda settings: staffed_desks(settings, _channels_with_reps(settings)),
}
_LOOKS: Final[Mapping[str, Callable[[Settings], AsyncIterator[Finding]]]] = {
    "how we are reached": _how_it_is_reached,
    "the database": _database,
    "disks": _disks,
    "connectors": _connectors,
    "what else a start makes": _parts,
    "the sales desk": _desk,
    "the content": look_at_content,
    "other servers": _others,
}
