"""Custom actions: rasa-sdk's Action classes, run in this process or by rasa-sdk's own server over HTTP."""

from __future__ import annotations

import asyncio
import importlib
import inspect
import pkgutil
import sys
from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from importlib.machinery import PathFinder
from pathlib import Path
from time import perf_counter
from types import ModuleType
from typing import Any

import aiohttp

from bot.adapters.rasa.action_calls import PERSON_KEY, action_call, read_answer
from bot.domain.assistant import Assistant
from bot.domain.conversation import ActionExecutionRejected, Tracker
from bot.domain.effects import ActionResult
from bot.domain.errors import ActionError, SettingsError
from bot.ports.tracing import trace_headers

REFUSED, NOT_FOUND = 400, 404

OWN = "actions"
"""The package of the actions that come along with Overture: every assistant may name them."""

OURS = Path(__file__).parents[3] / OWN


class InProcessActions:
    """Runs Overture's own actions and those of a package in this process.

    Making one imports rasa-sdk (0.2 s; it brings sanic along, unused here) and every module of `package`, so that no
    turn waits for it; raises SettingsError where they cannot be imported. `assistant` gives the content in force, and
    `beside` is its folder.
    """

    def __init__(
        self,
        package: str,
        assistant: Callable[[], Assistant],
        *,
        timeout: timedelta = timedelta(seconds=10),
        beside: Path | None = None,
    ) -> None:
        self._assistant = assistant
        self._timeout = timeout
        self._executor = executor_of(package, beside=beside)

    def knows(self, action: str) -> bool:
        return action in self._executor.actions

    async def run(self, action: str, tracker: Tracker, context: Mapping[str, Any]) -> ActionResult:
        """Run `action`; raises ActionError."""
        from rasa_sdk import ActionExecutionRejection

        if not self.knows(action):
            raise _unknown(action)
        began = perf_counter()
        call = action_call(action, tracker, context, self._assistant())
        try:
            async with asyncio.timeout(self._timeout.total_seconds()):
                answer = await self._executor.run(call)
        except ActionExecutionRejection as rejection:
            return _rejected(rejection.action_name, began)
        except TimeoutError as error:
            raise _too_slow(action, self._timeout) from error
        except Exception as error:  # whatever an action's author did wrong ends here, and costs this action only
            raise ActionError(
                f'The action "{action}" raised {_where(error)}. Mend it in the actions package.'
            ) from error
        return read_answer(action, answer.model_dump(), took=_since(began))

    async def answer(self, call: Mapping[str, Any]) -> tuple[int, dict[str, Any]]:
        """Run an action for a Rasa server, as rasa-sdk's own server would: the status and the body of the answer.

        Rasa refuses events that it does not know, so effects leave as custom messages, which it passes on to us.
        """
        from rasa_sdk import ActionExecutionRejection

        action = str(call.get("next_action") or "")
        if not self.knows(action):
            return NOT_FOUND, {"error": f"there is no action {action}", "action_name": action}
        try:
            async with asyncio.timeout(self._timeout.total_seconds()):
                answer = (await self._executor.run(dict(call))).model_dump()
        except ActionExecutionRejection as rejection:
            return REFUSED, {"error": "the action rejects its execution", "action_name": rejection.action_name}
        except TimeoutError as error:
            raise _too_slow(action, self._timeout) from error
        except Exception as error:  # as in run
            raise ActionError(f'The action "{action}" raised {_where(error)}. Mend it in the package.') from error
        effects = [{"custom": {PERSON_KEY: one["effect"]}} for one in answer["events"] if one["event"] == PERSON_KEY]
        events = [one for one in answer["events"] if one["event"] != PERSON_KEY]
        return 200, {"events": events, "responses": [*answer["responses"], *effects]}

    async def close(self) -> None:
        """Nothing to close."""


def action_server(url: str) -> str:
    """The address of the server itself, however its setting was written: with `/webhook` behind it or without."""
    return url.rstrip("/").removesuffix("/webhook")


class ActionServer:
    """Has the actions run by an action server at `url`: rasa-sdk's own, or any that speaks its protocol."""

    def __init__(
        self, url: str, assistant: Callable[[], Assistant], *, timeout: timedelta = timedelta(seconds=10)
    ) -> None:
        self._url = action_server(url) + "/webhook"
        self._assistant = assistant
        self._timeout = timeout
        self._session: aiohttp.ClientSession | None = None

    def knows(self, action: str) -> bool:
        """True: only the server knows, and it says so when asked to run it."""
        return True

    async def run(self, action: str, tracker: Tracker, context: Mapping[str, Any]) -> ActionResult:
        """Run `action`; raises ActionError."""
        began = perf_counter()
        call = action_call(action, tracker, context, self._assistant())
        try:
            async with self._open_session().post(self._url, json=call, headers=trace_headers()) as response:
                status, answer = response.status, await _json(response)
        except TimeoutError as error:
            raise _too_slow(action, self._timeout) from error
        except (aiohttp.ClientError, TypeError) as error:
            raise ActionError(
                f'The action server at {self._url} could not be asked to run "{action}" ({type(error).__name__}). '
                "Start it with `overture actions`, or correct its URL in the settings."
            ) from error
        if status == REFUSED and answer.get("action_name"):
            return _rejected(str(answer["action_name"]), began)
        if status == NOT_FOUND and answer.get("action_name"):
            raise _unknown(action)
        if status != 200:
            raise ActionError(f'The action server answered {status} to the action "{action}". Its own log says why.')
        return read_answer(action, answer, took=_since(began))

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()

    def _open_session(self) -> aiohttp.ClientSession:
        # Made here, since a session belongs to the event loop that is running when it is made.
        if self._session is None:
            self._session = aiohttp.ClientSession(
                timeout=aiohttp.ClientTimeout(total=self._timeout.total_seconds()), cookie_jar=aiohttp.DummyCookieJar()
            )
        return self._session


def executor_of(package: str, *, here: Path | None = None, beside: Path | None = None) -> Any:
    """rasa-sdk's executor with Overture's own actions, and over them those of this package and its modules; raises
    SettingsError. What lies in the folder `here` goes before what is installed, also where it is called `actions`; what
    lies in the current folder comes last, and what lies beside the folder `beside`."""
    from rasa_sdk.executor import ActionExecutor

    executor = ActionExecutor()
    path = [*sys.path]
    sys.path[:0] = [str(OURS.parent)]
    _forget_what_hides(OURS)
    _register(executor, OWN)
    sys.path[:] = path
    if here is not None:
        sys.path.insert(0, str(here))
    last = [Path.cwd(), *([beside.resolve().parent] if beside is not None else [])]
    sys.path += [folder for folder in map(str, last) if folder not in sys.path]
    theirs = PathFinder.find_spec(package) if package == OWN else None
    if theirs is not None and theirs.origin is not None:
        _forget_what_hides(Path(theirs.origin).parent)
    _register(executor, package)
    return executor


def _register(executor: Any, package: str) -> None:
    # rasa-sdk ends the whole process over an import that fails, and takes the actions of every package that this
    # process has imported; so its executor is given those of this one.
    try:
        root = importlib.import_module(package)
        names = [module.name for module in pkgutil.walk_packages(getattr(root, "__path__", ()), f"{package}.")]
        modules = [root, *map(importlib.import_module, names)]
        # Those that lie in a folder without an __init__.py, which are found only where another module imports them.
        modules += [sys.modules[name] for name in sorted(sys.modules) if name.startswith(f"{package}.")]
    except Exception as error:
        raise SettingsError(
            f'The actions package "{package}" cannot be imported: {type(error).__name__}: {error}. '
            "Mend that module, or name another package."
        ) from error
    for action in dict.fromkeys(found for module in modules for found in _actions_of(module)):
        try:
            executor.register_action(action)
        except NotImplementedError:
            continue  # without a name it is what others are derived from
        except Exception as error:
            raise SettingsError(
                f"The action class {action.__name__} in {action.__module__} cannot be made: {type(error).__name__}: "
                f"{error}. Mend it, or take it out."
            ) from error


def _forget_what_hides(folder: Path) -> None:
    """Python finds a package that it has imported before it looks anywhere; let it look, where it lies elsewhere."""
    found = getattr(sys.modules.get(OWN), "__file__", None)
    if found is None or Path(found).parent.resolve() == folder.resolve():
        return
    for name in [one for one in sys.modules if one == OWN or one.startswith(f"{OWN}.")]:
        del sys.modules[name]
    importlib.invalidate_caches()


def _actions_of(module: ModuleType) -> Iterator[type]:
    """The action classes that a module defines or imports."""
    from rasa_sdk import Action

    for value in vars(module).values():
        if not isinstance(value, type) or not issubclass(value, Action) or inspect.isabstract(value):
            continue
        if not value.__module__.startswith("rasa_sdk."):
            yield value


async def _json(response: aiohttp.ClientResponse) -> Mapping[str, Any]:
    try:
        answer = await response.json(content_type=None)
    except ValueError:
        return {}
    return answer if isinstance(answer, Mapping) else {}


def _rejected(action: str, began: float) -> ActionResult:
    return ActionResult(events=(ActionExecutionRejected(action),), took=_since(began))


def _unknown(action: str) -> ActionError:
    return ActionError(f'There is no custom action "{action}". Add it to the actions package, or correct the domain.')


def _too_slow(action: str, timeout: timedelta) -> ActionError:
    return ActionError(
        f'The action "{action}" took more than {timeout.total_seconds():g} s and was given up. '
        "Make it quicker, or raise the time limit in the settings."
    )


def _where(error: Exception) -> str:
    """'KeyError at lead.py:12': an error's own text may quote the customer, so it stays out."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    if trace is None:
        return type(error).__name__
    file_name = trace.tb_frame.f_code.co_filename.replace("\\", "/").rsplit("/", 1)[-1]
    return f"{type(error).__name__} at {file_name}:{trace.tb_lineno}"


def _since(began: float) -> timedelta:
    return timedelta(seconds=perf_counter() - began)
