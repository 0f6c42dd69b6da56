"""The command line: `overture serve | validate | train | shell`."""

from __future__ import annotations

import argparse
import asyncio
import logging
import sys
from collections.abc import Callable, Sequence
from importlib.metadata import version

from bot.domain.errors import ContentError, OvertureError
from bot.settings import Settings, load_settings, misspelt_settings

FAULTY, MISUSED = 1, 2


def run(arguments: Sequence[str]) -> int:
    """Run one command; its exit status. What a person can mend is told in sentences, without a traceback."""
    options = _parser().parse_args(arguments)
    try:
        for sentence in misspelt_settings():
            print(f"overture: {sentence}", file=sys.stderr)
        settings = load_settings(**_given(options))
        command: Callable[[Settings, argparse.Namespace], int] = options.command
        return command(settings, options)
    except ContentError as error:
        print(error, file=sys.stderr)
        print(_count(len(error.faults)), file=sys.stderr)
        return FAULTY
    except OvertureError as error:
        print(f"overture: {error}", file=sys.stderr)
        return MISUSED
    except KeyboardInterrupt:
        return 130


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="overture", description="A self-hosted conversational marketing agent.")
    parser.add_argument("--version", action="version", version=f"overture {version('overture')}")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    serve = commands.add_parser("serve", help="serve HTTP and do the work, in one process")
    serve.add_argument("--host", help="the address to listen on (OVERTURE_HOST)")
    serve.add_argument("--port", type=int, help="the port to listen on (OVERTURE_PORT)")
    serve.set_defaults(command=_serve)
    validate = commands.add_parser("validate", help="check everything in nlu_data/ and journeys/")
    validate.set_defaults(command=_validate)
    train = commands.add_parser("train", help="train what understands messages, if its data has changed")
    train.set_defaults(command=_train)
    shell = commands.add_parser("shell", help="talk to the assistant in this terminal")
    shell.set_defaults(command=_shell)
    return parser


def _given(options: argparse.Namespace) -> dict[str, object]:
    return {name: value for name in ("host", "port") if (value := getattr(options, name, None)) is not None}


def _serve(settings: Settings, _options: argparse.Namespace) -> int:
    from bot.entrypoints.logs import set_up_logs
    from bot.entrypoints.serve import serve

    set_up_logs(settings.log)
    return _event_loop_runner()(serve(settings))


def _event_loop_runner() -> Callable[..., int]:
    try:
        import uvloop
    except ImportError:  # not made for this platform
        return asyncio.run
    return uvloop.run


def _validate(settings: Settings, _options: argparse.Namespace) -> int:
    from bot.adapters.library import read_contents
    from bot.entrypoints.wiring import channel_names, shelves_of

    contents = read_contents(shelves_of(settings, channel_names(settings)))
    assistant = contents.assistant
    print(
        f"No faults: {len(assistant.intents)} intents, {len(assistant.rules)} rules, {len(assistant.stories)} stories, "
        f"{len(assistant.forms)} forms, {len(assistant.responses)} responses, {len(contents.pages)} knowledge pages, "
        f"{len(contents.journeys)} journeys."
    )
    return 0


def _train(settings: Settings, _options: argparse.Namespace) -> int:
    from bot.adapters.library import open_playbook
    from bot.entrypoints.wiring import channel_names, shelves_of

    open_playbook(shelves_of(settings, channel_names(settings)), progress=print)
    return 0


def _shell(settings: Settings, _options: argparse.Namespace) -> int:
    from bot.entrypoints.logs import set_up_logs
    from bot.entrypoints.shell import talk

    set_up_logs(settings.log, level=logging.WARNING)
    asyncio.run(talk(settings))
    return 0


def _count(faults: int) -> str:
    return f"{faults} fault{'s' if faults != 1 else ''}. Nothing was changed."
