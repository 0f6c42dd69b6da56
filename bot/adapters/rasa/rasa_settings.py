"""What a Rasa project's config.yml, endpoints.yml and credentials.yml mean here. Nothing secret in them is repeated."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from bot.documents import parse
from bot.domain.languages import base_language
from bot.nlu.naming import DUCKLING, SPACY

CONNECTORS = {
    "rest": "rest",
    "socketio": "socketio",
    "twilio": "twilio_messaging",
    "twilio_voice": "twilio_voice",
}
"""Rasa's channels, and the connectors that do here what they did, at an address of their own."""

CALLED_HERE = {"twilio": "sms or whatsapp", "twilio_voice": "voice", "cmdline": "console"}
"""Rasa's channels that have another name here, in responses and for actions."""

NAMES_OF_SOCKETIO = {
    "socketio_path": "SOCKETIO_PATH",
    "namespace": "SOCKETIO_NAMESPACE",
    "user_message_evt": "SOCKETIO_USER_MESSAGE",
    "bot_message_evt": "SOCKETIO_BOT_MESSAGE",
    "metadata_key": "SOCKETIO_METADATA",
}
"""What a project may call things there, and the settings that say so here."""

OTHERWISE = {
    "callback": "Overture calls no address with what the bot says. Post messages to /webhooks/rest/webhook, whose "
    "answer is what is said to them, and read what is said later at /channels/rest/events: connectors/rest/README.md",
    "slack": "customers cannot write in Slack here: the connector slack is the desk of your sales team. Who writes to "
    "the bot in Slack needs another channel, or a connector that you write: connectors/README.md",
}
"""Channels for which there is something else here, and what it is."""

OF_THEIR_OWN = {"whatsapp": "whatsapp_cloud", "alexa": "alexa"}
"""What projects write channels of their own for, as their classes are called, and the connectors that do it here."""

NOT_NEEDED = {
    "cmdline": "is not needed: overture shell talks with the assistant in a terminal.",
    "rasa": "is not needed: it is Rasa X's, and the playground of overture serve takes its place.",
}

MULTI_PROJECT = "MultiProjectImporter"
"""What reads the projects that `imports:` names, too."""

SERVERS_OF_ENTITIES = ("DucklingEntityExtractor", "DucklingHTTPExtractor", "SpacyEntityExtractor")
_IN_ENVIRONMENT = re.compile(r"\$\{(\w+)\}")

FOUND_HERE = frozenset(DUCKLING) | frozenset(SPACY)
"""Dimensions of Duckling and labels of spaCy that our own finders give, under these names."""


@dataclass(frozen=True, slots=True)
class Note:
    """One line of an import's report: what it is about, and what it means or wants."""

    kind: Literal["mapped", "to do", "unknown"]
    about: str
    message: str


def notes_on_settings(folder: Path) -> Iterator[Note]:
    """What the three files mean here, in the order of the files."""
    for stem, read in READERS.items():
        for path in sorted(folder.glob(f"{stem}.y*ml")):
            data = parse(str(path), path.read_text(encoding="utf-8")).data
            if isinstance(data, Mapping):
                yield from read(path.name, data)


def _config(file: str, data: Mapping[str, Any]) -> Iterator[Note]:
    yield Note("mapped", file, "is copied for Rasa; Overture's own understanding and engine take the pipeline's place.")
    language = str(data.get("language") or "en")
    if base_language(language) != "en":
        yield Note(
            "to do",
            f"{file}: language",
            f"is {language}, and the encoder that comes along knows English. Name a sentence-transformers model for it "
            "in OVERTURE_ENCODER, such as paraphrase-multilingual-MiniLM-L12-v2.",
        )
    listed = (data.get(key) for key in ("pipeline", "policies"))
    for component in (one for components in listed if isinstance(components, list) for one in components):
        if isinstance(component, Mapping):
            yield from _component(file, str(component.get("name", "")), component)
    for importer in data.get("importers") or ():
        name = importer.get("name") if isinstance(importer, Mapping) else importer
        if name not in (MULTI_PROJECT, "RasaFileImporter"):
            yield Note("unknown", f"{file}: importers", f"{name} is code, which is not run. What it reads is missing.")


def _component(file: str, name: str, component: Mapping[str, Any]) -> Iterator[Note]:
    about = f"{file}: {name}"
    if name in SERVERS_OF_ENTITIES:
        missing = sorted({str(one) for one in component.get("dimensions") or ()} - FOUND_HERE)
        if len(missing) < len(component.get("dimensions") or ("all",)):
            yield Note("mapped", about, "is not needed: its entities are found here, under the same names.")
        if missing:
            said = f"is not run. For {', '.join(missing)} write annotated examples or look-ups, or a custom action."
            yield Note("unknown", about, said)
    elif "." in name and not name.startswith("rasa."):
        yield Note("unknown", about, "is code of the project's own, which is not run. What it does is missing.")


def _endpoints(file: str, data: Mapping[str, Any]) -> Iterator[Note]:
    for name, where in data.items():
        if not isinstance(where, Mapping):
            continue  # a name that nothing is said of
        about = f"{file}: {name}"
        match str(name):
            case "action_endpoint":
                yield Note("mapped", about, _action_endpoint(str(where.get("url", "http://localhost:5055/webhook"))))
            case "tracker_store":
                yield Note(
                    "to do",
                    about,
                    f"({where.get('type', 'of its own')}): conversations are kept in SQLite or PostgreSQL, which "
                    "OVERTURE_DATABASE names. Those that Rasa had are not taken over.",
                )
            case "lock_store":
                yield Note("to do", about, "set OVERTURE_REDIS where several processes serve one database.")
            case "event_broker":
                yield Note("to do", about, "overture export writes the same events, as JSON Lines.")
            case "nlg":
                yield Note(
                    "to do",
                    about,
                    "no server is asked for wordings: what the bot says stands under responses: in the domain. What "
                    "another system words, a custom action can fetch; a language model may put responses into other "
                    "words (metadata: {rephrase: true}): docs/language-models.md",
                )
            case "models":
                yield Note("mapped", about, "is not needed: overture train keeps the model in OVERTURE_DATA.")
            case _:
                yield Note("unknown", about, "has no counterpart here.")


def _action_endpoint(url: str) -> str:
    """Rasa fills in what stands in the environment; a setting is taken as it is written."""
    names = ", ".join(_IN_ENVIRONMENT.findall(url))
    return f"set OVERTURE_ACTIONS={url}" + (f", with what {names} is in its place" if names else "")


def _credentials(file: str, data: Mapping[str, Any]) -> Iterator[Note]:
    for name, properties in data.items():
        channel = str(name)
        about = f"{file}: {channel}"
        if connector := CONNECTORS.get(channel):
            said = f"is the connector {connector}; its settings and addresses are in connectors/{connector}/README.md"
            if name_here := CALLED_HERE.get(channel):
                said += f". Responses and actions know the channel as {name_here}."
            yield Note("mapped", about, said)
            if channel == "socketio":
                yield Note("to do", about, _socketio(properties if isinstance(properties, Mapping) else {}))
        elif channel in NOT_NEEDED:
            yield Note("mapped", about, NOT_NEEDED[channel])
        elif channel in OTHERWISE:
            yield Note("to do", about, OTHERWISE[channel])
        elif own := next((one for word, one in OF_THEIR_OWN.items() if word in channel.lower()), None):
            said = f"is code of the project's own, which is not run: the connector {own} does that here. Its settings "
            yield Note("to do", about, f"{said}and addresses are in connectors/{own}/README.md")
        else:
            yield Note("unknown", about, "there is no connector for it. connectors/README.md says how to write one.")


def _socketio(properties: Mapping[str, Any]) -> str:
    """What has to be set for the clients that the project has."""
    own = [f"{name}={properties[key]}" for key, name in NAMES_OF_SOCKETIO.items() if properties.get(key)]
    if properties.get("jwt_key"):
        own.append("SOCKETIO_JWT_SECRET, to its jwt_key")
    named = f", and set {', '.join(own)}" if own else ""
    return f"add socketio to OVERTURE_CONNECTORS, name your websites in SOCKETIO_ORIGINS{named}."


READERS: Mapping[str, Callable[[str, Mapping[str, Any]], Iterator[Note]]] = {
    "config": _config,
    "endpoints": _endpoints,
    "credentials": _credentials,
}
