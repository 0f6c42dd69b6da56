"""The older formats of Rasa's training data, Markdown and JSON, put as the YAML of Rasa 3."""

from bot.adapters.rasa.rasa1.domain import rules_of_triggers, told_otherwise, triggers_in, with_actions_renamed
from bot.adapters.rasa.rasa1.files import Converted, convert_files, in_older_file, told_of_older_files

__all__ = [
    "Converted",
    "convert_files",
    "in_older_file",
    "rules_of_triggers",
    "told_of_older_files",
    "told_otherwise",
    "triggers_in",
    "with_actions_renamed",
]
