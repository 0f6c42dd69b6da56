"""`overture validate`: every fault of the content and of the tests beside it, or what there is."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator

from bot.adapters.content.contents import Contents
from bot.adapters.content.dead_ends import actions_to_write, without_code
from bot.adapters.content.library import read_contents
from bot.adapters.rasa.actions import executor_of
from bot.adapters.rasa.notes_on_actions import HAS_ACTION_SERVER
from bot.adapters.rasa.rasa_actions import written_in
from bot.domain.errors import SettingsError
from bot.entrypoints.command_line.commands.written_tests import doubts_of_tests
from bot.entrypoints.command_line.counting import counted
from bot.entrypoints.wiring.choosing import has_action_server
from bot.entrypoints.wiring.connectors import channel_names, connector_doubts, shelves_of
from bot.settings import Settings, connector_values


def run(settings: Settings, _options: argparse.Namespace) -> int:
    contents = read_contents(shelves_of(settings, channel_names(settings)))
    assistant = contents.assistant
    doubts = connector_doubts(settings, connector_values())
    of_tests = doubts_of_tests(settings, contents)
    for warning in (*contents.warnings, *of_tests, *_unwritten_actions(settings, contents), *doubts):
        print(f"warning: {warning}", file=sys.stderr)
    print(
        f"No faults: {counted(len(assistant.intents), 'intent')}, {counted(len(assistant.rules), 'rule')}, "
        f"{counted(len(assistant.stories), 'story', 'stories')}, {counted(len(assistant.forms), 'form')}, "
        f"{counted(len(assistant.responses), 'response')}, {counted(len(contents.pages), 'knowledge page')}, "
        f"{counted(len(contents.journeys), 'journey')}, {counted(len(contents.segments), 'segment')}, "
        f"{counted(len(contents.score_rules), 'score rule')}."
    )
    return 0


def _unwritten_actions(settings: Settings, contents: Contents) -> Iterator[str]:
    """What a server of actions has, only that server knows."""
    if has_action_server(settings):
        return
    try:
        written = executor_of(settings.actions, beside=settings.assistant).actions
    except SettingsError as error:
        yield str(error)
        return
    code = (path for path in (settings.assistant / "actions").rglob("*.py") if path.is_file())
    beside = written_in(code, actions_to_write(contents.assistant)) - set(written)
    if beside:
        which = "it" if len(beside) == 1 else "one of them"
        yield (
            f"{settings.assistant / 'actions'} has the code of {', '.join(sorted(beside))}, and nothing runs it, so "
            f"whoever comes to {which} is told that something went wrong. Run it there "
            f"(cd {settings.assistant} && overture actions), and set {HAS_ACTION_SERVER}"
        )
    yield from map(str, without_code(contents.assistant, contents.documents, {*written, *beside}.__contains__))
