"""What people try to import that is no Rasa project: each is told what it is, and what can be done with it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from bot.adapters.content.content_files import YAML
from bot.domain.errors import SettingsError

_BY_HAND = (
    "Begin an assistant with `overture init`, and take over by hand: what people say becomes examples of an intent, "
    "what is answered a response with a rule, and what is asked for a form (nlu_data/README.md)."
)
_KEEP_DIALOGFLOW = "Or keep the agent, and let its webhook ask Overture: connectors/dialogflow/README.md."

_ARCHIVES = frozenset({".zip", ".gz", ".tgz", ".tar", ".7z", ".rar"})


def _has(*names: str) -> Callable[[Path], bool]:
    return lambda folder: all(any(folder.glob(name)) for name in names)


_FOLDERS: Mapping[str, tuple[Callable[[Path], bool], str]] = {
    "an agent of Dialogflow ES": (_has("agent.json", "intents/*.json", "package.json"), _KEEP_DIALOGFLOW),
    "an agent of Dialogflow CX": (_has("agent.json", "flows/*/*.json"), _KEEP_DIALOGFLOW),
    "a bot of Botpress": (_has("bot.config.json"), ""),
    "a bot of Botpress's cloud": (_has("agent.config.ts"), ""),
    "a bot of Microsoft's Bot Framework Composer": (_has("*.botproj"), ""),
    "an assistant of Voiceflow": (_has("*.vf"), ""),
}
"""By what the folder of an export is known."""

_IS_OURS = _has("journeys/rules/*.yml", "nlu/*.yml", "config.yml")

_FILES: Mapping[str, str] = {
    ".bpz": "a bot of Botpress's cloud",
    ".vf": "an assistant of Voiceflow",
    ".vfr": "an assistant of Voiceflow",
    ".botproj": "a bot of Microsoft's Bot Framework Composer",
}


def refuse_what_is_not_rasas(path: Path) -> None:
    """Raises SettingsError for a file that is no YAML, and for a folder that another maker's program exported."""
    if path.is_dir():
        if _IS_OURS(path):
            raise SettingsError(
                f"{path} is an assistant of Overture's already. Name it in OVERTURE_ASSISTANT, as in "
                f"OVERTURE_ASSISTANT={path} overture validate."
            )
        for what, (is_so, more) in _FOLDERS.items():
            if is_so(path):
                raise SettingsError(f"{path} is {what}; only projects of Rasa are imported. {_BY_HAND} {more}".rstrip())
    elif path.is_file() and path.suffix not in YAML:
        raise SettingsError(_about_a_file(path))


def _about_a_file(path: Path) -> str:
    if what := _FILES.get(path.suffix.lower()):
        return f"{path} is {what}; only projects of Rasa are imported. {_BY_HAND}"
    if path.suffix.lower() in _ARCHIVES:
        return (
            f"{path} is an archive. Unpack it, and name the folder that has the domain.yml; a trained model has no "
            "training data, so it is the project that it was trained from."
        )
    return f"{path} is no domain file. Name the folder of a Rasa project, or its domain.yml."
